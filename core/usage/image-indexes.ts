/** Which image indexes are worth reading, to know to which images they refer. */
import type { AffectedImage } from './policy-effect.ts';

/**
 * The image indexes of a repository, by digest, of which it is not known to which images they refer. Where a policy deletes or
 * archives any image, it depends on all of them what it does and what of that is in use: ECR keeps an image for as long as
 * an index refers to it.
 *
 * An archived index cannot be read until it is restored.
 */
export function unreadIndexes(images: readonly AffectedImage[]): readonly string[] {
  return images.flatMap(({ digest, isImageIndex = false, isArchived = false, children }) =>
    isImageIndex && !isArchived && children === undefined ? [digest] : [],
  );
}

/** The images, with the children of the image indexes that were read. */
export function withChildren<Image extends AffectedImage>(
  images: readonly Image[],
  children: ReadonlyMap<string, readonly string[]>,
): readonly Image[] {
  return images.map((image) => {
    const own = children.get(image.digest);
    return own === undefined ? image : { ...image, children: own };
  });
}
