/** The data of the page's charts. */
import type { ImageCount, Readiness } from '../../audit/audit.ts';
import { isUnknown } from '../../core/known.ts';
import type { ReportedAudit } from '../../wording/audit/describe.ts';
import { formatSmallMoney } from '../../wording/format.ts';
import { nameOf, subjectLabel } from '../audit-labels.ts';
import { type Bar, barFigure } from './charts.ts';

const maxBars = 15;

const readinessTitles: Readonly<Record<Readiness['verdict'], string>> = {
  done: 'Already immutable',
  now: 'Can be immutable now',
  'with-exclusions': 'With exclusions',
  'stabilise-first': 'After tags stop moving',
  'not-known-yet': 'Not known yet',
  unclear: 'After a closer look',
  'stays-mutable': 'Caches and replicas: stay mutable',
};
const readinessOrder = [
  'done',
  'now',
  'with-exclusions',
  'stabilise-first',
  'not-known-yet',
  'unclear',
  'stays-mutable',
] as const;

/** The charts that have data. */
export function figuresOf({ repositories, summary }: ReportedAudit): string[] {
  const known: CountedRepository[] = [];
  for (const repository of repositories) {
    const { images } = repository;
    if (!isUnknown(images)) known.push({ label: nameOf(repository), images });
  }
  // The title has a number only if there are more repositories than bars.
  const of = known.length > maxBars ? `the ${maxBars} ` : '';
  return [
    barFigure(
      'Issues by type (repositories affected)',
      summary.bySubject.map(({ subject, repositories: value }) => ({
        label: subjectLabel(subject).issue,
        value,
        words: number(value),
      })),
    ),
    barFigure(
      'Readiness for immutable tags (repositories)',
      readinessOrder
        .map((verdict) => ({ verdict, value: summary.byReadiness[verdict] }))
        .filter(({ value }) => value > 0)
        .map(({ verdict, value }) => ({ label: readinessTitles[verdict], value, words: number(value) })),
    ),
    barFigure(`Cost of storage: ${of}most expensive repositories`, costsOf(known)),
    barFigure(
      `Images and share of the quota: ${of}largest repositories`,
      largest(
        known,
        ({ count }) => count,
        (value, { quota }) => `${number(value)} (${percent(value / quota)})`,
      ),
      quotaOf(known),
    ),
  ].filter((figure) => figure !== '');
}

/** A repository whose images were read; only what the charts need, since all of them are in memory. */
interface CountedRepository {
  readonly label: string;
  readonly images: ImageCount;
}

// Less is seen neither as a bar nor on a bill.
const leastCost = 0.0001;

/** None if no repository costs a cent a month. */
function costsOf(repositories: readonly CountedRepository[]): Bar[] {
  const bars = largest(
    repositories.filter(({ images }) => images.monthlyCost >= leastCost),
    ({ monthlyCost }) => monthlyCost,
    (value) => `${formatSmallMoney(value)} a month`,
  );
  return (bars[0]?.value ?? 0) < 0.01 ? [] : bars;
}

function largest(
  repositories: readonly CountedRepository[],
  measure: (images: ImageCount) => number,
  words: (value: number, images: ImageCount) => string,
): Bar[] {
  return repositories
    .map(({ label, images }) => ({ label, images, value: measure(images) }))
    .filter(({ value }) => value > 0)
    .toSorted((one, other) => other.value - one.value)
    .slice(0, maxBars)
    .map(({ label, value, images }) => ({ label, value, words: words(value, images) }));
}

/** The quota, if all have the same; a mark far beyond every bar would make the bars too short to see. */
function quotaOf(repositories: readonly CountedRepository[]): number | undefined {
  const [quota, ...others] = new Set(repositories.map(({ images }) => images.quota));
  const largestCount = repositories.reduce((max, { images: { count } }) => Math.max(max, count), 0);
  return quota === undefined || others.length > 0 || quota > 3 * largestCount ? undefined : quota;
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function percent(share: number): string {
  return share < 0.01 ? '<1 %' : `${Math.floor(share * 100)} %`;
}
