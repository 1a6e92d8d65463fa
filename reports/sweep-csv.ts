import { whenKnown } from '../core/known.ts';
import type { DescribedResult } from '../wording/sweep/describe.ts';
import { changeClause } from '../wording/sweep/reasons.ts';
import type { DescribedSweepRun } from '../wording/sweep/several.ts';
import {
  auditColumns,
  type Columns,
  csvHeader,
  csvRecord,
  placeColumns,
  unreadColumns,
} from './audit-csv.ts';

/** The columns of a sweep, before those of an audit, some of which it has as well. */
const own: Columns<DescribedResult> = [
  ['repository', ({ name }) => name],
  ['arn', ({ arn }) => arn],
  ['keeper', ({ state }) => state],
  ['changes', ({ changes }) => changes.map(changeClause).join(' | ')],
  ['reason', ({ reason }) => reason ?? ''],
  ['exemption', ({ exemption }) => exemption ?? ''],
  [
    'images_in_use_at_risk',
    // None that is known, where something was not read, is no zero.
    ({ atRisk }) =>
      whenKnown(atRisk, ({ images, sentences: [first] }) =>
        images === 0 && first !== undefined ? { unknown: first } : images,
      ),
  ],
  ['notes', ({ notes }) => notes.join(' | ')],
];
const names = new Set(own.map(([name]) => name));
const sweepColumns: Columns<DescribedResult> = [
  ...own,
  ...auditColumns
    .filter(([name]) => !names.has(name))
    .map(([name, value]): Columns<DescribedResult>[number] => [
      name,
      // Of a repository that was not read the other columns are empty.
      ({ audit, stack }) => (audit === null ? (name === 'stack' ? (stack ?? '') : '') : value(audit)),
    ]),
];

/** The first line of a sweep's CSV. */
export const sweepCsvHeader = csvHeader(sweepColumns);

/** One line for each repository; RFC 4180. */
export function sweepCsvLine(result: DescribedResult): string {
  return csvRecord(sweepColumns, result);
}

/** The lines of several sweeps, with columns for account and Region, and a line for each that could not be run or read. */
export function* sweepsCsv(
  results: Iterable<DescribedResult>,
  sweeps: readonly DescribedSweepRun[],
): Generator<string, void, undefined> {
  const columns: Columns<DescribedResult> = [...placeColumns, ...sweepColumns];
  yield csvHeader(columns);
  for (const result of results) yield csvRecord(columns, result);
  const unread = unreadColumns(columns.map(([name]) => name));
  for (const sweep of sweeps) if (sweep.failure !== undefined) yield csvRecord(unread, sweep);
}
