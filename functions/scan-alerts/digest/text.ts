/** The plain text of a digest. Pure. */
import type { Missing } from '../alert.ts';
import { isAtLeast, worstOf } from '../severity.ts';
import { indented, listOf } from '../text.ts';
import { countsInWords, countsOfEvent, pluralise } from '../wording.ts';
import type { Digest, DigestRow } from './digest.ts';
import { alertKinds, type DigestEntry } from './entry.ts';

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
  const parts = kindsInWords(kinds);
  return [`${headlineOf(digest)}${period}.`, ...(parts.length === 0 ? [] : [`${parts.join(', ')}.`])];
}

const kindWords: Readonly<Record<DigestEntry['kind'], string>> = {
  findings: 'with findings',
  suppressed: 'suppressed',
  failed: 'not scanned',
  gone: 'without a result',
};

/** @param except the kind that is named already */
function kindsInWords(kinds: Digest['kinds'], except?: DigestEntry['kind']): readonly string[] {
  return alertKinds.flatMap((kind) => {
    const count = kinds[kind];
    return count === undefined || kind === except ? [] : [`${count} ${kindWords[kind]}`];
  });
}

/** Such as `CRITICAL     team/orders:1.4.2  2 CRITICAL, 1 MEDIUM, 1 new  (5 alerts, 3 images)`. */
export function lineOf({ repository, alerts, images, kinds, severity, newest }: DigestRow): string {
  const image =
    newest.tag === null ? `${repository}@${newest.digest.slice(0, 19)}` : `${repository}:${newest.tag}`;
  const of = [pluralise(alerts, 'alert'), pluralise(images, 'image'), ...kindsInWords(kinds, newest.kind)];
  const several = alerts > 1 ? `  (${of.join(', ')})` : '';
  return `${(severity ?? 'UNKNOWN').padEnd(13)}${image}  ${wordsOf(newest)}${several}`;
}

function wordsOf({ kind, counts, fresh, isUnread, missing, scanner }: DigestRow['newest']): string {
  switch (kind) {
    case 'findings':
      return [
        isUnread ? unreadInWords(counts, scanner) : countsInWords(counts),
        ...(fresh === null ? [] : [`${fresh} new`]),
        ...(isUnread ? ['not all could be read'] : []),
      ].join(', ');
    case 'suppressed':
      return `${countsInWords(counts)}, all suppressed`;
    case 'failed':
      return 'the scan failed';
    case 'gone':
      return `${unreadInWords(counts, scanner)}, ${missingWords[missing ?? 'image']}`;
    default:
      return kind satisfies never;
  }
}

const missingWords: Readonly<Record<Missing, string>> = {
  image: 'deleted after the scan',
  result: 'its result not found',
  either: 'image or result not found',
};

/** Counts of findings that could not be read: of their event, which may have none. */
function unreadInWords(counts: DigestEntry['counts'], scanner: DigestEntry['scanner']): string {
  return worstOf(counts) === undefined ? 'findings unknown' : countsOfEvent(counts, scanner);
}

const adviceByKind: Readonly<Record<DigestEntry['kind'], string>> = {
  findings: 'Rebuild the images, the worst first, and push them with new tags.',
  failed: 'Where a scan failed, scan the image in your build pipeline, or push it again with a new tag.',
  suppressed: 'Check that the suppressions still apply.',
  gone: 'If you still need an image that was deleted, push it again to have it scanned. Where only the result is missing, scan the image in your build pipeline, or rebuild it and push it with a new tag.',
};

/** A sentence for each kind of alert, and what is not among them. */
export function adviceOf({ kinds, atOnceFrom, severity }: Digest): string {
  const advice = alertKinds.filter((kind) => kinds[kind] !== undefined).map((kind) => adviceByKind[kind]);
  if (advice.length === 0)
    return 'Find out who sends messages to the queue of the digest (AlertDigestQueue): only the application should.';
  if (atOnceFrom === undefined) return advice.join(' ');
  // Such as what is suppressed, or not new, or waited when the parameter had another value.
  const hasSome = severity !== null && isAtLeast(severity, atOnceFrom);
  const others = hasSome
    ? `Alerts with findings of ${atOnceFrom} or worse are sent at once; those listed here are suppressed, deleted, not new, or older than this setting.`
    : `Alerts of ${atOnceFrom} or worse were sent at once, and are not among these.`;
  return [...advice, others].join(' ');
}

/** `2026-11-28T08:03:11.000Z` as `2026-11-28 08:03`. */
function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
