/** The details of one repository in the page, beside the table's columns. Pure. */
import type { Expiry } from '../../../audit/audit.ts';
import { isUnknown, type Known } from '../../../core/known.ts';
import type { DescribedRepository, DescribedTag } from '../../../wording/audit/describe.ts';
import { formatRange, pluralise } from '../../../wording/format.ts';
import { subjectLabel, truncate } from '../audit-labels.ts';
import { toHtml } from './to-html.ts';

type Line = readonly [title: string, text: string];

/** How much is shown of one repository; other formats have all. */
export interface DetailLimits {
  /** How many moving tags are listed. */
  readonly tags: number;
  /** Of one line. */
  readonly characters: number;
}

/** The name of a repository, which opens its details. */
export function detailsOf(repository: DescribedRepository, limits: DetailLimits): string {
  const items = linesOf(repository, limits.tags).map(
    ([title, text]) => `<li><b>${toHtml(title)}</b> ${toHtml(truncate(text, limits.characters))}</li>`,
  );
  return `<details><summary>${toHtml(repository.name).replaceAll('/', '/<wbr>')}</summary><ul>${items.join('')}</ul></details>`;
}

function linesOf(repository: DescribedRepository, maxTags: number): Line[] {
  const { findings, readiness, scanned, lifecyclePolicy, images, hardened } = repository;
  // The message of that finding ends with the advice.
  const isAdvised = findings.some(({ code }) => code === 'tags-mutable');
  const isDone = readiness.verdict === 'done';
  return [
    ...findings.map(({ subject, message }): Line => [`${subjectLabel(subject).topic}:`, message]),
    ...(isAdvised || isDone ? [] : [['Immutable tags:', readiness.advice] satisfies Line]),
    ...(isDone ? [] : movingLines(readiness.moving, maxTags)),
    ...(isUnknown(scanned) || scanned.how === 'not'
      ? []
      : [['Scanning:', `Images are scanned ${scanned.how}, ${scanned.why}.`] satisfies Line]),
    // If the images could not be read, the cells have the reason.
    ...(isUnknown(images) || isUnknown(lifecyclePolicy) || lifecyclePolicy.kind === 'none'
      ? []
      : [['Its lifecycle policy', expiryWords(lifecyclePolicy.expires)] satisfies Line]),
    ...(isUnknown(images) || hardened === null
      ? []
      : [['The hardened lifecycle policy', expiryWords(hardened)] satisfies Line]),
  ];
}

function movingLines(moving: readonly DescribedTag[], maxTags: number): Line[] {
  const lines = moving
    .slice(0, maxTags)
    .map(
      ({ tag, confidence, evidence }): Line => [`Tag ${tag}`, `${confidenceWords[confidence]}: ${evidence}.`],
    );
  const rest = moving.length - lines.length;
  return rest > 0
    ? [
        ...lines,
        [
          'Tags:',
          `${pluralise(rest, 'more tag moves', 'more tags move')} or may move: --format json lists all.`,
        ],
      ]
    : lines;
}

const confidenceWords: Readonly<Record<DescribedTag['confidence'], string>> = {
  seen: 'moves',
  likely: 'likely moves',
  possible: 'may move',
};

function expiryWords(expiry: Known<Expiry>): string {
  if (isUnknown(expiry)) return `may expire images; how many is unknown: ${expiry.unknown}.`;
  const { images, pulledLately } = expiry;
  if (images.atMost === 0) return 'would expire no image now.';
  const words = images.atMost === 1 && images.atLeast === 1 ? '1 image' : `${formatRange(images)} images`;
  return `would expire ${words} now, ${pulledLately.atMost === 0 ? 'none' : formatRange(pulledLately)} of them pulled within 90 days.`;
}
