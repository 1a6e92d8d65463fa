/** Which images of a repository stand and fall together: an image index, and the images that it refers to. */

/** An image, as far as image indexes are concerned. */
interface Image {
  readonly digest: string;
  /** Digests of the images that an image index refers to; undefined for other images, or if it was not read. */
  readonly children?: readonly string[] | undefined;
}

/**
 * How the images of a repository are related. The use of an image counts for itself, all image indexes that refer to it, and all
 * that those refer to, at any depth.
 */
export interface Relations {
  /** The images for which the use of an image counts, by digest. */
  relatedTo(digest: string): ReadonlySet<string>;
  /** Those for which the use of any of several counts. */
  relatedToAny(digests: Iterable<string>): ReadonlySet<string>;
  /** The image, and all image indexes that refer to it. */
  holdersOf(digest: string): ReadonlySet<string>;
  /** The image, and all that it refers to. */
  partsOf(digest: string): ReadonlySet<string>;
}

/**
 * Two image indexes that have an image in common are not related by it alone: the image stays with either of them. Cycles,
 * which digests rule out, are one family.
 */
export function relatedIn(images: Iterable<Image>): Relations {
  const children = new Map<string, readonly string[]>();
  const parents = new Map<string, string[]>();
  for (const { digest, children: own = [] } of images) {
    if (own.length === 0) continue;
    children.set(digest, own);
    for (const child of own) {
      const all = parents.get(child);
      // Thousands of indexes can have an image in common: a copy for each would take the square of their number.
      if (all === undefined) parents.set(child, [digest]);
      else all.push(digest);
    }
  }
  const relatedToAny = (digests: Iterable<string>) => reach(reach(digests, parents), children);
  return {
    relatedTo: (digest) => relatedToAny([digest]),
    relatedToAny,
    holdersOf: (digest) => reach([digest], parents),
    partsOf: (digest) => reach([digest], children),
  };
}

function reach(from: Iterable<string>, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set(from);
  // A set is walked in the order in which it grows.
  for (const digest of reached) for (const each of next.get(digest) ?? []) reached.add(each);
  return reached;
}
