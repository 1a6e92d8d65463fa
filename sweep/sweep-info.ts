/** What a sweep is, as its `sweep.json` says it. */
import type { Origins } from '../audit/origin.ts';
import type { RegistryReading } from '../audit/reading.ts';
import type { Read } from '../audit/unread.ts';
import type { UsageRegistry } from '../aws/usage/usage-reads.ts';
import type { UsageEvidence } from '../core/usage/evidence.ts';

/** What a sweep does: harden (or report), or give back what the keeper found. */
export const sweepActions = ['sweep', 'release'] as const;
export type SweepAction = (typeof sweepActions)[number];

/** Whether what is not safe is only reported, or fixed. The parameter's values; `Off` deploys nothing. */
export const keeperModes = ['Report', 'Mend'] as const;
export type KeeperMode = (typeof keeperModes)[number];

/** Written by the list; `evidence` is added before the batches begin, and nothing changes after that. */
export interface SweepInfo {
  /** The name of its execution. */
  readonly sweep: string;
  readonly action: SweepAction;
  readonly mode: KeeperMode;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly registry: UsageRegistry;
  /** The parameter KeeperScope. */
  readonly scope: string;
  /** The earlier sweep of which only what was not finished is swept again. */
  readonly again?: string;
  /** How many repositories this sweep has, which are the lines of its list. */
  readonly repositories: number;
  readonly evidence?: SweepEvidence;
}

/** What was read once for all repositories. */
export interface SweepEvidence {
  /** Milliseconds since 1970, at which reading began. */
  readonly readAt: number;
  /** What each source of use said, or why it was not read. */
  readonly usage: UsageEvidence['sources'];
  /** In how many stacks repositories were looked for; unknown: a repository without a stack may belong to one. */
  readonly stacks: Read<number>;
  /** What decides which repositories ECR itself fills. */
  readonly origins: Origins;
  /** The registry as the audit's reports describe it. */
  readonly registry: RegistryReading;
}
