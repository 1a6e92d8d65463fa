import type { Json } from '../../core/json.ts';
import { lifecyclePolicyKey, lifecyclePolicyProperty } from '../../core/settings/lifecycle-policy.ts';
import type { Settings } from '../../core/settings/settings.ts';
import { hardenProperty, mapRule, type PropertyRule, type RuleIn } from '../apply-default.ts';
import { applyControl } from '../apply-issues.ts';
import type { ControlContext } from '../control-context.ts';
import { hardenedTypes, repositoryType } from '../resource-types.ts';
import type { TemplateSetting } from './template-setting.ts';

/** A creation template has the text itself where a repository has a map (their CloudFormation schemas). */
export const lifecyclePolicySetting: TemplateSetting = {
  types: hardenedTypes,
  reads: [lifecyclePolicyProperty],
  harden(properties, type, context) {
    const keys = [lifecyclePolicyKey, 'RegistryId'] as const;
    const mapIn: RuleIn = (inside) =>
      mapRule(inside, { lifecyclePolicy: undefined }, keys, writeMap, textRule);
    const ruleIn = type === repositoryType ? mapIn : textRule;
    return hardenProperty(properties, lifecyclePolicyProperty, context, ruleIn);
  },
};

function textRule(context: ControlContext): PropertyRule {
  return {
    absent: (path) =>
      applyControl(context, { lifecyclePolicy: undefined }, { path, raw: undefined, write: writeText }),
    literal(value, path, raw) {
      const place = { path, raw, write: writeText, isText: true };
      return context.rules.documents().hardenLifecyclePolicy(value, place, context);
    },
    isWrong: (raw, path) => context.rules.documents().refuseLifecyclePolicy(raw, path, context),
  };
}

function writeText({ lifecyclePolicy }: Partial<Settings>): Json | undefined {
  return lifecyclePolicy;
}

function writeMap({ lifecyclePolicy }: Partial<Settings>): Json | undefined {
  return lifecyclePolicy === undefined ? undefined : { [lifecyclePolicyKey]: lifecyclePolicy };
}
