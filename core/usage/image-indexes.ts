/** Which image indexes are worth reading, to know to which images they refer. */
import type { AffectedImage, ExpiringImage } from './policy-effect.ts';

/**
 * The image indexes, by digest, on which it depends what a policy deletes or archives that is in use: those that would go,
 * and all, where other images would go, which ECR keeps for as long as an index refers to them.
 *
 * An archived index cannot be read until it is restored.
 */
export function indexesToRead(
  images: readonly AffectedImage[],
  expiring: readonly Pick<ExpiringImage, 'digest'>[],
): readonly string[] {
  const going = new Set(expiring.map(({ digest }) => digest));
  const indexes = images.filter(
    ({ isImageIndex = false, isArchived = false, children }) =>
      isImageIndex && !isArchived && children === undefined,
  );
  const areAll = images.some(({ digest, isImageIndex = false }) => !isImageIndex && going.has(digest));
  return indexes.flatMap(({ digest }) => (areAll || going.has(digest) ? [digest] : []));
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
