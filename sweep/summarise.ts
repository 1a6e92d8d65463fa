/**
 * The last step of a sweep: holds the results against the list, writes the reports, and notifies of what has changed.
 *
 * It may run again at any point: the same files are written again, and nothing is sent once `summary.json` is there.
 */
import type { ObjectStore, ObjectWriter } from '../aws/objects/object-store.ts';
import { isInScope, parseScope } from '../core/sweep/scope.ts';
import { accountFor, isFinished } from './accounting.ts';
import { compareOutcomes } from './changes.ts';
import { readFailedBatches } from './failed-batches.ts';
import type { ListedRepository } from './items.ts';
import { sweepKeys } from './keys.ts';
import { isNewer, latestOf, pointAt } from './latest.ts';
import { type Outcome, outcomeOf, parseOutcome } from './outcomes.ts';
import { parsedJson } from './parsed-json.ts';
import type { RepositoryResult } from './results.ts';
import type { SweepInfo } from './sweep-info.ts';
import { type SweepTally, startTally } from './tally.ts';

/** A whole sweep, for its reports and its notification. */
export interface SweepSummary extends SweepTally {
  readonly info: SweepInfo;
  /** The sweep that it was compared with; undefined for the first. */
  readonly previous: string | undefined;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
}

/** One of the reports: it is given every result, in the order of the list. */
export interface SweepReport {
  add(result: RepositoryResult): Promise<void>;
  end(summary: SweepSummary): Promise<void>;
  /** Leaves no part of it. */
  abort(): Promise<void>;
}

export interface SummaryContext {
  readonly store: ObjectStore;
  readonly now: () => number;
  /** Starts the reports of a sweep. */
  readonly reports: (info: SweepInfo) => readonly SweepReport[];
  /** Tells people; called at most once after it has returned. */
  readonly notify: (summary: SweepSummary) => Promise<void>;
}

/**
 * @param failure of a step before it, as Step Functions names the error: it is why repositories have no result
 * @throws Error if there is no such sweep; errors of the bucket and of the notification
 */
export async function summariseSweep(
  sweep: string,
  context: SummaryContext,
  failure?: string,
): Promise<SweepSummary> {
  const { store, notify } = context;
  const keys = sweepKeys(sweep);
  const done = await readSummary(sweep, store);
  const summary = done ?? (await summariseNow(sweep, context, failure));
  if (done === undefined) {
    await notify(summary);
    await store.put(keys.summary, JSON.stringify(summary), { contentType: 'application/json' });
  }
  if (summary.info.action === 'sweep') await pointAt(pointOf(await chainOf(sweep, store)), store);
  return summary;
}

async function summariseNow(
  sweep: string,
  { store, now, reports }: SummaryContext,
  failure: string | undefined,
): Promise<SweepSummary> {
  const chain = await chainOf(sweep, store);
  const [info] = chain;
  const root = chain.at(-1) ?? info;
  const errorOf = await readFailedBatches(sweepKeys(sweep).map, store);
  const results = accountFor(
    listOf(root.sweep, store),
    chain.map((each) => each.sweep),
    store,
    (index) => errorOf(index) ?? failure,
  );
  const previous = await previousOf(chain, store);
  const started = reports(info);
  const outcomes = store.writer(sweepKeys(sweep).outcomes);
  try {
    const tally = startTally();
    const accounted = passOn(meantBy(info, results), [tally.add, ...started.map(({ add }) => add)], outcomes);
    const before = previous === undefined ? undefined : outcomesOf(previous.sweep, store);
    if (before === undefined) for await (const _ of accounted);
    else {
      const isSameSweep = chain.some((each) => each.sweep === previous?.sweep);
      for await (const change of compareOutcomes(before, accounted, isSameSweep))
        if (previous?.isNewer !== true || change.what.kind !== 'gone') tally.addChange(change);
    }
    await outcomes.end();
    const summary = { ...tally.end(), info, previous: previous?.sweep, endedAt: now() };
    for (const report of started) await report.end(summary);
    return summary;
  } catch (error) {
    await Promise.allSettled([outcomes.abort(), ...started.map((report) => report.abort())]);
    throw error;
  }
}

