/** The plain text of an alert, in sections, so that it can be read in any client. Pure. */
import { registryHost } from '../../aws/regions.ts';
import { adviceOf } from './advice.ts';
import type { Alert, NewVulnerabilities, Unread } from './alert.ts';
import { countAtLeast, worstOf } from './severity.ts';
import type { Suppressed } from './suppression.ts';
import { oncePerFinding, type Vulnerability } from './vulnerability.ts';
import {
  countedAtThreshold,
  countsInWords,
  countsOnce,
  eventCountsInWords,
  type FindingsAlert,
  goneInWords,
  lineOf,
  numberOf,
  pluralise,
  suppressedLine,
} from './wording.ts';

// Tags of a repository, of which there are 50 of 128 characters, must not make a message too long for SNS.
export const maxProblems = 10;

/** @param max how many findings each list may have; the rest is counted */
export function textOf(alert: Alert, max: number): string {
  return `${[
    summaryOf(alert),
    imageOf(alert),
    ...detailsOf(alert, max),
    `What to do\n  ${adviceOf(alert)}`,
    `Console\n  ${alert.console}`,
    ...(alert.problems.length === 0
      ? []
      : [`Configuration problems\n${listOf(alert.problems, (problem) => problem, maxProblems)}`]),
  ].join('\n\n')}\n`;
}

function summaryOf(alert: Alert): string {
  const { repository, tags } = alert.image;
  const what = tags[0] === undefined ? `an untagged image of ${repository}` : `${repository}:${tags[0]}`;
  switch (alert.kind) {
    case 'findings': {
      const { findings, threshold, news, unread } = alert;
      if (unread !== undefined) return unreadSummary(alert, unread, capital(what));
      const notified = countedAtThreshold(findings, alert);
      const fixable = fixableOf(notified, findings).length;
      const fixes =
        alert.scanner === 'BASIC'
          ? ''
          : `, and a fix for ${fixable === notified.length ? 'all' : fixable} of them`;
      const fresh =
        news === undefined ? '' : ` ${newInWords(news, countedAtThreshold(news.findings, alert).length)}`;
      return `${capital(what)} has ${pluralise(notified.length, 'finding')} of ${threshold} or worse${fixes}.${fresh}`;
    }
    case 'suppressed': {
      const number = pluralise(countAtLeast(countsOnce(alert), alert.threshold), 'finding');
      return `${capital(what)} has ${number} of ${alert.threshold} or worse, all suppressed.`;
    }
    case 'failed':
      return `The scan of ${what} failed (status ${alert.status}), so its vulnerabilities are unknown. ${whyFailed(alert)}`;
    case 'gone':
      return goneSummary(alert, what);
    default:
      return alert satisfies never;
  }
}

function whyFailed({ reason, isImageGone }: Extract<Alert, { readonly kind: 'failed' }>): string {
  if (isImageGone) return 'The image was deleted since.';
  return reason === undefined ? 'ECR reports no reason.' : `ECR reports: ${reason}`;
}

/** Those with a fix in every package: a fix in one of them leaves the others vulnerable. */
function fixableOf(
  once: readonly Vulnerability[],
  findings: readonly Vulnerability[],
): readonly Vulnerability[] {
  const open = new Set(findings.filter(({ fixed }) => typeof fixed !== 'string').map(({ id }) => id));
  return once.filter(({ id }) => !open.has(id));
}

function goneSummary({ missing, counts }: Extract<Alert, { readonly kind: 'gone' }>, what: string): string {
  const cause =
    missing === 'result'
      ? 'ECR has no result of it'
      : 'the image or its result was deleted before the findings could be read';
  const known =
    worstOf(counts) === undefined ? 'The event has no counts.' : 'The counts are those of the event.';
  return `The scan of ${what} completed, but ${cause}. ${known}`;
}

