/** The messages of an audit's findings, each one or two sentences. */

import type { AuditFact, Expiry, RepositoryAudit } from '../../audit/audit.ts';
import type { RegistryReading } from '../../audit/reading.ts';
import type { CheckedIssue, ControlCode } from '../../core/controls/index.ts';
import type { Issue, IssueCode } from '../../core/issue.ts';
import { isUnknown } from '../../core/known.ts';
import { controlClause } from '../controls.ts';
import { pluralise } from '../format.ts';
import { pathText } from '../path.ts';
import { shownValues } from '../values.ts';
import { adviceOf } from './readiness.ts';
import { lostList, usedClause } from './usage.ts';

/** What a message depends on besides the finding. */
interface Context {
  readonly audit: RepositoryAudit;
  readonly scanType: RegistryReading['scanType'];
}

/** The messages that are others for a live repository than for a template. */
const liveMessages: {
  readonly [Code in ControlCode | IssueCode]?: (fact: CheckedIssue, context: Context) => string;
} = {
  'tags-mutable': (_, { audit }) => `Tags can be overwritten. ${adviceOf(audit.readiness)}`,
  'every-tag-excluded': ({ actual }) =>
    `Its exclusion ${actual} makes every tag mutable: exclude only the tags that move.`,
  'nearly-every-tag-excluded': ({ actual }) =>
    `Its ${String(actual).includes(' ') ? 'exclusions' : 'exclusion'} ${actual} ${String(actual).includes(' ') ? 'make' : 'makes'} nearly every tag mutable: exclude only the tags that move.`,
  'not-scanned': (_, { audit: { scanned }, scanType }) =>
    `Images are not scanned${isUnknown(scanned) ? '' : `: ${scanningClause(scanned, scanType)}`}.`,
  'no-lifecycle-policy': () => 'No lifecycle policy: old images never expire.',
  'no-own-key': ({ actual }) => `It is encrypted with ${actual}, not with a customer managed key (KMS).`,
};

/** Which document of a repository a control reads. */
const documents: { readonly [Control in CheckedIssue['control']]?: string } = {
  LifecyclePolicy: 'lifecycle policy',
  PublicAccess: 'repository policy',
};

/** A clause for what is found in a document, with the place in it. */
export function documentClause(issue: Issue<ControlCode | IssueCode>): string {
  return `${pathText(issue.path)} ${controlClause(issue.code, issue, shownValues)}`.trim();
}

/** Why a repository is scanned, or is not: a clause. */
export function scanningClause(
  { frequency, filters, isOwnScanOnPush }: Exclude<RepositoryAudit['scanned'], { readonly unknown: unknown }>,
  scanType: RegistryReading['scanType'],
): string {
  const kind = isUnknown(scanType) ? 'scanning' : `${scanType.toLowerCase()} scanning`;
  if (frequency === 'MANUAL') {
    const own = isOwnScanOnPush ? 'on, but ECR reports that it is not in effect' : 'off';
    return `its own ScanOnPush is ${own}, and no filter of the registry's ${kind} matches it`;
  }
  if (filters.length > 0) return `by the registry's ${kind}, filter ${filters.join(', ')}`;
  return isOwnScanOnPush ? 'by its own ScanOnPush' : `by the registry's ${kind}`;
}

function isSurelyUsed({ inUse }: Expiry): boolean {
  return !isUnknown(inUse) && inUse.atLeast > 0;
}

/** An archived image cannot be pulled until it is restored. */
function verbOf({ images, archived }: Expiry): string {
  if (archived.atMost === 0) return 'expires';
  return images.atMost === 0 ? 'archives' : 'expires or archives';
}

/** The message of a finding. */
export function auditMessage(fact: AuditFact, context: Context): string {
  if (isControls(fact)) return controlMessage(fact, context);
  switch (fact.code) {
    case 'images-in-use-expire':
      return isSurelyUsed(fact.expires)
        ? `Its lifecycle policy ${verbOf(fact.expires)} ${usedClause(fact.expires, fact.days)}${lostList(fact.expires)}.`
        : `Its lifecycle policy ${verbOf(fact.expires)} images that may be in use: ${usedClause(fact.expires, fact.days)}.`;
    case 'default-expires-in-use':
      return `The lifecycle policy of KeepImages and ProtectedTags would expire ${usedClause(fact.expires, fact.days)}${lostList(fact.expires)}. KeepImages: ${fact.keepImages.smallest} keeps them${fact.keepImages.untaggedInUse > 0 ? ', with ExpireUntaggedAfterDays: 0' : ''}.`;
    case 'image-quota-reached':
      return `It holds ${pluralise(fact.count, 'image', 'images')}, its quota: every push fails.`;
    case 'image-quota-ahead':
      return `At the rate of the last 30 days it reaches its quota of ${fact.quota} images on ${fact.reachedOn}; from then on every push fails.`;
    default:
      return fact satisfies never;
  }
}

function isControls(fact: AuditFact): fact is CheckedIssue {
  return 'control' in fact;
}

/** A control's own message for a live repository, or the clause that a template gets, as a sentence. */
function controlMessage(fact: CheckedIssue, context: Context): string {
  const live = liveMessages[fact.code];
  if (live !== undefined) return live(fact, context);
  const document = documents[fact.control];
  const text = documentClause(fact);
  return document === undefined
    ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
    : `Its ${document}: ${text}.`;
}
