import type { ControlName, Finding } from '../finding.ts';
import type { ParameterValues } from '../intrinsics.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Policy } from '../policy/policy.ts';

export const repositoryType = 'AWS::ECR::Repository';
export const creationTemplateType = 'AWS::ECR::RepositoryCreationTemplate';

/** The resource types that are hardened. */
export const hardenedTypes = [repositoryType, creationTemplateType] as const;
export type HardenedType = (typeof hardenedTypes)[number];

/** What a control knows beside the resource itself. */
export interface ControlContext {
  readonly policy: Policy;
  /** Values that a `Ref` can be looked up in. */
  readonly parameters: ParameterValues;
  /** Tells one decision; the control's name and the logical ID are filled in. */
  readonly addFinding: (finding: ControlFinding) => void;
}

/** A decision as a control tells it. */
export type ControlFinding = Omit<Finding, 'control' | 'logicalId'>;

/** Tells that a default was written where nothing was said; answers the default. */
export function setDefault<Value extends Json>(
  { addFinding: tell }: ControlContext,
  path: string,
  after: Value,
  reason: string,
): Value {
  tell({ path, outcome: 'set', after, reason });
  return after;
}

/** Tells that a value cannot be used at all. */
export function refuse({ addFinding: tell }: ControlContext, path: string, reason: string): void {
  tell({ path, outcome: 'invalid', reason });
}

/**
 * What is to be said about a control. It stands beside the control's code but is a value of its own, so that a
 * bundle that explains nothing, such as the macro's, does not carry it.
 */
export interface ControlMetadata {
  readonly name: ControlName;
  readonly title: string;
  /** Why it matters, in one or two sentences. */
  readonly why: string;
  /** What to write into a template by hand. */
  readonly remediation: string;
  /** AWS's own page on it. */
  readonly source: string;
  /** The outside checks that it answers, by their ids. */
  readonly relatedChecks: readonly string[];
}

/** One control: one thing that makes a repository safe. */
export interface Control {
  readonly name: ControlName;
  readonly types: readonly HardenedType[];
  /** Whether the policy asks for it; the opt-in ones are off by default. */
  readonly isOn: (policy: Policy) => boolean;
  /** Whether it hardens the attributes beside a resource's Properties, and not its Properties. */
  readonly isOfAttributes?: boolean;
  /**
   * The properties, or the resource with its attributes, with this control applied: the very same object when
   * nothing changes, never changed in place.
   *
   * @param type the resource's, one of `types`
   */
  readonly harden: (part: JsonObject, type: HardenedType, context: ControlContext) => JsonObject;
}

/**
 * What an unsafe value becomes, as the policy's Enforcement says; told either way.
 *
 * @param unsafe.instead what Override writes; the value itself where there is nothing better to write
 */
export function answerUnsafe(
  context: ControlContext,
  unsafe: {
    readonly path: string;
    readonly before: Json;
    readonly instead: Json | undefined;
    readonly reason: string;
  },
): Json | undefined {
  const { path, before, instead, reason } = unsafe;
  const { Enforcement: enforcement } = context.policy;
  const after = enforcement === 'Override' ? instead : before;
  const outcome = enforcement === 'Reject' ? 'violation' : after === before ? 'kept' : 'replaced';
  context.addFinding({ path, outcome, before, after, reason });
  return after;
}
