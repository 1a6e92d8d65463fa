import type { Use } from './find-uses.ts';

/** A stack that needs the application. */
export interface StackUses {
  readonly stack: string;
  readonly status: string | undefined;
  readonly uses: readonly Use[];
}

/** What is found in an account and Region. */
export interface FoundUses {
  /** How many stacks were looked at. */
  readonly stacks: number;
  /** Whether the application is one of them: if not, this is hardly where it would be removed. */
  readonly hasApplication: boolean;
  readonly using: readonly StackUses[];
  /** Stacks whose template could not be read, with the reason. */
  readonly unread: readonly { readonly stack: string; readonly reason: string }[];
}
