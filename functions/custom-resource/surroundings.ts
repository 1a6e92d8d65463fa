import type { Deadline } from '../../aws/deadline.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Ecr } from './ecr/ecr.ts';
import type { Journal } from './journal.ts';

/** How far a request has come, for whoever has to tell that the time was over. */
export interface Progress {
  /** How many repositories it is about, once that is known. */
  repositories: number;
}

/** What serving a request depends on. */
export interface Surroundings {
  readonly ecr: Ecr;
  readonly policy: Pick<Policy, 'MutableTags' | 'Enforcement'>;
  /** Whether a request may make a repository less safe than it is: the application's parameter. */
  readonly allowWeakening: boolean;
  readonly deadline: Deadline;
  /** Every change goes through it, so that it can be put back. */
  readonly journal: Journal;
  readonly progress: Progress;
  /** Tells one step: names, kinds, and what ECR itself says; never a property's value, which could be NoEcho. */
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}
