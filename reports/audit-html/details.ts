/** The details of one repository in the page, beside the table's columns. Pure. */
import { pulledLatelyDays } from '../../audit/expiry.ts';
import { isUnknown, type Known } from '../../core/known.ts';
import type { DescribedRepository, DescribedTag } from '../../wording/audit/describe.ts';
import type { DescribedExpiry } from '../../wording/audit/expiry.ts';
import { formatRange, imagesIn, pluralise } from '../../wording/format.ts';
import { subjectLabel, truncate } from '../audit-labels.ts';
import { toHtml } from './to-html.ts';

type Line = readonly [title: string, text: string];

/** How much is shown of one repository; other formats have all. */
export interface DetailLimits {
  /** How many moving tags are listed. */
  readonly tags: number;
  /** Of one line. */
  readonly characters: number;
  /** Whether only what matters most is shown. */
  readonly isLarge: boolean;
}

/** The name of a repository, which opens its details. */
export function detailsOf(repository: DescribedRepository, limits: DetailLimits): string {
  const items = linesOf(repository, limits).map(
    ([title, text]) => `<li><b>${toHtml(title)}</b> ${toHtml(truncate(text, limits.characters))}</li>`,
  );
  return `<details><summary>${toHtml(repository.name).replaceAll('/', '/<wbr>')}</summary><ul>${items.join('')}</ul></details>`;
}

function linesOf(repository: DescribedRepository, { tags: maxTags, isLarge }: DetailLimits): Line[] {
  const { findings, readiness, scanned, lifecyclePolicy, images, hardened, keepImages } = repository;
  // The message of that finding ends with the advice.
  const isAdvised = findings.some(({ code }) => code === 'tags-mutable');
  const isDone = readiness.verdict === 'done';
  return [
    ...(repository.sweep?.lines ?? []),
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
    ...(isUnknown(keepImages) || (isLarge && keepImages.forInUse === 0)
      ? []
      : [['KeepImages:', keepImages.why] satisfies Line]),
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

function expiryWords(expiry: Known<DescribedExpiry>): string {
  if (isUnknown(expiry)) return `may expire images; how many is unknown: ${expiry.unknown}.`;
  const { images, archived, inUse, inUseOrPulled, lost } = expiry;
  if (images.atMost + archived.atMost === 0) return 'would expire no image now.';
  const what = [
    ...(images.atMost === 0 ? [] : [`expire ${imagesIn(images)}`]),
    ...(archived.atMost === 0 ? [] : [`archive ${imagesIn(archived)}`]),
  ].join(' and ');
  if (isUnknown(inUse) || inUse.atMost === 0)
    return `would ${what} now, ${inUseOrPulled.atMost === 0 ? 'none' : formatRange(inUseOrPulled)} of them pulled within ${pulledLatelyDays} days.`;
  return `would ${what} now. In use or pulled within ${pulledLatelyDays} days: ${formatRange(inUseOrPulled)}, such as ${lost[0]?.text}.`;
}
