/** Which repositories of a sweep are left alone, because somebody undoes the hardening again and again. */
import type { BatchContext } from './batch-context.ts';
import { countDrift, type DriftSubject, foundUndone } from './drift.ts';
import { failureEntry, reasonOfError } from './failure.ts';
import type { ResultReason, ResultState } from './results.ts';
import type { SweepInfo } from './sweep-info.ts';

/** The state of a repository that is not hardened, and why. */
export interface LeftOut {
  readonly state: Extract<ResultState, 'left-after-drift' | 'failed'>;
  readonly reason: ResultReason;
  /** Of one that has failed: none. */
  readonly changes?: readonly [];
}

/**
 * By name, those of a batch that are not to be hardened. What was undone since the last sweep, and not seen by an event,
 * counts as well; nobody knows who did it.
 *
 * @param isMending whether anything is changed; otherwise nothing is counted
 */
export async function leftOutOf(
  subjects: readonly DriftSubject[],
  { sweep }: Pick<SweepInfo, 'sweep'>,
  { isMending, readAt }: { readonly isMending: boolean; readonly readAt: number },
  { claims, times, now, log }: BatchContext,
): Promise<ReadonlyMap<string, LeftOut>> {
  const table = claims.until(times.working);
  try {
    const drifted = await countDrift(
      subjects,
      (_name, undone) => (isMending ? foundUndone(undone, { sweep, readAt }) : []),
      { claims: table, log, readAt, now },
    );
    return new Map(
      [...drifted].flatMap(([name, { left }]) =>
        left === undefined
          ? []
          : [[name, { state: 'left-after-drift', reason: { code: 'left-after-drift', ...left } }] as const],
      ),
    );
  } catch (error) {
    log({ level: 'ERROR', message: 'drift is not known', ...failureEntry(error) });
    const reason = reasonOfError(error);
    // What may have to be left alone is not changed.
    return new Map(
      isMending ? subjects.map(({ name }) => [name, { state: 'failed', reason, changes: [] }]) : [],
    );
  }
}
