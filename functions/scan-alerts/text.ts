/** The plain text of an alert, in sections, so that it can be read in any client. Pure. */
import { type Alert, type NewVulnerabilities, registryOf, type Unread } from './alert.ts';
import { type Counts, countAtLeast, type Threshold } from './severity.ts';
import type { Suppressed } from './suppression.ts';
import {
  adviceOf,
  atThreshold,
  countsInWords,
  eventCountsInWords,
  type FindingsAlert,
  lineOf,
  numberOf,
  pluralise,
  suppressedLine,
} from './wording.ts';

/** @param max how many findings each list may have; the rest is counted */
export function textOf(alert: Alert, max: number): string {
  return `${[
    summaryOf(alert),
    imageOf(alert),
    ...detailsOf(alert, max),
    `What to do\n  ${adviceOf(alert)}`,
    `Console\n  ${alert.console}`,
    ...(alert.problems.length === 0 ? [] : [`Configuration problems\n${indented(alert.problems)}`]),
  ].join('\n\n')}\n`;
}

function summaryOf(alert: Alert): string {
  const { repository, tags } = alert.image;
  const what = tags[0] === undefined ? `an untagged image of ${repository}` : `${repository}:${tags[0]}`;
  switch (alert.kind) {
    case 'findings': {
      const { findings, threshold, news, unread } = alert;
      if (unread !== undefined) return unreadSummary(alert, unread, capital(what));
      const notified = atThreshold(findings, threshold);
      const fixable = notified.filter(({ fixed }) => typeof fixed === 'string').length;
      const fixes =
        alert.scanner === 'BASIC'
          ? ''
          : `, and a fix for ${fixable === notified.length ? 'all' : fixable} of them`;
      const fresh =
        news === undefined ? '' : ` ${newInWords(news, atThreshold(news.findings, threshold).length)}`;
      return `${capital(what)} has ${pluralise(notified.length, 'finding')} of ${threshold} or worse${fixes}.${fresh}`;
    }
    case 'suppressed': {
      const number = pluralise(countAtLeast(alert.counts, alert.threshold), 'finding');
      return `${capital(what)} has ${number} of ${alert.threshold} or worse, all suppressed.`;
    }
    case 'failed':
      return `The scan of ${what} failed (status ${alert.status}), so its vulnerabilities are unknown. ${alert.reason === undefined ? 'ECR reports no reason.' : `ECR reports: ${alert.reason}`}`;
    case 'gone':
      return `The scan of ${what} completed, but the image or its result was deleted before the findings could be read. The counts are those of the event.`;
    default:
      return alert satisfies never;
  }
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
    ['registry', registryOf(image)],
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
      const { counts, findings, news, suppressed, threshold } = alert;
      return [
        severityOf(counts, threshold, alert),
        ...(news === undefined ? [] : [newsOf(news, max)]),
        `Most severe\n${findings.length === 0 ? '  none could be read' : listOf(findings, lineOf, max)}`,
        ...(suppressed.length === 0 ? [] : [suppressedOf(suppressed, max)]),
      ];
    }
    case 'suppressed':
      return [severityOf(alert.counts, alert.threshold, alert), suppressedOf(alert.suppressed, max)];
    case 'gone':
      return [severityOf(alert.counts, alert.threshold, alert)];
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

function severityOf(counts: Partial<Counts>, threshold: Threshold, alert: Alert): string {
  const own = `${countsInWords(counts)} (alert threshold ${threshold})`;
  const lines =
    alert.kind === 'findings' && alert.unread !== undefined
      ? [...eventCountsInWords(alert), `Read: ${own}`]
      : [own, ...eventCountsInWords(alert)];
  return `Severity\n${indented(lines)}`;
}

function suppressedOf(suppressed: readonly Suppressed[], max: number): string {
  return `Suppressed: ${suppressed.length}\n${listOf(suppressed, suppressedLine, max)}`;
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
