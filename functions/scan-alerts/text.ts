/** The text of an alert that people read: plain, in sections, so that any means shows it. Pure. */
import { type Alert, type NewVulnerabilities, registryOf } from './alert.ts';
import type { Suppressed } from './suppression.ts';
import { adviceOf, bad, counted, countsInWords, lineOf } from './wording.ts';

/** @param most how many findings each list may have; the rest is counted */
export function textOf(alert: Alert, most: number): string {
  return `${[
    summaryOf(alert),
    imageOf(alert),
    ...detailsOf(alert, most),
    `What to do\n  ${adviceOf(alert)}`,
    `Console\n  ${alert.console}`,
    ...(alert.problems.length === 0 ? [] : [`To be mended in the settings\n${indented(alert.problems)}`]),
  ].join('\n\n')}\n`;
}

function summaryOf(alert: Alert): string {
  const { repository, tags } = alert.image;
  const what = tags[0] === undefined ? `an untagged image of ${repository}` : `${repository}:${tags[0]}`;
  switch (alert.kind) {
    case 'findings': {
      const { findings, threshold, news } = alert;
      const told = bad(findings, threshold);
      const fixable = told.filter(({ fixed }) => typeof fixed === 'string').length;
      const fixes =
        alert.scanner === 'BASIC'
          ? ''
          : `, and a fix for ${fixable === told.length ? 'all' : fixable} of them`;
      const fresh = news === undefined ? '' : ` ${newInWords(news, bad(news.findings, threshold).length)}`;
      return `${capital(what)} has ${counted(told.length, 'finding')} of ${threshold} or worse${fixes}.${fresh}`;
    }
    case 'failed':
      return `The scan of ${what} did not succeed (${alert.status}), so nothing is known about it. ${alert.reason === undefined ? 'ECR gives no reason.' : `ECR says: ${alert.reason}`}`;
    case 'gone':
      return `The scan of ${what} ended, but the image or its result was gone before the findings could be read: the counts are those of the event.`;
    default:
      return alert satisfies never;
  }
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

// ECR takes a thousand tags for an image.
const mostTags = 100;

function tagsInWords(tags: readonly string[]): string {
  if (tags.length === 0) return 'none';
  const rest = tags.length > mostTags ? ` and ${tags.length - mostTags} more` : '';
  return `${tags.slice(0, mostTags).join(', ')}${rest}`;
}

function detailsOf(alert: Alert, most: number): readonly string[] {
  switch (alert.kind) {
    case 'findings': {
      const { counts, findings, news, suppressed, threshold } = alert;
      return [
        `How bad\n  ${countsInWords(counts)} (alert from ${threshold})`,
        ...(news === undefined ? [] : [newsOf(news, most)]),
        `The worst\n${listOf(findings, lineOf, most)}`,
        ...(suppressed.length === 0
          ? []
          : [`Suppressed: ${suppressed.length}\n${listOf(suppressed, suppressedLine, most)}`]),
      ];
    }
    case 'gone':
      return [`How bad\n  ${countsInWords(alert.counts)} (alert from ${alert.threshold})`];
    case 'failed':
      return [];
    default:
      return alert satisfies never;
  }
}

function newsOf({ since, findings }: NewVulnerabilities, most: number): string {
  const when =
    since === undefined
      ? 'its first scan'
      : `${since.tags[0] ?? since.digest.slice(0, 19)}, pushed ${since.pushedAt}`;
  return `New since ${when}\n${findings.length === 0 ? '  nothing' : listOf(findings, lineOf, most)}`;
}

function suppressedLine({ finding, by }: Suppressed): string {
  return `${finding.id} ${finding.package}, until ${by.until}: ${by.reason}`;
}

function listOf<Entry>(entries: readonly Entry[], line: (entry: Entry) => string, most: number): string {
  const rest = entries.length - most;
  return indented([...entries.slice(0, most).map(line), ...(rest > 0 ? [`and ${rest} more`] : [])]);
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

function capital(text: string): string {
  return text.replace(/^an /, 'An ');
}
