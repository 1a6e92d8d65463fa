/**
 * Checks that a lifecycle policy does not expire or archive images in use before it is put: by ECR's preview, by the images'
 * last pulls, and by evidence of who uses them.
 */
import { pause } from '../aws/deadline.ts';
import type { Ecr, ExpiringImage } from '../aws/ecr/ecr.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import type { UsageVerdict } from '../core/usage/evidence.ts';
import { pulledSinceOf, usageVerdicts } from '../core/usage/verdicts.ts';
import type { ReconcileContext } from './context.ts';
import { hashOfPolicy } from './hash.ts';
import type { UnreadUsage } from './usage-look.ts';
import { readUsedImages } from './used-images.ts';

/** What the guard depends on. */
export type GuardContext = Pick<
  ReconcileContext,
  'deadline' | 'now' | 'allowExpiringImagesInUse' | 'usage'
> & { readonly ecr: Pick<Ecr, 'startPreview' | 'preview' | 'pulledImages'> };

/** An image that would be deleted or archived although it is in use, or was pulled recently. */
export interface ImageInUse extends ExpiringImage {
  readonly repository: string;
  readonly verdict: Exclude<UsageVerdict, { readonly kind: 'no-evidence' }>;
}

/** What is known of the images that a policy would expire or archive. */
export interface PolicyCheck {
  /** Those in use first, and of those that were only pulled the latest pull first. */
  readonly images: readonly ImageInUse[];
  /** The required sources that were not read: other images may be in use. */
  readonly unread: readonly UnreadUsage[];
  /** Other sources that were not read. */
  readonly otherUnread: readonly UnreadUsage[];
}

/** Whether a policy must not be put. */
export function isHarmful({ images, unread }: PolicyCheck): boolean {
  return images.length > 0 || unread.length > 0;
}

/** ECR could not preview what a lifecycle policy would do. */
export class PreviewFailed extends Error {
  override readonly name = 'PreviewFailed';
  readonly repository: string;

  constructor(repository: string) {
    super(`no preview of the lifecycle policy of ${repository}`);
    this.repository = repository;
  }
}

/** What a note has of a policy that was not put. */
export interface HarmSummary {
  /** Undefined if it is not known whether images are in use. */
  readonly imagesInUse: number | undefined;
  /** Whether it would only archive them. */
  readonly isArchiving?: boolean;
  /** Required sources that were not read. */
  readonly unread?: readonly UnreadUsage[];
}

export function harmSummary({ images, unread }: Pick<PolicyCheck, 'images' | 'unread'>): HarmSummary {
  if (images.length === 0) return { imagesInUse: undefined, unread };
  return {
    imagesInUse: images.length,
    isArchiving: images.every(({ action }) => action === 'archive'),
  };
}

/** What a request says of the images in use, and what the application allows. */
interface Protection {
  readonly protectPulledWithinDays: number;
}
type Allowance = Pick<ReconcileContext, 'allowExpiringImagesInUse'>;

/** Days of protection where a request has turned it off without permission. */
export const defaultProtectedDays = 90;

/** Whether a request asks for no protection, and the application does not allow that. */
export function isExpiryRefused(
  { protectPulledWithinDays }: Protection,
  { allowExpiringImagesInUse }: Allowance,
): boolean {
  return protectPulledWithinDays === 0 && !allowExpiringImagesInUse;
}

/** Within how many days a pull protects an image; 0 where it is not looked at. */
export function protectedDays(protection: Protection, allowance: Allowance): number {
  return isExpiryRefused(protection, allowance) ? defaultProtectedDays : protection.protectPulledWithinDays;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;
const maxPreviews = 3;

const nothingExpires: PolicyCheck = { images: [], unread: [], otherUnread: [] };

/**
 * Which images a policy would expire or archive that are in use, or were pulled within this number of days.
 *
 * Evidence of use is read only if anything would expire. An image index is in use if an image to which it refers is; where
 * reading the index would count as a pull, it counts by itself.
 *
 * @throws {@link PreviewFailed}
 */
export async function checkPolicy(
  repository: string,
  text: string,
  withinDays: number,
  context: GuardContext,
): Promise<PolicyCheck> {
  return checkExpiring(repository, await previewPolicy(repository, text, context), withinDays, context);
}

/**
 * Why an earlier lifecycle policy is not put back: it would expire images in use, or that cannot be found out. Nothing that
 * goes back to what was there fails because of it: a Delete, a rollback and the end of a change that was interrupted.
 *
 * @param withinDays as of {@link checkPolicy}; 0: it is put back without a check
 * @returns undefined if it may be put back
 */
export async function whyNotPutBack(
  repository: string,
  text: string,
  withinDays: number,
  context: GuardContext,
): Promise<HarmSummary | undefined> {
  if (withinDays === 0) return undefined;
  try {
    const check = await checkPolicy(repository, text, withinDays, context);
    return isHarmful(check) ? harmSummary(check) : undefined;
  } catch (error) {
    if (isRepositoryNotFound(error)) return undefined;
    return { imagesInUse: undefined };
  }
}

/** The images that a policy would expire or archive now, by ECR's preview. @throws {@link PreviewFailed} */
export async function previewPolicy(
  repository: string,
  text: string,
  context: GuardContext,
): Promise<readonly ExpiringImage[]> {
  const expiring = await previewOf(repository, text, context);
  context.usage.askFor(
    repository,
    expiring.map(({ digest }) => digest),
  );
  return expiring;
}

/** Which of the images that a policy would expire or archive are in use, as of {@link checkPolicy}. */
export async function checkExpiring(
  repository: string,
  expiring: readonly ExpiringImage[],
  withinDays: number,
  context: GuardContext,
): Promise<PolicyCheck> {
  if (expiring.length === 0) return nothingExpires;
  const [used, references, { required, others }] = await Promise.all([
    readUsedImages(repository, expiring, context),
    context.usage.referencesTo(repository),
    context.usage.unread(),
  ]);
  const pulledSince = pulledSinceOf(context.now(), withinDays);
  const verdicts = usageVerdicts(used.images, references, { pulledSince });
  const images = expiring.flatMap((image): readonly ImageInUse[] => {
    const verdict = verdicts.get(image.digest);
    return verdict === undefined || verdict.kind === 'no-evidence' ? [] : [{ ...image, repository, verdict }];
  });
  const { unreadIndexes: reason } = used;
  const otherUnread = reason === undefined ? others : [...others, { what: 'image-indexes' as const, reason }];
  return { images: images.sort(inUseFirst), unread: required, otherUnread };
}

function inUseFirst({ verdict: one }: ImageInUse, { verdict: other }: ImageInUse): number {
  if (one.kind === 'pulled' && other.kind === 'pulled') return other.pulledAt - one.pulledAt;
  return Number(other.kind === 'in-use') - Number(one.kind === 'in-use');
}

async function previewOf(
  repository: string,
  text: string,
  { ecr, deadline }: Pick<GuardContext, 'ecr' | 'deadline'>,
): Promise<readonly ExpiringImage[]> {
  // ECR may return the text in another form.
  const wanted = hashOfPolicy(text);
  for (let previews = 1; previews <= maxPreviews; previews += 1) {
    await ecr.startPreview(repository, text);
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      const preview = await ecr.preview(repository);
      if (preview.status === 'complete' && hashOfPolicy(preview.text) === wanted) return preview.expiring;
      // Another preview has replaced this one, or it has expired.
      if (preview.status !== 'pending') break;
      await pause(pauseMs, deadline);
    }
  }
  throw new PreviewFailed(repository);
}