function unreadSummary(alert: FindingsAlert, { read, reason }: Unread, what: string): string {
  const { threshold, eventCounts } = alert;
  const number = numberOf(alert);
  if (eventCounts === undefined)
    return `${what} has ${number === 0 ? 'an unknown number of findings' : `at least ${pluralise(number, 'finding')}`} of ${threshold} or worse, because not all could be read: ${reason}.`;
  return `${what} has ${pluralise(number, 'finding')} of ${threshold} or worse, as the event of the scan counts them. Only ${read} could be read: ${reason}.`;
}

function newInWords({ since }: NewVulnerabilities, count: number): string {
  const when = since === undefined ? 'since its first scan' : 'since the image pushed before it';
  if (count === 0) return `None is new ${when}.`;
  return `${count} ${count === 1 ? 'is' : 'are'} new ${when}.`;
}

function imageOf({ image, commit, scanner }: Alert): string {
  const rows: readonly (readonly [string, string])[] = [
    ['registry', registryHost(image)],
    ['repository', image.repository],
    ['digest', image.digest],
    ['tags', tagsInWords(image.tags)],
    ['commit', [commit?.hash, commit?.url].filter((each) => each !== undefined).join('  ')],
    ['scanning', scanner === 'BASIC' ? 'basic' : 'enhanced (Amazon Inspector)'],
  ];
  const known = rows.filter(([, value]) => value !== '');
  return `Image\n${indented(known.map(([name, value]) => `${name.padEnd(12)}${value}`))}`;
}

// ECR accepts 1,000 tags for an image.
const maxTags = 100;

function tagsInWords(tags: readonly string[]): string {
  if (tags.length === 0) return 'none';
  const rest = tags.length > maxTags ? ` and ${tags.length - maxTags} more` : '';
  return `${tags.slice(0, maxTags).join(', ')}${rest}`;
}

function detailsOf(alert: Alert, max: number): readonly string[] {
  switch (alert.kind) {
    case 'findings': {
      const { findings, news, suppressed } = alert;
      return [
        severityOf(alert),
        ...(news === undefined ? [] : [newsOf(news, max)]),
        `Most severe\n${findings.length === 0 ? '  none could be read' : listOf(findings, lineOf, max)}`,
        ...(suppressed.length === 0 ? [] : [suppressedOf(suppressed, max, alert.scanner)]),
      ];
    }
    case 'suppressed':
      return [severityOf(alert), suppressedOf(alert.suppressed, max, alert.scanner)];
    case 'gone':
      return [severityOf(alert)];
    case 'failed':
      return eventCountsInWords(alert).map((line) => `Severity\n  ${line}`);
    default:
      return alert satisfies never;
  }
}

function newsOf({ since, findings }: NewVulnerabilities, max: number): string {
  const when =
    since === undefined
      ? 'its first scan'
      : `${since.tags[0] ?? since.digest.slice(0, 19)}, pushed ${since.pushedAt}`;
  return `New since ${when}\n${findings.length === 0 ? '  nothing' : listOf(findings, lineOf, max)}`;
}

function severityOf(alert: Exclude<Alert, { readonly kind: 'failed' }>): string {
  const words = alert.kind === 'gone' ? goneInWords(alert) : countsInWords(countsOnce(alert));
  const own = `${words} (alert threshold ${alert.threshold})`;
  const lines =
    alert.kind === 'findings' && alert.unread !== undefined
      ? [...eventCountsInWords(alert), `Read: ${own}`]
      : [own, ...eventCountsInWords(alert)];
  return `Severity\n${indented(lines)}`;
}

function suppressedOf(suppressed: readonly Suppressed[], max: number, scanner: Alert['scanner']): string {
  const once = oncePerFinding(
    suppressed.map(({ finding }) => finding),
    scanner,
  );
  return `Suppressed: ${once.length}\n${listOf(suppressed, suppressedLine, max)}`;
}

/** The lines of a list in a section, and how many are left out. */
export function listOf<Entry>(
  entries: readonly Entry[],
  line: (entry: Entry) => string,
  max: number,
): string {
  const rest = entries.length - max;
  return indented([...entries.slice(0, max).map(line), ...(rest > 0 ? [`and ${rest} more`] : [])]);
}

/** Lines of a section. */
export function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

function capital(text: string): string {
  return text.replace(/^an /, 'An ');
}
