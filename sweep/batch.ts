/** One batch of a sweep: its results are in the bucket before it ends, whatever comes of it. */
import type { ObjectStore } from '../aws/objects/object-store.ts';
import type { BatchContext } from './batch-context.ts';
import { failureEntry, reasonOfError } from './failure.ts';
import { lineOf, readInfo, readLines } from './files.ts';
import { hardenBatch } from './harden.ts';
import type { SweepItem } from './items.ts';
import { sweepKeys } from './keys.ts';
import { releaseBatch } from './release.ts';
import { bareResult } from './result-of.ts';
import type { RepositoryResult, ResultState, StateCounts } from './results.ts';
import type { BatchInput, BatchOutput } from './steps.ts';
import type { SweepInfo } from './sweep-info.ts';

/** Some repositories were not reached, or another request was changing them: the batch is to be tried again. */
export class BatchNotFinished extends Error {
  override readonly name = 'BatchNotFinished';

  constructor(left: number) {
    super(`${left} repositories of the batch were not finished in time`);
  }
}

/**
 * Step Functions ends an execution after a day (functions/keeper/sweep.asl.json), and then nobody is notified: what has not
 * begun so long after the evidence was read is left for `--again`, so that the summary is made in time.
 */
export const maxSweepMs = 20 * 60 * 60 * 1000;

/**
 * Sweeps the repositories of one batch. Tried again, it keeps what an earlier attempt has finished.
 *
 * @throws {@link BatchNotFinished} once the results are written; errors of the bucket
 */
export async function sweepBatch(
  { BatchInput: { sweep }, Items: items }: BatchInput,
  context: BatchContext,
): Promise<BatchOutput> {
  const { objects, log } = context;
  const [first] = items;
  if (first === undefined) return { states: {} };
  const key = sweepKeys(sweep).resultsOf(first.index);
  const [info, earlier] = await Promise.all([readInfo(sweep, objects), finishedIn(key, items, objects)]);
  const left = items.filter(({ index }) => !earlier.has(index));
  const now = context.now();
  const isOver = now - (info.evidence?.readAt ?? now) > maxSweepMs;
  const made = isOver ? left.map(notReached) : await sweepItems(left, info, context);
  const results = [...earlier.values(), ...made].toSorted((one, other) => one.index - other.index);
  await objects.put(key, results.map(lineOf).join(''), { contentType: 'application/x-ndjson' });
  const states = countsOf(results);
  log({ message: 'batch', sweep, first: first.index, states });
  const open = results.filter(isUnfinished).length;
  if (open > 0 && !isOver) throw new BatchNotFinished(open);
  return { states };
}

function notReached(item: SweepItem): RepositoryResult {
  return bareResult(item, { state: 'failed', reason: { code: 'not-reached' } });
}

/** The results; of all the same one where nothing could be found out about any. */
async function sweepItems(
  items: readonly SweepItem[],
  info: SweepInfo,
  context: BatchContext,
): Promise<readonly RepositoryResult[]> {
  if (items.length === 0) return [];
  try {
    return await (info.action === 'release' ? releaseBatch : hardenBatch)(items, info, context);
  } catch (error) {
    context.log({ level: 'ERROR', message: 'batch failed', ...failureEntry(error) });
    const reason = reasonOfError(error);
    return items.map((item) => bareResult(item, { state: 'failed', reason }));
  }
}

/** What an earlier attempt has finished, by index. */
async function finishedIn(
  key: string,
  items: readonly SweepItem[],
  objects: Pick<ObjectStore, 'lines'>,
): Promise<ReadonlyMap<number, RepositoryResult>> {
  const indexes = new Set(items.map(({ index }) => index));
  const finished = new Map<number, RepositoryResult>();
  for await (const result of readLines<RepositoryResult>(key, objects))
    if (result.state !== 'failed' && indexes.has(result.index)) finished.set(result.index, result);
  return finished;
}

/** Whether trying again may finish it. */
function isUnfinished({ state, reason }: RepositoryResult): boolean {
  return state === 'failed' && (reason?.code === 'not-reached' || reason?.code === 'refused');
}

/** How many have each state. */
export function countsOf(results: readonly Pick<RepositoryResult, 'state'>[]): StateCounts {
  const counts: Partial<Record<ResultState, number>> = {};
  for (const { state } of results) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
