import type { ControlCode, ControlName } from './controls/index.ts';
import type { IssueCode } from './issue.ts';
import type { Json } from './json.ts';
import type { Path } from './path.ts';
import type { PolicyCode } from './policy/policy.ts';
import type { GuardReport } from './usage/guard-report.ts';

/**
 * What was decided about one property.
 *
 * - `set`: it was not set, the default was written
 * - `kept`: what the author wrote is unsafe and stays
 * - `replaced`: what the author wrote was unsafe and the default was written over it
 * - `violation`: what the author wrote is unsafe and the deployment is refused for it
 * - `undetermined`: the value is not known yet, so it was left alone
 * - `exempt`: the control does not apply, for the reason that the author gave
 * - `noted`: information before deploying
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

/** The codes of findings about a template that are neither of controls nor of settings. */
export type TemplateCode =
  | 'misplaced'
  | 'snippet-elsewhere'
  | 'placement-assumed'
  | 'misspelt'
  | 'not-a-resource'
  | 'inside-properties'
  | 'may-still-be-written'
  | 'may-write-unsafe'
  | 'unknown-refused'
  | 'out-of-reach'
  | 'template-too-large'
  | 'number-altered'
  | 'exclusions-alone'
  | 'hidden-value'
  | 'replaces-repository'
  | 'exclusions-fail-checks'
  | 'text-fails-checks'
  | 'custom-role-not-set'
  | 'needs-custom-role'
  | 'service-token-not-set'
  | 'service-timeout-not-set'
  | 'duplicate-key'
  | 'alias'
  | 'metadata-not-a-map'
  | 'exempt'
  | 'exemption-names-nothing'
  | 'exemption-names-no-resource'
  | 'exemption-names-no-text'
  | 'exemption-unknown-control'
  | 'exemption-without-reason'
  | 'exemption-not-a-day'
  | 'exemption-not-allowed'
  | 'exemption-tagged'
  | 'goes-with-exempt'
  | 'not-literal-or-ref'
  | 'parameter-without-value'
  | 'hidden-parameter';

/** The codes of what the guard of default lifecycle policies decides; a finding with one has `guard`. */
export type GuardCode =
  | 'default-guarded'
  | 'default-withheld'
  | 'policy-written-back'
  | 'policy-by-stack'
  | 'default-undecided';

export type FindingCode = GuardCode | ControlCode | IssueCode | PolicyCode | TemplateCode;

/** One decision, as data: `wording/` has its sentence. `before` and `after` are the template's, intrinsics unresolved. */
export interface Finding {
  /** The control that decided; `Settings` for a `Custom::EcrSettings`, `Template` for a shape, `Parameters` for ours. */
  readonly control: ControlName | 'Settings' | 'Template' | 'Parameters';
  readonly code: FindingCode;
  /** The resource, or undefined where none is known (a fragment inside Properties) or meant. */
  readonly logicalId?: string | undefined;
  /** Where, from the resource on: `['Properties', 'ImageTagMutability']`. */
  readonly path: Path;
  /** The path inside the JSON text at `path`. */
  readonly inside?: Path | undefined;
  readonly outcome: Outcome;
  readonly before?: Json | undefined;
  readonly after?: Json | undefined;
  /** What is allowed there. */
  readonly expected?: Json | undefined;
  /** The actual value, unless it is a parameter's. */
  readonly actual?: Json | undefined;
  /** Whether the value is a parameter's, and so is not shown. */
  readonly isHidden?: boolean | undefined;
  readonly count?: number | undefined;
  /** Another path that it refers to. */
  readonly related?: Path | undefined;
  /** What the guard of default lifecycle policies saw. */
  readonly guard?: GuardReport | undefined;
  /** Whether it is about what is not deployed with the values that the parameters have. */
  readonly isUnselected?: boolean | undefined;
  /** Of a finding that a control does not apply: the author's reason, and the last day, as YYYY-MM-DD. */
  readonly exemption?: { readonly reason: string; readonly until: string | undefined } | undefined;
  /** The last day of an exemption that would have applied, as YYYY-MM-DD. */
  readonly exemptionEndedOn?: string | undefined;
}

/** Whether a finding makes the deployment fail. */
export function isRefusal(finding: Pick<Finding, 'outcome'>): boolean {
  return finding.outcome === 'violation' || finding.outcome === 'invalid';
}
