/** What the CloudFormation hook says of a resource: its message, and the annotation of each control. */
import type { ControlResult, ExemptionIssue } from '../cloudformation/resolved-resource.ts';
import type { Finding } from '../core/finding.ts';
import { endsSoon, exemptionTagKey } from '../core/policy/exemption-tag.ts';
import type { PolicyChange } from '../core/usage/policy-change.ts';
import { effectClause, imageClause, missingActions, notReadClause, unreadReason } from './image-usage.ts';
import { truncateList } from './lists.ts';
import { resolvedReason } from './resolved-reason.ts';

// More would not be read.
const maxReasons = 5;

function reasons(findings: readonly Finding[]): string {
  return truncateList([...new Set(findings.map(resolvedReason))], maxReasons);
}

/** What the annotation of a control says. @param today as YYYY-MM-DD */
export function controlStatusMessage(result: ControlResult, today: string): string {
  switch (result.kind) {
    case 'passed':
      return result.notes.length === 0 ? 'Compliant' : `Compliant. ${reasons(result.notes)}`;
    case 'failed':
      return result.isNonCompliant
        ? reasons(result.findings)
        : `${reasons(result.findings)}. ${whyAllowed(result.findings)}`;
    case 'unknown':
      return `Not checked: ${reasons(result.findings)}`;
    case 'exempt':
      return exemptMessage(result.exemption, today);
    case 'not-checked':
      return notCheckedMessages[result.because];
    default:
      return result satisfies never;
  }
}

/** Why something that a control does not want makes no operation fail. */
function whyAllowed(findings: readonly Finding[]): string {
  if (findings.some(({ code }) => code === 'no-lifecycle-policy'))
    return 'It does not fail the operation, since a policy may have been left out on purpose, to keep images in use';
  if (findings.some(({ code }) => code === 'encryption-not-set'))
    return 'It does not fail the operation, since adding it would replace the repository';
  return 'It is set explicitly, and the Enforcement of the organisation allows it';
}

const notCheckedMessages = {
  'other-type': 'Not checked: this resource type does not have the setting',
  attribute:
    'Not checked: DeletionPolicy and UpdateReplacePolicy are not part of what CloudFormation sends to a hook',
  'turned-off': 'Not checked: the parameters of the hook do not turn this control on',
} as const;

function exemptMessage(
  exemption: { readonly until: string | undefined; readonly reason: string },
  today: string,
): string {
  const { until, reason } = exemption;
  const end = until === undefined ? '' : ` until ${until}`;
  const soon = endsSoon(exemption, today) ? '. The exemption ends within 14 days' : '';
  return `Exempt${end} by the tag ${exemptionTagKey}: ${reason}${soon}`;
}

/** What is wrong with the tag that exempts a repository. The value of the tag is left out. */
export function exemptionIssueMessage({ code }: ExemptionIssue): string {
  const tag = `The tag ${exemptionTagKey} has no effect:`;
  switch (code) {
    case 'exemption-not-allowed':
      return `${tag} exemptions are not allowed (AllowExemptions is false)`;
    case 'exemption-unknown-control':
      return `${tag} it must begin with the names of controls, joined by +`;
    case 'exemption-not-a-day':
      return `${tag} until must be followed by a day, such as until 2027-03-31`;
    case 'exemption-without-reason':
      return `${tag} an exemption needs a reason, after a colon`;
    default:
      return code satisfies never;
  }
}

/** How to write the tag. */
export const exemptionTagRemediation = `Set the tag ${exemptionTagKey} to a value such as "TagImmutability until 2027-03-31: the vendor overwrites latest", or remove it.`;

/** Why a new lifecycle policy was not looked at. */
export const notLookedMessages = {
  'cloud-control':
    'Not checked for images in use: Cloud Control API does not say to which repository the LifecyclePolicy belongs',
  'guard-off': 'Not checked for images in use: LifecycleGuard is Off',
} as const;

const maxImages = 3;

/** How to keep the images. */
export const policyChangeRemediation =
  'Change the LifecyclePolicy so that it keeps the images in use, or stop using them first.';

/** What is known of the images that a new lifecycle policy would expire. */
export function policyChangeMessage(change: PolicyChange): string {
  switch (change.kind) {
    case 'harmless':
      return change.affected === 0
        ? 'The new LifecyclePolicy expires no image now'
        : `The new LifecyclePolicy expires or archives ${change.affected} ${change.affected === 1 ? 'image' : 'images'} without evidence of use${change.unread.length === 0 ? '' : ` (${change.unread.map(notReadClause).join(', ')})`}`;
    case 'harms': {
      const { effect } = change;
      const images = effect.inUse.map((image) => imageClause(image));
      return `The new LifecyclePolicy would ${effectClause(effect)}: ${truncateList(images, maxImages)}`;
    }
    case 'unknown':
      return `Not checked for images in use: ${change.unread.map(notReadClause).join(', ')}${permission(change.unread)}`;
    case 'not-found':
      return `Not checked for images in use: the repository was not found (${unreadReason(change.reason)})${permission([change])}`;
    default:
      return change satisfies never;
  }
}

function permission(unread: Parameters<typeof missingActions>[0]): string {
  const actions = missingActions(unread);
  return actions.length === 0 ? '' : `. Allow the role of the hook's function ${actions.join(', ')}`;
}

/** A control with what is said of it. */
export interface Said {
  readonly control: string;
  readonly message: string;
}

/** How to fix an operation: the macro is no way out where a policy would expire images in use. */
const advices = {
  template: 'Set these properties, or add Transform: EcrHardening to the template.',
  properties: 'Set these properties.',
  images: policyChangeRemediation,
} as const;

/** The message of an operation that is not compliant. */
export function nonCompliantMessage(
  type: string,
  failed: readonly Said[],
  advice: keyof typeof advices,
): string {
  return `${type} is not compliant. ${failed.map(clause).join('. ')}. ${advices[advice]}`;
}

/** The message of an operation that may proceed. */
export function compliantMessage(
  type: string,
  { allowed, unknown }: { readonly allowed: readonly Said[]; readonly unknown: readonly Said[] },
): string {
  const notes = [...allowed, ...unknown].map(clause);
  return notes.length === 0
    ? `${type} is compliant.`
    : `${type} is compliant, with notes. ${notes.join('. ')}.`;
}

function clause({ control, message }: Said): string {
  return `${control}: ${message}`;
}

/** Why a resource was not checked at all. */
export const notCheckedAtAll = {
  'not-an-event': 'Not checked: the event is not one of a CloudFormation hook.',
  'other-action': 'Not checked: only creations and updates are.',
  'other-target':
    'Not checked: only AWS::ECR::Repository and AWS::ECR::RepositoryCreationTemplate are, in resource operations.',
  'no-properties': 'Not checked: the event has no properties of the resource.',
  parameters: 'Not checked: the parameters of the hook are not valid; see the log of its function.',
  defect: 'Not checked: EcrHardening has a defect; see the log of its function.',
} as const;
