/** The messages of an audit's findings, each one or two sentences. */
import type { AuditedRepository, AuditFact, AuditWords } from '../audit/audit-repository.ts';
import { formatRange, pluralise } from '../audit/format.ts';
import type { CheckedIssue, ControlCode } from '../core/controls/index.ts';
import type { Issue, IssueCode } from '../core/issue.ts';
import { isUnknown } from '../core/known.ts';
import { settingClause } from './controls.ts';
import { pathText } from './path.ts';
import { shownValues } from './values.ts';

/** The messages that are others for a live repository than for a template. */
const liveMessages: {
  readonly [Code in ControlCode | IssueCode]?: (fact: CheckedIssue, audit: AuditedRepository) => string;
} = {
  'tags-mutable': (_, { readiness }) => `Tags can be overwritten. ${readiness.advice}`,
  'every-tag-excluded': () => 'Its exclusion * makes every tag mutable: exclude only the tags that move.',
  'not-scanned': (_, { scanned }) => `Images are not scanned${isUnknown(scanned) ? '' : `: ${scanned.why}`}.`,
  'no-lifecycle-policy': () => 'No lifecycle policy: old images never expire.',
  'no-own-key': ({ actual }) => `It is encrypted with ${actual}, not with a customer managed key (KMS).`,
};

/** Which document of a repository a control reads. */
const documents: { readonly [Control in CheckedIssue['control']]?: string } = {
  LifecyclePolicy: 'lifecycle policy',
  PublicAccess: 'repository policy',
};

/** The sentences of an audit. */
export const auditWords: AuditWords = { clause, scanning, message };

/** A clause for what is found in a document, with the place in it. */
function clause(issue: Issue<ControlCode | IssueCode>): string {
  return `${pathText(issue.path)} ${settingClause(issue, shownValues)}`.trim();
}

function scanning(...[{ frequency, filters }, isOwn, scanType]: Parameters<AuditWords['scanning']>): string {
  const kind = isUnknown(scanType) ? 'scanning' : `${scanType.toLowerCase()} scanning`;
  if (frequency === 'MANUAL') {
    const own = isOwn ? 'on, but ECR reports that it is not in effect' : 'off';
    return `its own ScanOnPush is ${own}, and no filter of the registry's ${kind} matches it`;
  }
  if (filters.length > 0) return `by the registry's ${kind}, filter ${filters.join(', ')}`;
  return isOwn ? 'by its own ScanOnPush' : `by the registry's ${kind}`;
}

function message(fact: AuditFact, audit: AuditedRepository): string {
  if (isControls(fact)) return controlMessage(fact, audit);
  switch (fact.code) {
    case 'images-in-use-expire':
      return `Its lifecycle policy expires images that may be in use: ${formatRange(fact.pulledLately)} pulled within ${fact.days} days.`;
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
function controlMessage(fact: CheckedIssue, audit: AuditedRepository): string {
  const live = liveMessages[fact.code];
  if (live !== undefined) return live(fact, audit);
  const document = documents[fact.control];
  const text = clause(fact);
  return document === undefined
    ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
    : `Its ${document}: ${text}.`;
}
