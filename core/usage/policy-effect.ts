/** What a lifecycle policy would delete or archive now, and what of that is in use. */
import type { Issue } from '../issue.ts';
import { type EvaluatedImage, evaluateLifecyclePolicy } from '../lifecycle/evaluate.ts';
import type { UsageVerdict, UsedImage } from './evidence.ts';
import { relatedIn } from './related-images.ts';

/** An image of a repository, for what a policy would do to it. */
export interface AffectedImage extends EvaluatedImage {
  /** Whether it is an image index (or manifest list): a list of images, one for each architecture. */
  readonly isImageIndex?: boolean;
}

/** An image that a policy would delete or archive; an archived image cannot be pulled until it is restored. */
export interface ExpiringImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970; undefined for one that was never pulled. */
  readonly pulledAt: number | undefined;
  readonly pushedAt: number;
  readonly action: 'expire' | 'archive';
  /** Its place among the images of its storage class, the newest first: 1 for the newest. */
  readonly position: number;
  /**
   * Whether an image index may refer to it, in which case ECR keeps it for as long as the index: an index was not read,
   * since that would count as a pull.
   */
  readonly mayBeReferenced: boolean;
  /** Of an image index: digests of the images that it refers to, if it was read. */
  readonly children?: readonly string[] | undefined;
}

/** An image that a policy would delete or archive although it is in use or was pulled lately. */
export interface ImageAtRisk extends Omit<ExpiringImage, 'pushedAt' | 'pulledAt' | 'children'> {
  readonly verdict: Exclude<UsageVerdict, { readonly kind: 'no-evidence' }>;
}

/** What a policy would do now. */
export interface PolicyEffect {
  /** How many images it would delete, those in use included. */
  readonly expiring: number;
  /** How many images it would archive, those in use included. */
  readonly archiving: number;
  /** Those that are in use or were pulled lately; the worst first. */
  readonly inUse: readonly ImageAtRisk[];
}

/** What a policy would delete or archive. */
export interface Expiring {
  readonly images: readonly ExpiringImage[];
  /** Images that stay, and whose use counts for those: of the same image index. */
  readonly relatives: readonly UsedImage[];
}

/**
 * Which images a policy would delete or archive now.
 *
 * ECR keeps an image for as long as an image index refers to it
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html). Where the `children` of an index are not
 * known, its images count by the rules alone, so that the result is an upper bound: never fewer than ECR expires. Such
 * images are marked (`mayBeReferenced`): untagged ones beside an index.
 *
 * @param text the policy as ECR has it; if ECR would refuse it, its issues are returned
 * @param now milliseconds since 1970
 */
export function expiringImages(
  text: string,
  images: readonly AffectedImage[],
  now: number,
): Expiring | { readonly issues: readonly Issue[] } {
  const result = evaluateLifecyclePolicy(text, images, now);
  if ('issues' in result) return result;
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  const mayBeReferenced = mayBeReferencedIn(images);
  const positions = positionsIn(byDigest);
  const expiring = result.verdicts.flatMap(({ digest, action }): readonly ExpiringImage[] => {
    const image = byDigest.get(digest);
    if (image === undefined) return [];
    const { tags, pulledAt, pushedAt, children } = image;
    return [
      {
        digest,
        tags,
        pulledAt,
        pushedAt,
        action: action === 'expire' ? 'expire' : 'archive',
        position: positions.get(digest) ?? 0,
        mayBeReferenced: mayBeReferenced(image),
        ...(children && { children }),
      },
    ];
  });
  return { images: expiring, relatives: relativesOf(expiring, byDigest) };
}

/** Images that stay, and whose use counts for some that would go. */
function relativesOf(
  expiring: readonly ExpiringImage[],
  images: ReadonlyMap<string, AffectedImage>,
): readonly UsedImage[] {
  if (![...images.values()].some(({ children = [] }) => children.length > 0)) return [];
  const own = new Set(expiring.map(({ digest }) => digest));
  const related = relatedIn(images.values()).relatedToAny(own);
  return [...related].flatMap((digest) => (own.has(digest) ? [] : (images.get(digest) ?? [])));
}

/** The place of each image, as lifecycle policies count: of two pushed at the same time the later in the list is the newer. */
function positionsIn(images: ReadonlyMap<string, AffectedImage>): ReadonlyMap<string, number> {
  const counts = { standard: 0, archive: 0 };
  const newestFirst = [...images.values()].toReversed().sort((one, other) => other.pushedAt - one.pushedAt);
  return new Map(
    newestFirst.map(({ digest, isArchived = false }) => {
      const storageClass = isArchived ? 'archive' : 'standard';
      counts[storageClass] += 1;
      return [digest, counts[storageClass]];
    }),
  );
}

/** Whether an image index of these images may refer to an image, by {@link ExpiringImage.mayBeReferenced}. */
export function mayBeReferencedIn(images: readonly AffectedImage[]): (image: AffectedImage) => boolean {
  const hasUnread = images.some(({ isImageIndex, children }) => isImageIndex && children === undefined);
  return ({ isImageIndex = false, tags }) => hasUnread && !isImageIndex && tags.length === 0;
}

/** Counts what expires, with what is in use. @param verdicts by digest; an image without one counts as without evidence */
export function effectOf(
  expiring: readonly ExpiringImage[],
  verdicts: ReadonlyMap<string, UsageVerdict>,
): PolicyEffect {
  const inUse = expiring.flatMap((image): readonly ImageAtRisk[] => {
    const verdict = verdicts.get(image.digest);
    if (verdict === undefined || verdict.kind === 'no-evidence') return [];
    const { digest, tags, action, position, mayBeReferenced } = image;
    return [{ digest, tags, action, position, mayBeReferenced, verdict }];
  });
  const archiving = expiring.filter(({ action }) => action === 'archive').length;
  return { expiring: expiring.length - archiving, archiving, inUse: inUse.sort(worstFirst) };
}

/**
 * What a policy would do now, with what of that is in use; {@link expiringImages} says what follows for image indexes.
 *
 * @param verdicts by digest
 */
export function policyEffect(
  text: string,
  images: readonly AffectedImage[],
  verdicts: ReadonlyMap<string, UsageVerdict>,
  now: number,
): PolicyEffect | { readonly issues: readonly Issue[] } {
  const result = expiringImages(text, images, now);
  return 'issues' in result ? result : effectOf(result.images, verdicts);
}

/** In use before pulled, deleted before archived, many users before few, the latest pull before earlier ones. */
function worstFirst(one: ImageAtRisk, other: ImageAtRisk): number {
  const isLess = (holds: (image: ImageAtRisk) => boolean) => Number(holds(other)) - Number(holds(one));
  return (
    isLess(({ verdict }) => verdict.kind === 'in-use') ||
    isLess(({ action }) => action === 'expire') ||
    isLess(({ mayBeReferenced }) => !mayBeReferenced) ||
    weightOf(other) - weightOf(one) ||
    (one.digest < other.digest ? -1 : Number(one.digest > other.digest))
  );
}

function weightOf({ verdict }: ImageAtRisk): number {
  return verdict.kind === 'in-use' ? verdict.users.length : verdict.pulledAt;
}