type Chain = readonly [SweepInfo, ...(readonly SweepInfo[])];

/** What a sweep goes on with is as old as the list. */
function pointOf(chain: Chain) {
  const [{ sweep, startedAt }] = chain;
  return { sweep, startedAt, listedAt: (chain.at(-1) ?? chain[0]).startedAt };
}

/**
 * What a sweep is compared with. Where a newer list has been swept already, one that goes on with an older sweep is compared
 * with that, and of any other what its list does not have yet is not gone.
 *
 * A release is reported as a whole: it undoes what earlier sweeps have reported.
 */
async function previousOf(
  chain: Chain,
  store: ObjectStore,
): Promise<{ readonly sweep: string; readonly isNewer: boolean } | undefined> {
  const [{ action }, continued] = chain;
  const latest = action === 'release' ? undefined : await latestOf(store);
  if (latest === undefined) return undefined;
  const previous = isNewer(latest, pointOf(chain))
    ? { sweep: continued?.sweep ?? latest.sweep, isNewer: continued === undefined }
    : { sweep: latest.sweep, isNewer: false };
  // The bucket keeps a sweep's files for some time, and the pointer to the latest one for ever.
  return (await hasOutcomes(previous.sweep, store)) ? previous : undefined;
}

async function hasOutcomes(sweep: string, store: ObjectStore): Promise<boolean> {
  for await (const _ of store.list(sweepKeys(sweep).outcomes)) return true;
  return false;
}

/** Without what was left undone and is out of KeeperScope since: it is not swept again. */
async function* meantBy(
  { again, action, scope }: SweepInfo,
  results: AsyncIterable<RepositoryResult>,
): AsyncGenerator<RepositoryResult> {
  const parsed = parseScope(scope);
  for await (const result of results)
    if (again === undefined || action === 'release' || isFinished(result) || isInScope(parsed, result.name))
      yield result;
}

/** The outcomes of results that go to the reports on their way. */
async function* passOn(
  results: AsyncIterable<RepositoryResult>,
  consumers: readonly ((result: RepositoryResult) => Promise<void> | void)[],
  outcomes: ObjectWriter,
): AsyncGenerator<Outcome> {
  for await (const result of results) {
    for (const consume of consumers) await consume(result);
    const outcome = outcomeOf(result);
    await outcomes.write(`${JSON.stringify(outcome)}\n`);
    yield outcome;
  }
}

/** The sweep, and those of which it was to do what they had not finished, back to the one with the whole list. */
async function chainOf(sweep: string, store: ObjectStore): Promise<Chain> {
  const first = await infoOf(sweep, store);
  const chain: [SweepInfo, ...SweepInfo[]] = [first];
  let again = first.again;
  while (again !== undefined && chain.every((each) => each.sweep !== again)) {
    const info: SweepInfo = await infoOf(again, store);
    chain.push(info);
    again = info.again;
  }
  return chain;
}

async function infoOf(sweep: string, store: ObjectStore): Promise<SweepInfo> {
  const object = await store.get(sweepKeys(sweep).info);
  // Written by the list of this or an earlier version of the application.
  const info: SweepInfo | undefined = object && JSON.parse(object.text);
  if (info === undefined)
    throw new Error(`there is no sweep ${sweep} in the bucket, or its life there has ended`);
  return info;
}

async function* listOf(sweep: string, store: ObjectStore): AsyncGenerator<ListedRepository> {
  for await (const line of store.lines(sweepKeys(sweep).repositories)) {
    const listed: ListedRepository = JSON.parse(line);
    yield listed;
  }
}

async function* outcomesOf(sweep: string, store: ObjectStore): AsyncGenerator<Outcome> {
  for await (const line of store.lines(sweepKeys(sweep).outcomes)) {
    const outcome = parseOutcome(parsedJson(line));
    if (outcome !== undefined) yield outcome;
  }
}

async function readSummary(sweep: string, store: ObjectStore): Promise<SweepSummary | undefined> {
  const object = await store.get(sweepKeys(sweep).summary);
  const summary: SweepSummary | undefined = object && JSON.parse(object.text);
  return summary;
}
