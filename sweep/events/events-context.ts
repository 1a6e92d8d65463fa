/** What the handling of events depends on, and what it comes to. Everything is passed in. */
import type { Origins } from '../../audit/origin.ts';
import type { Read, UnreadReason } from '../../audit/unread.ts';
import type { UsageRegistry } from '../../aws/usage/usage-reads.ts';
import type { CheckedIssue } from '../../core/controls/index.ts';
import type { RegistryEvent } from '../../core/registry-events/event.ts';
import type { HardenContext } from '../batch-context.ts';
import type { Drifted } from '../drift.ts';
import type { RepositoryResult, Watched } from '../results.ts';
import type { SeenRepositories } from './seen.ts';

export interface EventsContext extends HardenContext {
  /** The name of this batch of events, as the claims have it. */
  readonly name: string;
  readonly registry: UsageRegistry;
  /** The parameter KeeperScope. */
  readonly scope: string;
  /** Which repositories ECR itself fills; called at most once. */
  readonly origins: () => Promise<Origins>;
  /** The stack that owns a repository. */
  readonly stackOf: (repository: string) => Promise<Read<string | undefined>>;
  /** Of pushes: what was looked at before. */
  readonly seen: SeenRepositories;
  /** IDs of events that are delivered again, because an earlier invocation has failed. */
  readonly again: ReadonlySet<string>;
}

/** What became of a lifecycle policy that somebody has replaced or deleted. */
export interface LifecycleOutcome {
  readonly isDeleted: boolean;
  /** Whether it was the keeper's own. */
  readonly isKeepers: boolean;
  /** What the new one takes of the images that were pulled lately. */
  readonly atRisk: Read<Watched> | undefined;
}

/** What the events of one repository come to. */
export interface EventOutcome {
  readonly repository: string;
  /** In order of time; at least one. */
  readonly events: readonly RegistryEvent[];
  readonly result: RepositoryResult;
  /** Only where the keeper's hardening was undone. */
  readonly drift?: Drifted;
  readonly lifecycle?: LifecycleOutcome;
  /** Statements of its policy that grant access to everybody; only where that was changed. */
  readonly publicBy?: readonly CheckedIssue[];
  /** Why it is not known what a policy that was changed does: whoever changed it may have denied reading it. */
  readonly unread?: readonly UnreadReason[];
}
