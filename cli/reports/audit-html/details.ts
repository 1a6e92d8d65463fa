/** What the page says of one repository beside the table's columns. Pure. */
import type { AuditSubject, Expiry, MovingTag, RepositoryAudit } from '../../../audit/audit.ts';
import { formatRange, pluralise } from '../../../audit/format.ts';
import { isUnknown, type Known } from '../../../audit/reading.ts';
import { toHtml } from './to-html.ts';

const subjectTitles: Readonly<Record<AuditSubject, string>> = {
  TagImmutability: 'Tags:',
  ScanOnPush: 'Scanning:',
  LifecyclePolicy: 'Lifecycle policy:',
  PublicAccess: 'Public access:',
  Retain: 'Deletion:',
  Encryption: 'Encryption:',
  ImageQuota: 'Image quota:',
};

type Line = readonly [title: string, text: string];

/** The name of a repository, which opens the rest. @param mostTags how many moving tags it names */
export function detailsOf(repository: RepositoryAudit, mostTags: number): string {
  const items = linesOf(repository, mostTags).map(
    ([title, text]) => `<li><b>${toHtml(title)}</b> ${toHtml(text)}</li>`,
  );
  return `<details><summary>${toHtml(repository.name).replaceAll('/', '/<wbr>')}</summary><ul>${items.join('')}</ul></details>`;
}

function linesOf(repository: RepositoryAudit, mostTags: number): Line[] {
  const { findings, readiness, scanned, lifecyclePolicy, images, hardened } = repository;
  const isAdvised = findings.some(({ message }) => message.includes(readiness.advice));
  const isDone = readiness.verdict === 'done';
  return [
    ...findings.map(({ subject, message }): Line => [subjectTitles[subject], message]),
    ...(isAdvised || isDone ? [] : [['Immutable tags:', readiness.advice] satisfies Line]),
    ...(isDone ? [] : movingLines(readiness.moving, mostTags)),
    ...(isUnknown(scanned) || scanned.how === 'not'
      ? []
      : [['Scanning:', `Images are scanned ${scanned.how}, ${scanned.why}.`] satisfies Line]),
    // Whose images nobody could read has the reason in its cells.
    ...(isUnknown(images) || isUnknown(lifecyclePolicy) || lifecyclePolicy.kind === 'none'
      ? []
      : [['Its lifecycle policy', expiryWords(lifecyclePolicy.expires)] satisfies Line]),
    ...(isUnknown(images) || hardened === null
      ? []
      : [['The hardened lifecycle policy', expiryWords(hardened)] satisfies Line]),
  ];
}

function movingLines(moving: readonly MovingTag[], mostTags: number): Line[] {
  const lines = moving
    .slice(0, mostTags)
    .map(
      ({ tag, certainty, evidence }): Line => [`Tag ${tag}`, `${certaintyWords[certainty]}: ${evidence}.`],
    );
  const rest = moving.length - lines.length;
  return rest > 0
    ? [...lines, ['Tags:', `${pluralise(rest, 'more moves', 'more move')}, or may: --format json lists all.`]]
    : lines;
}

const certaintyWords: Readonly<Record<MovingTag['certainty'], string>> = {
  seen: 'moves',
  likely: 'likely moves',
  possible: 'may move',
};

function expiryWords(expiry: Known<Expiry>): string {
  if (isUnknown(expiry)) return `may expire images; how many nobody can tell: ${expiry.unknown}.`;
  const { images, pulledLately } = expiry;
  if (images.atMost === 0) return 'would expire no image now.';
  const words = images.atMost === 1 && images.atLeast === 1 ? '1 image' : `${formatRange(images)} images`;
  return `would expire ${words} now, ${pulledLately.atMost === 0 ? 'none' : formatRange(pulledLately)} of them pulled within 90 days.`;
}
