/** What evidence says of each image of a repository. */
import {
  type ImageReference,
  type ImageUser,
  type UsageVerdict,
  type UsedImage,
  usageSources,
} from './evidence.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * From when on a pull counts as one within so many days, in milliseconds since 1970; never, where the number is 0.
 *
 * ECR updates the time of an image's last pull at least once in 24 hours
 * (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html), which is counted in.
 */
export function pulledSinceOf(now: number, withinDays: number): number {
  return withinDays > 0 ? now - (withinDays + 1) * day : Number.POSITIVE_INFINITY;
}

/**
 * The verdict on each image, by digest.
 *
 * A reference with a digest counts for that image alone, even where it has a tag too, which may have moved since: a pull by
 * both is one by the digest. If the repository no longer holds the digest it therefore counts for nothing; where a user
 * will resolve its tag anew, as a task definition's next task does, that is a reference of its own.
 *
 * An image index and its images count for each other, at any depth: a user may name the one and run the other. Where the
 * children of an index are not known, each image counts for itself alone.
 *
 * @param images one given twice counts once, the later
 * @param references those to images of this repository
 * @param options.pulledSince milliseconds since 1970: a pull from then on makes an image a pulled one (`pulledSinceOf`)
 */
export function usageVerdicts(
  images: readonly UsedImage[],
  references: readonly ImageReference[],
  { pulledSince }: { readonly pulledSince: number },
): ReadonlyMap<string, UsageVerdict> {
  const distinct = new Map(images.map((image) => [image.digest, image]));
  const familyOf = families(distinct);
  const users = usersByFamily(distinct, references, familyOf);
  const pulls = new Map<string, number>();
  for (const { digest, pulledAt } of distinct.values()) {
    if (pulledAt === undefined || pulledAt < pulledSince) continue;
    const family = familyOf(digest);
    pulls.set(family, Math.max(pulledAt, pulls.get(family) ?? pulledAt));
  }
  const verdictOf = (digest: string): UsageVerdict => {
    const family = familyOf(digest);
    const own = users.get(family);
    if (own !== undefined) return { kind: 'in-use', users: own };
    const pulledAt = pulls.get(family);
    return pulledAt === undefined ? { kind: 'no-evidence' } : { kind: 'pulled', pulledAt };
  };
  return new Map([...distinct.keys()].map((digest) => [digest, verdictOf(digest)]));
}

/**
 * Images that an index connects, by any chain of indexes, are one family, which is named by one of its digests.
 * Cycles, which digests rule out, are one family as well.
 */
function families(images: ReadonlyMap<string, UsedImage>): (digest: string) => string {
  const towards = new Map<string, string>();
  const rootOf = (digest: string): string => {
    let root = digest;
    for (let next = towards.get(root); next !== undefined; next = towards.get(root)) {
      // Halves the way for whoever asks next.
      towards.set(root, towards.get(next) ?? next);
      root = next;
    }
    return root;
  };
  for (const { digest, children = [] } of images.values())
    for (const child of children) {
      const [one, other] = [rootOf(digest), rootOf(child)];
      if (one !== other) towards.set(one, other);
    }
  return rootOf;
}

function usersByFamily(
  images: ReadonlyMap<string, UsedImage>,
  references: readonly ImageReference[],
  familyOf: (digest: string) => string,
): ReadonlyMap<string, readonly ImageUser[]> {
  const byTag = new Map<string, string>();
  for (const { digest, tags } of images.values()) for (const tag of tags) byTag.set(tag, digest);
  const users = new Map<string, ImageUser[]>();
  for (const { digest: named, tag, user } of references) {
    const digest = named ?? (tag === undefined ? undefined : byTag.get(tag));
    if (digest === undefined || !images.has(digest)) continue;
    const family = familyOf(digest);
    const own = users.get(family) ?? [];
    own.push(user);
    users.set(family, own);
  }
  return new Map([...users].map(([family, own]) => [family, sortedUsers(own)]));
}

/** Each user once, in the order of the sources and of their ARNs. */
function sortedUsers(users: readonly ImageUser[]): readonly ImageUser[] {
  const distinct = [...new Map(users.map((user) => [`${user.source} ${user.arn}`, user])).values()];
  return distinct.sort(
    (one, other) =>
      usageSources.indexOf(one.source) - usageSources.indexOf(other.source) ||
      (one.arn < other.arn ? -1 : Number(one.arn > other.arn)),
  );
}
