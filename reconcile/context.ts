import type { Speed } from '../aws/calls.ts';
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import type { Deadline } from '../aws/deadline.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { Leases } from './leases.ts';
import type { Log } from './log.ts';
import type { StopWatch } from './stop.ts';
import type { UndoLog } from './undo-log.ts';
import type { UsageLook } from './usage-look.ts';

/** The progress of a request, for the message that it ran out of time. */
export interface Progress {
  /** How many repositories the request is about, once that is known. */
  repositories: number;
}

/** What reconciling depends on. Everything is passed in. */
export interface ReconcileContext {
  readonly ecr: Ecr;
  /** How fast ECR responds, as far as this request has measured. */
  readonly speed: Speed;
  readonly claims: ClaimsTable;
  readonly policy: Policy;
  /** Whether a request may make a repository less safe than it is. */
  readonly allowWeakening: boolean;
  /** Whether a request may change settings of the whole account. */
  readonly allowAccountSettings: boolean;
  /** Who uses images. */
  readonly usage: UsageLook;
  /** Whether a request may put a lifecycle policy without a check for images in use. */
  readonly allowExpiringImagesInUse: boolean;
  readonly deadline: Deadline;
  /** The records that this request has changed. */
  readonly leases: Leases;
  /** Every change goes through it, so that it can be undone. */
  readonly undoLog: UndoLog;
  readonly progress: Progress;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Throws once a later request of the same holder has asked this one to stop. */
  readonly throwIfStopped: () => void;
  readonly log: Log;
}

/** The same for a request that a Delete of the same holder may stop. */
export type WatchedContext = ReconcileContext & {
  /**
   * Begins the watch, once; awaited before the first write.
   *
   * @throws Stopped if a Delete has come already
   */
  readonly watch: () => Promise<StopWatch>;
};
