import type { Json } from './json.ts';

/** The controls, by the names that exemptions and reports use. */
export const controlNames = [
  'TagImmutability',
  'ScanOnPush',
  'LifecyclePolicy',
  'PublicAccess',
  'Retain',
  'Encryption',
] as const;

export type ControlName = (typeof controlNames)[number];

/**
 * What was decided about one property.
 *
 * - `set`: the author said nothing, the default was written
 * - `kept`: what the author wrote is unsafe and stands
 * - `replaced`: what the author wrote was unsafe and the default was written over it
 * - `violation`: what the author wrote is unsafe and the deployment is refused for it
 * - `undetermined`: nobody can know the value yet, so it was left alone
 * - `exempt`: the control does not apply, for the reason that the author gave
 * - `noted`: something to know before deploying
 * - `invalid`: CloudFormation, ECR or this product could not use the value; the deployment is refused
 */
export type Outcome =
  | 'set'
  | 'kept'
  | 'replaced'
  | 'violation'
  | 'undetermined'
  | 'exempt'
  | 'noted'
  | 'invalid';

/** One decision. `before` and `after` are what stood and stands in the template, intrinsics unresolved. */
export interface Finding {
  /** The control that decided; `Settings` for a `Custom::EcrSettings`, `Template` for a shape, `Parameters` for ours. */
  readonly control: ControlName | 'Settings' | 'Template' | 'Parameters';
  /** The resource, or undefined where none is known (a fragment inside Properties) or meant. */
  readonly logicalId?: string | undefined;
  /** Where, from the resource on: `Properties.ImageTagMutability`. */
  readonly path: string;
  readonly outcome: Outcome;
  readonly before?: Json | undefined;
  readonly after?: Json | undefined;
  /** One sentence, without a resolved parameter value: findings are logged. */
  readonly reason: string;
}

/** Whether a finding makes the deployment fail. */
export function isRefusal(finding: Finding): boolean {
  return finding.outcome === 'violation' || finding.outcome === 'invalid';
}

/** Where a finding stands, as a person would look it up: `Orders.Properties.ImageTagMutability`. */
export function locationOf(finding: Finding): string {
  return [finding.logicalId, finding.path].filter(Boolean).join('.');
}
