/** Reads to which images image indexes refer, only where ECR does not take that for a pull of them. */
import type { ImageIndexReads } from '../aws/ecr/image-indexes.ts';
import { unreadOf } from '../aws/usage/unread.ts';
import type { UnreadSource } from '../core/usage/evidence.ts';
import { type IndexReader, noIndexes } from './known-indexes.ts';

const none: ReadonlyMap<string, readonly string[]> = new Map();

/**
 * ECR is asked once, before the first read, whether pulls of the role are recorded: an exclusion can be missing, or have
 * been removed, and a pull that is recorded would be taken for use of an image from then on.
 *
 * @param roleArn the caller's own role, whose credentials `ecr` has
 */
export function startIndexReader(ecr: ImageIndexReads, roleArn: string | undefined): IndexReader {
  if (roleArn === undefined || roleArn === '') return noIndexes;
  let exclusions: Promise<UnreadSource | undefined> | undefined;
  return async (repository, digests) => {
    exclusions ??= whyNotExcluded(ecr, roleArn);
    const refusal = await exclusions;
    if (refusal !== undefined) return { children: none, unread: refusal };
    try {
      const { children, failure } = await ecr.imageIndexes(repository, digests);
      const unread = { code: 'failed', action: 'ecr:BatchGetImage', error: failure ?? '' } as const;
      return { children, unread: failure === undefined ? undefined : unread };
    } catch (error) {
      return { children: none, unread: unreadOf(error, 'ecr:BatchGetImage') };
    }
  };
}

async function whyNotExcluded(ecr: ImageIndexReads, roleArn: string): Promise<UnreadSource | undefined> {
  try {
    return (await ecr.pullTimeExclusions()).includes(roleArn) ? undefined : { code: 'counts-as-pull' };
  } catch (error) {
    return unreadOf(error, 'ecr:ListPullTimeUpdateExclusions');
  }
}
