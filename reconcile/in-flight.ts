/** Changes in progress by other requests: waits for them, and reverts those whose deadline has passed. */
import { OutOfTime, pause } from '../aws/deadline.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import type { ClaimRecord, InFlight } from '../core/claims/record.ts';
import {
  settings as allSettings,
  type RepositorySettings,
  type WritableSettingName,
} from '../core/settings/repository-settings.ts';
import { applyChanges } from './apply-changes.ts';
import type { ReconcileContext } from './context.ts';
import { defaultProtectedDays, whyNotPutBack } from './guard.ts';
import { itemOf, leaseEnd } from './lease-records.ts';
import { type ObservedRepository, observeRepository, readRecords } from './observe.ts';
import { readLagMs } from './read-lag.ts';
import { startUndoLog } from './undo-log.ts';
import { textOf } from './writes.ts';

/** Another request is changing a repository that is to be released. */
export class HeldByAnother extends Error {
  override readonly name = 'HeldByAnother';
  readonly repository: string;
  readonly holder: string;

  constructor(repository: string, holder: string) {
    super(`${repository} is being changed by ${holder}`);
    this.repository = repository;
    this.holder = holder;
  }
}

/** A record with a change that has begun. */
export type Busy = ClaimRecord & { readonly inFlight: InFlight };

export function isBusy(record: ClaimRecord | undefined): record is Busy {
  return record?.inFlight !== undefined;
}

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * Waits until none of the records has a change in progress, and reverts unfinished changes.
 *
 * @returns the holder of a change that is still in progress when no time is left
 */
export async function resolveInFlight(
  busy: readonly Busy[],
  context: ReconcileContext,
): Promise<Busy | undefined> {
  let left = busy;
  for (let pauseMs = firstPauseMs; left.length > 0; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const overdue = left.filter(({ inFlight }) => inFlight.until <= context.now());
    await mapConcurrently(overdue, (record) => recover(record, context));
    const waiting = left.filter((record) => !overdue.includes(record));
    const [first] = waiting;
    if (first === undefined) return undefined;
    const soonest = Math.min(...waiting.map(({ inFlight }) => inFlight.until)) - context.now();
    try {
      await pause(Math.max(10, Math.min(pauseMs, soonest + 10)), context.deadline);
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      return first;
    }
    const read = await readRecords(
      waiting.map(({ repositoryArn }) => repositoryArn),
      context,
    );
    left = [...read.values()].filter(isBusy);
  }
  return undefined;
}

/** Reverts an unfinished change, setting by setting, where the setting still has the value of that request. */
async function recover(record: Busy, context: ReconcileContext): Promise<void> {
  const { claims, deadline, now, log } = context;
  // As long as this request can write: to find out whether a lifecycle policy may be put back can take minutes.
  const until = leaseEnd(now(), deadline.leftMs());
  const taken: Busy = {
    ...record,
    version: record.version + 1,
    changedAt: now(),
    inFlight: { ...record.inFlight, until },
  };
  const conflicts = await claims.write([{ item: itemOf(taken), expected: record.version }]);
  // Another request does the same.
  if (conflicts.length > 0) return;
  const repository = nameIn(record.repositoryArn);
  let next: ClaimRecord = { ...taken, ...record.inFlight.previous, inFlight: undefined };
  try {
    const readAt = now();
    const observed = await observeRepository(
      repository,
      record.inFlight.before.lifecyclePolicy !== undefined,
      context,
    );
    if (observed?.repository.createdAt === record.createdAt) await restore(observed, readAt, record, context);
    else next = { ...next, claims: [], retained: [] };
  } catch (error) {
    // The next request tries again to revert it.
    next = record;
    throw error;
  } finally {
    const settled = { ...next, version: taken.version + 1, changedAt: now() };
    await claims.write([{ item: itemOf(settled), expected: taken.version }]);
  }
  log({ level: 'WARN', message: 'undid an unfinished change', repository, holder: record.inFlight.holder });
}

/** @param readAt when it was observed, in milliseconds since 1970 */
async function restore(
  observed: ObservedRepository,
  readAt: number,
  record: Busy,
  context: ReconcileContext,
): Promise<void> {
  const { before } = record.inFlight;
  const reverted = settingsToRevert(observed.settings, record.inFlight, readAt);
  const text =
    reverted.has('lifecyclePolicy') && before.lifecyclePolicy !== undefined
      ? textOf(before.lifecyclePolicy, [], record.policies)
      : undefined;
  const isKept =
    typeof text === 'string' &&
    (await whyNotPutBack(observed.repository.name, text, defaultProtectedDays, context)) !== undefined;
  if (isKept)
    context.log({
      level: 'WARN',
      message: 'lifecycle policy not reverted',
      repository: observed.repository.name,
    });
  await applyChanges(
    observed,
    {
      tagMutability: reverted.has('tagMutability') ? before.tagMutability : undefined,
      scanOnPush: reverted.has('scanOnPush') ? before.scanOnPush : undefined,
      lifecyclePolicy: isKept ? undefined : text,
    },
    { ...context, undoLog: startUndoLog(), throwIfStopped: () => undefined },
  );
}

/**
 * The settings that still have the value of the unfinished change. One that reads as it was before may have been changed
 * all the same as long as reads may lag behind that change; then it is written too, which cannot harm.
 */
function settingsToRevert(
  settings: RepositorySettings,
  { before, after, until }: InFlight,
  readAt: number,
): ReadonlySet<WritableSettingName> {
  const isUnsure = readAt < until + readLagMs;
  const reverted = allSettings.filter(
    ({ equals }) =>
      !equals(before, after) && (equals(settings, after) || (isUnsure && equals(settings, before))),
  );
  return new Set(reverted.map(({ name }) => name));
}

/** The repository that an ARN names: `arn:aws:ecr:us-east-1:123456789012:repository/payments/api`. */
export function nameIn(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1);
}
