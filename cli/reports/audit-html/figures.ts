/** What the page's charts show. */
import type { Audit, AuditSubject, ImageCount, Readiness, RepositoryAudit } from '../../../audit/audit.ts';
import { formatMoney } from '../../../audit/format.ts';
import { isUnknown } from '../../../audit/reading.ts';
import { type Bar, barFigure } from './charts.ts';

const mostBars = 15;

/** What each subject means to somebody who knows none of their names. */
const amissTitles: Readonly<Record<AuditSubject, string>> = {
  TagImmutability: 'Tags can be overwritten',
  ScanOnPush: 'Images are not scanned',
  LifecyclePolicy: 'No sound lifecycle policy',
  PublicAccess: 'Open to everybody',
  Retain: 'Deleted with its stack',
  Encryption: 'No key of your own',
  ImageQuota: 'Image quota soon reached',
};

const readinessTitles: Readonly<Record<Readiness['verdict'], string>> = {
  done: 'Immutable already',
  now: 'Can be immutable now',
  'with-exclusions': 'With exclusions',
  'stop-first': 'After tags stop moving',
  unclear: 'After a closer look',
};
const readinessOrder = ['done', 'now', 'with-exclusions', 'stop-first', 'unclear'] as const;

/** The charts that have something to show. */
export function figuresOf({ repositories, summary }: Audit): string[] {
  const known = repositories.filter(({ images }) => !isUnknown(images));
  // More of them than bars: only then the title says how many.
  const of = known.length > mostBars ? `the ${mostBars} ` : '';
  return [
    barFigure(
      'What is amiss, in how many repositories',
      summary.bySubject.map(({ subject, repositories: value }) => ({
        label: amissTitles[subject],
        value,
        words: number(value),
      })),
    ),
    barFigure(
      'Ready for immutable tags: repositories',
      readinessOrder
        .map((verdict) => ({ verdict, value: summary.byReadiness[verdict] }))
        .filter(({ value }) => value > 0)
        .map(({ verdict, value }) => ({ label: readinessTitles[verdict], value, words: number(value) })),
    ),
    barFigure(
      `Cost of storage, ${of}dearest repositories`,
      largest(
        known,
        ({ monthlyCost }) => monthlyCost,
        (value) => `$${formatMoney(value)} a month`,
      ),
    ),
    barFigure(
      `Images and share of the quota, ${of}fullest repositories`,
      largest(
        known,
        ({ count }) => count,
        (value, { quota }) => `${number(value)} (${percent(value / quota)})`,
      ),
      quotaOf(known),
    ),
  ].filter((figure) => figure !== '');
}

function largest(
  repositories: readonly RepositoryAudit[],
  measure: (images: ImageCount) => number,
  words: (value: number, images: ImageCount) => string,
): Bar[] {
  return repositories
    .flatMap(({ name, images }) =>
      isUnknown(images) ? [] : [{ label: name, images, value: measure(images) }],
    )
    .filter(({ value }) => value > 0)
    .toSorted((one, other) => other.value - one.value)
    .slice(0, mostBars)
    .map(({ label, value, images }) => ({ label, value, words: words(value, images) }));
}

/** The quota, where all have the same; a mark far beyond every bar would only make them too short to see. */
function quotaOf(repositories: readonly RepositoryAudit[]): number | undefined {
  const counts = repositories.flatMap(({ images }) => (isUnknown(images) ? [] : [images]));
  const [quota, ...others] = new Set(counts.map((images) => images.quota));
  const fullest = counts.reduce((most, { count }) => Math.max(most, count), 0);
  return quota === undefined || others.length > 0 || quota > 3 * fullest ? undefined : quota;
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function percent(share: number): string {
  return share < 0.01 ? '<1 %' : `${Math.floor(share * 100)} %`;
}
