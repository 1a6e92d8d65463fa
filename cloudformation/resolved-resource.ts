/** What the controls say of a resource whose Properties are resolved, as a hook receives it. Pure. */
import { type ControlName, controls } from '../core/controls/index.ts';
import type { Finding } from '../core/finding.ts';
import type { JsonObject } from '../core/json.ts';
import {
  type Exemption,
  type ExemptionTagProblem,
  exemptionTagKey,
  parseExemptionTag,
} from '../core/policy/exemption-tag.ts';
import type { Policy } from '../core/policy/policy.ts';
import { parseTags } from '../core/settings/tags.ts';
import { harden } from './harden.ts';
import { metadataKey } from './resource-rules.ts';
import { type HardenedType, repositoryType } from './resource-types.ts';
import { templateSettings } from './settings/index.ts';

/** What one control says of a resource. */
export type ControlResult = { readonly control: ControlName } & (
  | { readonly kind: 'passed'; readonly notes: readonly Finding[] }
  /** Something is not as the control wants it; the organisation's Enforcement may allow that. */
  | { readonly kind: 'failed'; readonly findings: readonly Finding[]; readonly isNonCompliant: boolean }
  /** A value is still not resolved. */
  | { readonly kind: 'unknown'; readonly findings: readonly Finding[] }
  | { readonly kind: 'exempt'; readonly exemption: Exemption }
  | { readonly kind: 'not-checked'; readonly because: 'other-type' | 'attribute' | 'turned-off' }
);

/** Why an exemption in a tag has no effect. */
export type ExemptionIssue = ExemptionTagProblem | { readonly code: 'exemption-not-allowed' };

/** What all controls say of a resource. */
export interface ResourceResult {
  readonly controls: readonly ControlResult[];
  /** What is wrong with the tag that exempts the repository; undefined where there is none, or it is right. */
  readonly exemptionIssue: ExemptionIssue | undefined;
}

/** A resource with its Properties resolved. */
export interface ResolvedResource {
  readonly type: HardenedType;
  readonly properties: JsonObject;
  readonly action: 'CREATE' | 'UPDATE';
}

/** @param today the day that an exemption's end is checked against, as YYYY-MM-DD */
export function checkResolved(resource: ResolvedResource, policy: Policy, today: string): ResourceResult {
  const { type, properties } = resource;
  const { exemption, issue } = readExemption(resource, policy, today);
  // An exemption in a tag is the same as one in Metadata, which a hook does not receive.
  const metadata = exemption && {
    Metadata: {
      [metadataKey]: {
        Exempt: exemption.controls,
        Reason: exemption.reason,
        ...(exemption.until === undefined ? {} : { Until: exemption.until }),
      },
    },
  };
  const { findings } = harden(
    { Type: type, Properties: properties, ...metadata },
    { policy: { ...policy, Report: false }, parameters: {}, today: () => today, describe: () => ({}) },
  );
  return {
    controls: controls.map(({ name }) => resultOf(name, resource, policy, { findings, exemption })),
    exemptionIssue: issue,
  };
}

function readExemption(
  { type, properties }: ResolvedResource,
  { AllowExemptions: areAllowed }: Policy,
  today: string,
): { readonly exemption?: Exemption; readonly issue?: ExemptionIssue } {
  const tags = parseTags(properties[type === repositoryType ? 'Tags' : 'ResourceTags'] ?? null);
  const value = tags.byKey.get(exemptionTagKey);
  if (value === undefined) return {};
  if (!areAllowed) return { issue: { code: 'exemption-not-allowed' } };
  const parsed = parseExemptionTag(value, today);
  return 'problem' in parsed ? { issue: parsed.problem } : { exemption: parsed };
}

interface Decided {
  readonly findings: readonly Finding[];
  readonly exemption: Exemption | undefined;
}

function resultOf(
  control: ControlName,
  resource: ResolvedResource,
  policy: Policy,
  { findings: all, exemption }: Decided,
): ControlResult {
  const found = controls.find(({ name }) => name === control);
  const { types = [], isOfAttributes = false } = found ? templateSettings[found.setting] : {};
  // DeletionPolicy and UpdateReplacePolicy are no properties.
  if (isOfAttributes) return { control, kind: 'not-checked', because: 'attribute' };
  if (!types.includes(resource.type)) return { control, kind: 'not-checked', because: 'other-type' };
  if (found?.isOn(policy) === false) return { control, kind: 'not-checked', because: 'turned-off' };
  const findings = all.filter((finding) => finding.control === control);
  if (exemption !== undefined && findings.some(({ outcome }) => outcome === 'exempt'))
    return { control, kind: 'exempt', exemption };
  const wrong = findings.filter(isWrong);
  if (wrong.length > 0)
    return {
      control,
      kind: 'failed',
      findings: wrong,
      isNonCompliant: wrong.some((finding) => isNonCompliant(finding, resource)),
    };
  const unknown = findings.filter(isUnresolved);
  return unknown.length > 0
    ? { control, kind: 'unknown', findings: unknown }
    : { control, kind: 'passed', notes: findings };
}

/** What is not known passes: it was not resolved, and no later moment is left at which a hook is asked. */
export function isUnresolved({ code, outcome }: Pick<Finding, 'code' | 'outcome'>): boolean {
  return outcome === 'undetermined' || code === 'unknown-refused' || code === 'may-write-unsafe';
}

function isWrong(finding: Finding): boolean {
  const { outcome } = finding;
  switch (outcome) {
    case 'set':
    case 'kept':
    case 'replaced':
    case 'violation':
    case 'invalid':
      return !isUnresolved(finding);
    case 'undetermined':
    case 'exempt':
      return false;
    case 'noted':
      // Nothing is set, and there is no default either.
      return finding.code === 'no-lifecycle-policy';
    default:
      return outcome satisfies never;
  }
}

/**
 * Whether a finding makes the operation non-compliant: what the macro would have set, replaced or refused. A lifecycle policy that
 * is missing does not, since the macro may have withheld it; nor does encryption of a repository that is there, which would be
 * replaced.
 */
function isNonCompliant({ code, outcome }: Finding, { action, type }: ResolvedResource): boolean {
  if (code === 'no-lifecycle-policy') return false;
  if (code === 'encryption-not-set') return action === 'CREATE' || type !== repositoryType;
  return outcome !== 'kept';
}
