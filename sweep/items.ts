/** The lines of a sweep's files that say which repositories there are. */

/** In place of `createdAt`, for a release of a repository whose record of claims cannot be read. */
export const damagedRecord = 0;

/** One line of `repositories.jsonl`, in ascending order of the index. */
export interface ListedRepository {
  /** Its place in the whole list, from 0. A sweep of what an earlier one did not finish keeps that one's. */
  readonly index: number;
  readonly name: string;
  readonly arn: string;
  /** Milliseconds since 1970; a repository of the same name that was created later is a different one. */
  readonly createdAt: number;
}

/** One line of `items.jsonl`, in the same order: what a batch is given of each repository. */
export interface SweepItem extends ListedRepository {
  /** The name of the stack that owns it, where one was found. */
  readonly stack?: string;
  /** Its line in `evidence.jsonl`: the first byte, and the one after its last; left out where nothing uses its images. */
  readonly evidence?: readonly [number, number];
}
