/** Checks that a lifecycle policy does not expire or archive images in use, by ECR's preview, before it is put. */
import { pause } from '../aws/deadline.ts';
import type { ExpiringImage } from '../aws/ecr/ecr.ts';
import type { ReconcileContext } from './context.ts';
import { hashOfPolicy } from './hash.ts';

/** What the guard depends on. */
export type GuardContext = Pick<ReconcileContext, 'ecr' | 'deadline' | 'now' | 'allowExpiringImagesInUse'>;

/** An image that would be deleted or archived although it was pulled recently. */
export interface ImageInUse extends ExpiringImage {
  readonly repository: string;
  readonly lastPull: Date;
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

/** What a note has of images in use. */
export function inUseSummary(images: readonly ImageInUse[]): {
  readonly imagesInUse: number;
  readonly isArchiving: boolean;
} {
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

const dayMs = 24 * 60 * 60 * 1000;
const firstPauseMs = 200;
const longestPauseMs = 5_000;
const maxPreviews = 3;

/**
 * The images that a policy would expire or archive and that were pulled within this number of days, the latest pull first.
 *
 * ECR updates the time of an image's last pull at least once in 24 hours
 * (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html), which is counted in.
 *
 * @throws {@link PreviewFailed}
 */
export async function imagesInUse(
  repository: string,
  text: string,
  withinDays: number,
  context: GuardContext,
): Promise<readonly ImageInUse[]> {
  const expiring = await previewOf(repository, text, context);
  const times = await context.ecr.pullTimes(
    repository,
    expiring.map(({ digest }) => digest),
  );
  const earliest = context.now() - (withinDays + 1) * dayMs;
  return expiring
    .flatMap((image) => {
      const lastPull = times.get(image.digest);
      return lastPull === undefined || lastPull.getTime() < earliest
        ? []
        : [{ ...image, repository, lastPull }];
    })
    .toSorted((one, other) => other.lastPull.getTime() - one.lastPull.getTime());
}

async function previewOf(
  repository: string,
  text: string,
  { ecr, deadline }: Pick<ReconcileContext, 'ecr' | 'deadline'>,
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
