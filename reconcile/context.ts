import type { Speed } from '../aws/calls.ts';
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import type { Deadline } from '../aws/deadline.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { Leases } from './leases.ts';
import type { StopWatch } from './stop.ts';
import type { UndoLog } from './undo-log.ts';

/** How far a request has come, for a message that the time was over. */
export interface Progress {
  /** How many repositories the request is about, once that is known. */
  repositories: number;
}

/** What bringing repositories to their desired settings depends on. Everything comes from outside. */
export interface ReconcileContext {
  readonly ecr: Ecr;
  /** How fast ECR answers, as far as this request has found out. */
  readonly speed: Speed;
  readonly claims: ClaimsTable;
  readonly policy: Policy;
  /** Whether a request may make a repository less safe than it is. */
  readonly allowWeakening: boolean;
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
  /** Logs one step: names, kinds, and what ECR itself answers; never a property's value, which could be NoEcho. */
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

/** The same for a request that a Delete of the same holder may stop. */
export type WatchedContext = ReconcileContext & { readonly stopWatch: StopWatch };
