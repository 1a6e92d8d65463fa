/** The images that a lifecycle policy would expire, and those of their image indexes, as far as their use is concerned. */
import type { Ecr, ExpiringImage, PulledImage } from '../aws/ecr/ecr.ts';
import type { UnreadSource, UsedImage } from '../core/usage/evidence.ts';
import type { UsageLook } from './usage-look.ts';

/** What is known of the use of images by themselves. */
export interface UsedImages {
  /** The images that would expire, and those to which image indexes among them refer, at any depth. */
  readonly images: readonly UsedImage[];
  /** Why it is not known to which images some indexes refer. */
  readonly unreadIndexes: UnreadSource | undefined;
}

/** Reads image indexes among the images that would expire, and no others: ECR's preview leaves out what others keep. */
export async function readUsedImages(
  repository: string,
  expiring: readonly ExpiringImage[],
  { ecr, usage }: { readonly ecr: Pick<Ecr, 'pulledImages'>; readonly usage: Pick<UsageLook, 'readIndexes'> },
): Promise<UsedImages> {
  const described = new Map<string, PulledImage>();
  const children = new Map<string, readonly string[]>();
  let unreadIndexes: UnreadSource | undefined;
  let wanted = expiring.map(({ digest }) => digest);
  while (wanted.length > 0) {
    const found = await ecr.pulledImages(repository, wanted);
    for (const [digest, image] of found) described.set(digest, image);
    const indexes = [...found].flatMap(([digest, { isImageIndex }]) => (isImageIndex ? [digest] : []));
    if (indexes.length === 0) break;
    const read = await usage.readIndexes(repository, indexes);
    unreadIndexes ??= read.unread;
    for (const [digest, own] of read.children) children.set(digest, own);
    wanted = [...new Set([...read.children.values()].flat())].filter((digest) => !described.has(digest));
  }
  // What expires may have been deleted since the preview.
  const gone = { tags: [], pulledAt: undefined };
  const all = new Map<string, Omit<PulledImage, 'isImageIndex'>>([
    ...expiring.map(({ digest, tags }) => [digest, { ...gone, tags }] as const),
    ...described,
  ]);
  const images = [...all].map(([digest, { tags, pulledAt }]) => ({
    ...{ digest, tags, pulledAt, children: children.get(digest) },
    // The verdicts do not look at it.
    pushedAt: 0,
  }));
  return { images, unreadIndexes };
}
