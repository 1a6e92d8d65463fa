/** To which images the image indexes of a repository refer, as far as that is known. */
import type { UnreadSource } from '../core/usage/evidence.ts';

/** What is known of image indexes. */
export interface KnownIndexes {
  /** Digests of the images to which an image index refers, by its digest. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** Why some, or all, are not known. */
  readonly unread: UnreadSource | undefined;
}

/** Reads image indexes of a repository, by their digests. Never throws: what is not read says why. */
export type IndexReader = (repository: string, digests: readonly string[]) => Promise<KnownIndexes>;

/** Reads none. */
export const noIndexes: IndexReader = async () => ({
  children: new Map(),
  unread: { code: 'counts-as-pull' },
});
