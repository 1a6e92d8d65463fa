/** One request: its connections, its leases, and how its changes are reverted. */
import type { ClaimsConnection } from '../aws/claims/claims-table.ts';
import { type Deadline, deadlineIn } from '../aws/deadline.ts';
import type { Connection } from '../aws/ecr/connection.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { ReconcileContext, WatchedContext } from './context.ts';
import { startLeases } from './leases.ts';
import { type StopWatch, watchForStop } from './stop.ts';
import { startUndoLog, type Undone } from './undo-log.ts';

/** What a session is made from. */
export interface SessionOptions
  extends Pick<ReconcileContext, 'policy' | 'allowWeakening' | 'now' | 'log' | 'progress'> {
  readonly ecr: Connection<Ecr>;
  readonly claims: ClaimsConnection;
  /** The deadline of the work, and the deadline of reverting it after a failure. */
  readonly working: Deadline;
  readonly undoing: Deadline;
  /** The deadline of recording what was reverted: later, so that an undo that takes all its time is recorded. */
  readonly recording: Deadline;
  readonly holder: string;
  /** The hash of the request. */
  readonly request: string;
}

export interface Session {
  readonly context: ReconcileContext;
  /** Watches for a Delete of the same holder from now on. */
  watch(): Promise<WatchedContext>;
  /** Reverts all changes, and restores the claims. */
  undo(): Promise<Undone>;
  end(): void;
}

// The difference to allow between the clocks of two functions.
const clockSkewMs = 1_000;

export function startSession(options: SessionOptions): Session {
  const { ecr, claims, working, undoing, recording, holder, request, now, log } = options;
  const table = claims.until(working);
  const undoLog = startUndoLog();
  const until = now() + recording.leftMs() + clockSkewMs;
  const leases = startLeases({ table, holder, request, until, now });
  let stopWatch: StopWatch | undefined;
  const watched = new AbortController();
  const watching = deadlineIn(working.leftMs(), watched.signal);
  const endWatch = () => {
    stopWatch?.end();
    // A look that is under way must not reach the table after the answer.
    watched.abort();
    watching.dispose();
  };
  const context: ReconcileContext = {
    ecr: ecr.until(working),
    speed: ecr.speed,
    claims: table,
    policy: options.policy,
    allowWeakening: options.allowWeakening,
    deadline: working,
    leases,
    undoLog,
    progress: options.progress,
    now,
    throwIfStopped: () => stopWatch?.throwIfStopped(),
    log,
  };
  return {
    context,
    async watch() {
      const watch = await watchForStop(claims.until(watching), holder);
      stopWatch = watch;
      return { ...context, stopWatch: watch };
    },
    async undo() {
      endWatch();
      const { isChanged, failures } = await undoLog.undo(ecr.until(undoing));
      const left = new Set(failures.map(({ subject }) => subject));
      try {
        const hasBegun = await leases.abandon(claims.until(recording), left);
        return { isChanged: isChanged || hasBegun, failures };
      } catch (error) {
        // The next request finds the change unfinished, and reverts it.
        return {
          isChanged,
          failures: [...failures, { subject: 'the claims table', settings: ['claims'], error }],
        };
      }
    },
    end: endWatch,
  };
}
