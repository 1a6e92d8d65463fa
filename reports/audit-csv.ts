import { stringify } from 'csv-stringify/sync';
import type { AuditSeverity, Range } from '../audit/audit.ts';
import { isUnknown, type Known, whenKnown } from '../core/known.ts';
import type { DescribedRepository, ReportedAudit } from '../wording/audit/describe.ts';
import type { DescribedExpiry } from '../wording/audit/expiry.ts';
import type { DescribedPlace, DescribedRegistry } from '../wording/audit/registries.ts';
import { formatRange } from '../wording/format.ts';
import { lifecycleText, readinessText, scannedText, unknownWord } from './audit-labels.ts';

/** One line for each repository, most severe first; RFC 4180. */
export function* auditCsv({ repositories, registries }: ReportedAudit): Generator<string, void, undefined> {
  const columns = registries === undefined ? auditColumns : [...placeColumns, ...auditColumns];
  yield csvHeader(columns);
  for (const repository of repositories) yield csvRecord(columns, repository);
  // A registry that could not be read has a line of its own.
  const unread = unreadColumns(columns.map(([name]) => name));
  for (const registry of registries ?? [])
    if (registry.failure !== undefined) yield csvRecord(unread, registry);
}

/** Of a report of several registries. */
export const placeColumns: Columns<{ readonly place?: DescribedPlace }> = [
  ['account', ({ place }) => place?.account ?? ''],
  ['region', ({ place }) => place?.region ?? ''],
];

type UnreadRegistry = Pick<DescribedRegistry, 'account' | 'region' | 'by' | 'failure'>;

/** The columns of a registry that could not be read: where it is, and why. */
export function unreadColumns(names: readonly string[]): Columns<UnreadRegistry> {
  const cells: Readonly<Record<string, (registry: UnreadRegistry) => Cell>> = {
    account: ({ account, by }) => account || by,
    region: ({ region }) => region,
    findings: ({ failure = '' }) => `Not read: ${failure}`,
  };
  return names.map((name) => [name, cells[name] ?? (() => '')]);
}

/** The names of the columns, as a line. */
export function csvHeader(columns: Columns<never>): string {
  return stringify([], { header: true, columns: columns.map(([name]) => name) });
}

/** One thing, as a line. */
export function csvRecord<Thing>(columns: Columns<Thing>, thing: Thing): string {
  // A cell that a spreadsheet would take for a formula is quoted as text.
  return stringify([columns.map(([, value]) => cellOf(value(thing)))], { escape_formulas: true });
}

export type Cell = Known<string | number | Range>;

/** A column of a table of such things. */
export type Columns<Thing> = readonly (readonly [name: string, value: (thing: Thing) => Cell])[];

/** The columns of an audit. */
export const auditColumns: Columns<DescribedRepository> = [
  ['repository', ({ name }) => name],
  ['arn', ({ arn }) => arn],
  ['stack', ({ stack }) => whenKnown(stack, (owner) => owner ?? '')],
  ['tag_mutability', ({ tagMutability }) => tagMutability.mutability],
  ['exclusions', ({ tagMutability }) => tagMutability.exclusions.join(' ')],
  ['scanned', scannedText],
  ['lifecycle_policy', lifecycleText],
  ['public', ({ publicBy }) => whenKnown(publicBy, (statements) => (statements.length > 0 ? 'yes' : 'no'))],
  ['encryption', ({ encryption }) => encryption],
  ['images', ({ images }) => whenKnown(images, ({ count }) => count)],
  ['images_pushed_in_30_days', ({ images }) => whenKnown(images, ({ pushedLately }) => pushedLately)],
  ['image_quota', ({ images }) => whenKnown(images, ({ quota }) => quota)],
  ['quota_reached_on', ({ images }) => whenKnown(images, ({ quotaReachedOn }) => quotaReachedOn ?? '')],
  ['bytes', ({ images }) => whenKnown(images, ({ bytes }) => bytes)],
  ['dollars_a_month', ({ images }) => whenKnown(images, ({ monthlyCost }) => monthlyCost.toFixed(2))],
  [
    'expires_now',
    ({ lifecyclePolicy }) =>
      whenKnown(lifecyclePolicy, ({ expires }) => whenKnown(expires, ({ images }) => images)),
  ],
  [
    'hardened_would_expire',
    ({ hardened }) => (hardened === null ? '' : whenKnown(hardened, ({ images }) => images)),
  ],
  [
    'hardened_would_expire_pulled_in_90_days',
    ({ hardened }) => (hardened === null ? '' : whenKnown(hardened, ({ pulledLately }) => pulledLately)),
  ],
  [
    'expires_now_in_use',
    ({ lifecyclePolicy }) =>
      whenKnown(lifecyclePolicy, ({ expires }) => whenKnown(expires, ({ inUse }) => inUse)),
  ],
  [
    'hardened_would_expire_in_use',
    ({ hardened }) => (hardened === null ? '' : whenKnown(hardened, ({ inUse }) => inUse)),
  ],
  [
    'hardened_would_expire_in_use_by',
    ({ hardened }) => (hardened === null ? '' : whenKnown(hardened, ({ lost }) => usersOf(lost))),
  ],
  ['keep_images_at_least', ({ keepImages }) => whenKnown(keepImages, ({ smallest }) => smallest)],
  ['images_pushed_a_day', ({ keepImages }) => whenKnown(keepImages, ({ perDay }) => perDay.toFixed(1))],
  ['immutability', ({ readiness }) => readinessText(readiness)],
  ['records_days', ({ readiness }) => readiness.observed.days],
  ['confidence', ({ readiness }) => readiness.confidence],
  ['advice', ({ readiness }) => readiness.advice],
  ['errors', (repository) => countOf(repository, 'error')],
  ['warnings', (repository) => countOf(repository, 'warning')],
  [
    'findings',
    ({ findings }) => findings.map(({ subject, message }) => `${subject}: ${message}`).join(' | '),
  ],
];

function cellOf(value: Cell): string | number {
  if (isUnknown(value)) return unknownWord;
  return typeof value === 'object' ? formatRange(value) : value;
}

/** The limit of a spreadsheet's cell, in characters. */
const maxLosses = 20;

function usersOf(lost: DescribedExpiry['lost']): string {
  return lost
    .slice(0, maxLosses)
    .map(({ text }) => text)
    .join(' | ');
}

function countOf({ findings }: DescribedRepository, severity: AuditSeverity): number {
  return findings.filter(({ level }) => level === severity).length;
}
