/** The plain text of a digest. Pure. */
import { isAtLeast } from '../severity.ts';
import { indented, listOf } from '../text.ts';
import { countsInWords, countsOfEvent, pluralise } from '../wording.ts';
import type { Digest, DigestRow } from './digest.ts';

// Tags of repositories cause most of them, so there may be some of each repository.
export const maxProblems = 20;

/** @param max how many repositories are listed; the rest is counted */
export function digestText(digest: Digest, max: number): string {
  const { rows, problems } = digest;
  const list = 'Repositories, the worst first; the counts are those of the newest image with findings';
  return `${[
    summaryOf(digest).join('\n'),
    ...(rows.length === 0 ? [] : [`${list}\n${listOf(rows, lineOf, max)}`]),
    `What to do\n${indented([adviceOf(digest)])}`,
    ...(problems.length === 0
      ? []
      : [`Configuration problems\n${listOf(problems, (problem) => problem, maxProblems)}`]),
  ].join('\n\n')}\n`;
}

/** Such as `34 alerts about 12 repositories`. */
export function headlineOf({ alerts, rows }: Pick<Digest, 'alerts' | 'rows'>): string {
  return `${pluralise(alerts, 'alert')} about ${rows.length} ${rows.length === 1 ? 'repository' : 'repositories'}`;
}

/** What the digest is about, in a line or two. */
export function summaryOf(digest: Digest): string[] {
  const { from, to, kinds } = digest;
  const period = from === undefined || to === undefined ? '' : `, from ${minute(from)} to ${minute(to)} UTC`;
  const parts = [
    [kinds.findings, 'with findings'],
    [kinds.suppressed, 'suppressed'],
    [kinds.failed, 'not scanned'],
    [kinds.gone, 'deleted after the scan'],
  ].flatMap(([count, words]) => (count === undefined ? [] : [`${count} ${words}`]));
  return [`${headlineOf(digest)}${period}.`, ...(parts.length === 0 ? [] : [`${parts.join(', ')}.`])];
}

/** Such as `CRITICAL     team/orders:1.4.2  2 CRITICAL, 1 MEDIUM, 1 new  (5 alerts, 3 images)`. */
export function lineOf({ repository, alerts, images, severity, newest }: DigestRow): string {
  const image =
    newest.tag === null ? `${repository}@${newest.digest.slice(0, 19)}` : `${repository}:${newest.tag}`;
  const several = alerts > 1 ? `  (${pluralise(alerts, 'alert')}, ${pluralise(images, 'image')})` : '';
  return `${(severity ?? 'UNKNOWN').padEnd(13)}${image}  ${wordsOf(newest)}${several}`;
}

function wordsOf({ kind, counts, fresh, isUnread, scanner }: DigestRow['newest']): string {
  switch (kind) {
    case 'findings':
      return [
        isUnread ? countsOfEvent(counts, scanner) : countsInWords(counts),
        ...(fresh === null ? [] : [`${fresh} new`]),
        ...(isUnread ? ['not all could be read'] : []),
      ].join(', ');
    case 'suppressed':
      return `${countsInWords(counts)}, all suppressed`;
    case 'failed':
      return 'the scan failed';
    case 'gone':
      return `${countsOfEvent(counts, scanner)}, deleted after the scan`;
    default:
      return kind satisfies never;
  }
}

/** One sentence or two. */
export function adviceOf({ atOnceFrom, severity }: Digest): string {
  const rebuild = 'Rebuild the images, the worst first, and push them with new tags.';
  if (atOnceFrom === undefined) return rebuild;
  // Such as what is suppressed, or not new, or waited when the parameter had another value.
  const hasSome = severity !== null && isAtLeast(severity, atOnceFrom);
  return hasSome
    ? `${rebuild} Alerts with findings of ${atOnceFrom} or worse are sent at once; those listed here are suppressed, deleted, not new, or older than this setting.`
    : `${rebuild} Alerts of ${atOnceFrom} or worse were sent at once, and are not among these.`;
}

/** `2026-11-28T08:03:11.000Z` as `2026-11-28 08:03`. */
function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
