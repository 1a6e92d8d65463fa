/** The controls of a policy with the settings that they check, and what does not differ from resource to resource. */
import { type ControlName, controls } from '../core/controls/index.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { ControlContext, ControlFinding, WrittenDefaults } from './control-context.ts';
import type { HardenedType } from './resource-types.ts';
import { templateSettings } from './settings/index.ts';
import type { Change, TemplateSetting } from './settings/template-setting.ts';

/** A control that a policy turns on, and where its setting is. */
export interface Step extends TemplateSetting {
  readonly control: ControlContext['control'];
  readonly name: ControlName;
  /** What it decides where nothing that it reads is set, by the type. */
  readonly unset: Map<HardenedType, Decided>;
}

export interface Decided {
  readonly changes: readonly Change[];
  readonly findings: readonly ControlFinding[];
}

/** What a policy asks for, made once for all resources. */
export interface Work {
  readonly steps: readonly Step[];
  readonly written: WrittenDefaults;
}

const byPolicy = new WeakMap<Policy, Work>();

/** The steps of a policy. */
export function workOf(policy: Policy): Work {
  const known = byPolicy.get(policy);
  if (known) return known;
  const steps = controls.filter(({ isOn }) => isOn(policy));
  const work: Work = {
    steps: steps.map((control) => ({
      ...templateSettings[control.setting],
      control,
      name: control.name,
      unset: new Map(),
    })),
    written: new Map(),
  };
  byPolicy.set(policy, work);
  return work;
}

/**
 * What a step decides where nothing that it reads is set, once for all resources: of a template of many repositories, most differ
 * in their names only.
 */
export function decideUnset({ unset, harden }: Step, type: HardenedType, context: ControlContext): Decided {
  const known = unset.get(type);
  if (known) return known;
  const findings: ControlFinding[] = [];
  const changes = harden({}, type, { ...context, addFinding: (found) => findings.push(found) });
  const decided = { changes, findings };
  unset.set(type, decided);
  return decided;
}
