/** One request: its connections, its leases, and how its changes are reverted. */
import type { ClaimsConnection } from '../aws/claims/claims-table.ts';
import { type Deadline, deadlineIn } from '../aws/deadline.ts';
import type { Connection } from '../aws/ecr/connection.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { ReconcileContext, WatchedContext } from './context.ts';
import { leaseEnd } from './lease-records.ts';
import { startLeases } from './leases.ts';
import { Stopped, type StopWatch, watchForStop } from './stop.ts';
import { startUndoLog, type Undone } from './undo-log.ts';
import { startUsageLook, type UsageLookOptions } from './usage-look.ts';
import { withdrawClaims } from './withdraw-claims.ts';

/** What a session is made from. */
export interface SessionOptions
  extends Pick<
    ReconcileContext,
    | 'policy'
    | 'allowWeakening'
    | 'allowAccountSettings'
    | 'allowExpiringImagesInUse'
    | 'now'
    | 'log'
    | 'progress'
  > {
  readonly ecr: Connection<Ecr>;
  readonly claims: ClaimsConnection;
  readonly usage: UsageLookOptions;
  /** The deadline of the work, and the deadline of reverting it after a failure. */
  readonly working: Deadline;
  readonly undoing: Deadline;
  /** The deadline of recording what was reverted: later, so that an undo that takes all its time is recorded. */
  readonly recording: Deadline;
  readonly holder: string;
  /** The hash of the request. */
  readonly request: string;
  /** Whether CloudFormation still carries out this request: asked where its holder has been told to stop before. */
  readonly isStillWanted?: () => Promise<boolean>;
}

export interface Session {
  readonly context: ReconcileContext;
  /** The same, for a request that a Delete of the same holder may stop. */
  readonly watched: WatchedContext;
  /** Reverts all changes, and restores the claims. */
  undo(): Promise<Undone>;
  end(): void;
}

export function startSession(options: SessionOptions): Session {
  const { ecr, claims, working, recording, holder, request, now, log } = options;
  const table = claims.until(working);
  const until = leaseEnd(now(), recording.leftMs());
  const undoLog = startUndoLog();
  const leases = startLeases({ table, holder, request, until, now });
  const watch = startWatch(options);
  const context: ReconcileContext = {
    ecr: ecr.until(working),
    speed: ecr.speed,
    usage: startUsageLook(options.usage, working),
    claims: table,
    policy: options.policy,
    allowWeakening: options.allowWeakening,
    allowAccountSettings: options.allowAccountSettings,
    allowExpiringImagesInUse: options.allowExpiringImagesInUse,
    deadline: working,
    leases,
    undoLog,
    progress: options.progress,
    now,
    throwIfStopped: watch.throwIfStopped,
    log,
  };
  return {
    context,
    watched: { ...context, watch: watch.start },
    undo() {
      watch.end();
      return undo(options, context);
    },
    end: watch.end,
  };
}

/** Reverts all changes, and restores the claims. */
async function undo(options: SessionOptions, context: ReconcileContext): Promise<Undone> {
  const { ecr, claims, undoing, recording } = options;
  const { undoLog, leases } = context;
  // Half of the time for recording, so that what is read again can still be recorded.
  const rereading = deadlineIn(undoing.leftMs() + (recording.leftMs() - undoing.leftMs()) / 2);
  const retaking = deadlineIn(undoing.leftMs() / 4);
  const tables = { reading: claims.until(undoing), writing: claims.until(retaking) };
  const notHeld = await leases.retake(tables).finally(retaking.dispose);
  const { isChanged, failures } = await undoLog
    .undo(ecr.until(undoing), { notHeld, rereading: { ecr: ecr.until(rereading), deadline: rereading } })
    .finally(rereading.dispose);
  const left = new Set(failures.map(({ subject }) => subject));
  try {
    const { hasBegun, overtaken } = await leases.abandon(claims.until(recording), left);
    const remaining = await withdrawClaims(overtaken, options, () => withdrawing(options, context));
    return { isChanged: isChanged || hasBegun, failures: [...failures, ...remaining] };
  } catch (error) {
    // The next request finds the change unfinished, and reverts it.
    const unwritten = { subject: 'the claims table', settings: ['claims'], error };
    return { isChanged, failures: [...failures, unwritten] };
  }
}

/** The context in which claims are taken back that others have overtaken, with leases of its own. */
function withdrawing(
  { ecr, claims, usage, recording, holder, request, now }: SessionOptions,
  context: ReconcileContext,
): ReconcileContext {
  const table = claims.until(recording);
  return {
    ...context,
    ecr: ecr.until(recording),
    usage: startUsageLook(usage, recording),
    claims: table,
    deadline: recording,
    leases: startLeases({ table, holder, request, until: leaseEnd(now(), recording.leftMs()), now }),
    undoLog: startUndoLog(),
    throwIfStopped: () => undefined,
  };
}

/** The watch for a Delete of the same holder, which may never start. */
function startWatch({ claims, working, holder, isStillWanted }: SessionOptions) {
  let stopWatch: StopWatch | undefined;
  let started: Promise<StopWatch> | undefined;
  const ended = new AbortController();
  const watching = deadlineIn(working.leftMs(), ended.signal);
  const start = async () => {
    stopWatch = await watchForStop(claims.until(watching), holder);
    // A Delete that came before the watch began would not be noticed. An earlier resource may have had the same holder.
    if (stopWatch.wasAsked && isStillWanted !== undefined && !(await isStillWanted())) throw new Stopped();
    return stopWatch;
  };
  return {
    throwIfStopped: () => stopWatch?.throwIfStopped(),
    start() {
      started ??= start();
      return started;
    },
    end() {
      stopWatch?.end();
      // A look that is under way must not reach the table after the response.
      ended.abort();
      watching.dispose();
    },
  };
}
