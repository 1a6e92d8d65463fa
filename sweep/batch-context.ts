/** What a batch depends on. Everything is passed in. */
import type { PartReads } from '../audit/read/parts.ts';
import type { ClaimsConnection } from '../aws/claims/claims-table.ts';
import type { Deadline } from '../aws/deadline.ts';
import type { Connection } from '../aws/ecr/connection.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { ScanningReads } from '../aws/ecr/scanning.ts';
import type { ObjectStore } from '../aws/objects/object-store.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { IndexReader } from '../reconcile/known-indexes.ts';
import type { Log } from '../reconcile/log.ts';
import type { KeeperMode } from './sweep-info.ts';

/** The keeper's parameters, and the organisation's. */
export interface KeeperSettings {
  /** As the application is deployed now: a sweep that began with Mend hardens nothing more once it is Report. */
  readonly mode: KeeperMode;
  /** Whether a repository that a stack owns is hardened as well. */
  readonly stackOwned: KeeperMode;
  /** Whether a repository without a lifecycle policy gets the default one. */
  readonly isLifecycleManaged: boolean;
  readonly policy: Policy;
  /** The ARN of the application's stack. */
  readonly stack: string;
}

/** Every operation of ECR that a batch calls. */
export type BatchEcr = Ecr & PartReads & Pick<ScanningReads, 'repositoryScanning'>;

/** How a batch divides its time: each ends later than the one before. */
export interface BatchTimes {
  /** Of reading and writing. */
  readonly working: Deadline;
  readonly undoing: Deadline;
  readonly recording: Deadline;
  /** Of writing the results. */
  readonly reporting: Deadline;
}

/** What hardening depends on, whoever asks for it. */
export interface HardenContext {
  readonly ecr: Connection<BatchEcr>;
  readonly claims: ClaimsConnection;
  /** Reads image indexes that a lifecycle policy would expire; none is read where that would count as a pull. */
  readonly connectIndexes?: ((deadline: Deadline) => IndexReader) | undefined;
  readonly settings: KeeperSettings;
  readonly times: BatchTimes;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

export interface BatchContext extends HardenContext {
  readonly objects: ObjectStore;
}
