/** What evidence says of each image of a repository. */
import { groupBy } from '../group-by.ts';
import {
  type ImageReference,
  type ImageUser,
  type UsageVerdict,
  type UsedImage,
  usageSources,
} from './evidence.ts';
import { type Relations, relatedIn } from './related-images.ts';

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
 * An image index and its images count for each other, at any depth: a user may name the one and run the other
 * (`relatedIn`). Where the children of an index are not known, each image counts for itself alone.
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
  const relations = relatedIn(distinct.values());
  const users = usersOf(distinct, references, relations);
  const pulls = latestPulls(distinct.values(), relations, pulledSince);
  const verdictOf = (digest: string): UsageVerdict => {
    const own = users.get(digest);
    if (own !== undefined) return { kind: 'in-use', users: own };
    const pulledAt = pulls.get(digest);
    return pulledAt === undefined ? { kind: 'no-evidence' } : { kind: 'pulled', pulledAt };
  };
  return new Map([...distinct.keys()].map((digest) => [digest, verdictOf(digest)]));
}

/** The latest pull that counts for each image, by digest. First up to image indexes, then down: an index may have thousands. */
function latestPulls(
  images: Iterable<UsedImage>,
  { holdersOf, partsOf }: Relations,
  pulledSince: number,
): ReadonlyMap<string, number> {
  const own = [...images].flatMap(({ digest, pulledAt }): readonly (readonly [string, number])[] =>
    pulledAt === undefined || pulledAt < pulledSince ? [] : [[digest, pulledAt]],
  );
  return latestOf(latestOf(own, holdersOf), partsOf);
}

/** The latest of the times of all that lead to an image. */
function latestOf(
  times: Iterable<readonly [digest: string, time: number]>,
  next: (digest: string) => Iterable<string>,
): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const [digest, time] of times)
    for (const each of next(digest)) latest.set(each, Math.max(time, latest.get(each) ?? time));
  return latest;
}

/** The users of each image that has any, by digest. */
function usersOf(
  images: ReadonlyMap<string, UsedImage>,
  references: readonly ImageReference[],
  { relatedTo }: Relations,
): ReadonlyMap<string, readonly ImageUser[]> {
  const byTag = new Map<string, string>();
  for (const { digest, tags } of images.values()) for (const tag of tags) byTag.set(tag, digest);
  const direct = groupBy(references, ({ digest, tag }) => digest ?? (tag && byTag.get(tag)));
  const users = new Map<string, ImageUser[]>();
  for (const [digest, own] of direct) {
    if (digest === undefined || !images.has(digest)) continue;
    for (const each of relatedTo(digest)) {
      const all = users.get(each) ?? [];
      users.set(each, all);
      for (const { user } of own) all.push(user);
    }
  }
  return new Map([...users].map(([digest, all]) => [digest, sortedUsers(all)]));
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
