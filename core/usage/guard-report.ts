/** What the guard has to say about a place of a template where a default lifecycle policy was to be written. */
import type { UnreadSource } from './evidence.ts';
import type { GuardDecision, NotRead } from './guard.ts';
import type { Remedy } from './remedy.ts';

/** A decision that says what is written. */
export type SettledDecision = Exclude<GuardDecision, { readonly kind: 'cannot-know' | 'conflict' }>;

/** What is written if a stack is the one that is deployed. */
export interface StackDecision {
  readonly stackName: string;
  readonly decision: SettledDecision;
}

/** What becomes of the default, or why it is not known which repositories are meant. */
export type GuardOutcome =
  | GuardDecision
  | { readonly kind: 'not-found'; readonly reason: UnreadSource }
  /** No text is right for all repositories that may be meant, but one is for those of each stack. */
  | {
      readonly kind: 'by-stack';
      readonly stacks: readonly StackDecision[];
      readonly otherwise: SettledDecision;
    };

/** The decision, with what it was made from. */
export interface GuardReport {
  readonly outcome: GuardOutcome;
  /** How many images of all repositories that may be meant the default would delete or archive within a day. */
  readonly affected: number;
  /** What to set so that no image in use is affected; undefined if none is. */
  readonly remedy: Remedy | undefined;
  /** The sources that were not read, where that matters because it would. */
  readonly unread: readonly NotRead[];
  /** Why it is not known which stacks have the repositories, where the outcome would depend on it. */
  readonly unreadStacks?: UnreadSource | undefined;
}
