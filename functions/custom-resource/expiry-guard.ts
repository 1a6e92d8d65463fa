/** A lifecycle policy must not expire an image in use unseen: the service's own preview tells before it is put. */
import { pause } from '../../aws/deadline.ts';
import type { ExpiringImage } from './ecr/ecr.ts';
import { Told } from './failure.ts';
import { fingerprintOfPolicy } from './fingerprint.ts';
import type { Surroundings } from './surroundings.ts';

/** An image that would expire although it was pulled not long ago. */
export interface ImageInUse extends ExpiringImage {
  readonly repository: string;
  readonly lastPull: Date;
}

const dayMs = 24 * 60 * 60 * 1000;
const firstPauseMs = 200;
const longestPauseMs = 5_000;
const mostPreviews = 3;

/**
 * The images that a policy would expire and that were pulled within so many days, the latest pull first.
 *
 * ECR brings an image's time of pull up to date once in 24 hours at least
 * (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html), which is counted in.
 */
export async function imagesInUse(
  repository: string,
  text: string,
  withinDays: number,
  surroundings: Pick<Surroundings, 'ecr' | 'deadline'>,
): Promise<readonly ImageInUse[]> {
  const expiring = await previewOf(repository, text, surroundings);
  const times = await surroundings.ecr.pullTimes(
    repository,
    expiring.map(({ digest }) => digest),
  );
  const earliest = Date.now() - (withinDays + 1) * dayMs;
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
  { ecr, deadline }: Pick<Surroundings, 'ecr' | 'deadline'>,
): Promise<readonly ExpiringImage[]> {
  // ECR may give the text back in another form.
  const wanted = fingerprintOfPolicy(text);
  for (let previews = 1; previews <= mostPreviews; previews += 1) {
    await ecr.startPreview(repository, text);
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      const preview = await ecr.preview(repository);
      if (preview.status === 'complete' && fingerprintOfPolicy(preview.text) === wanted)
        return preview.expiring;
      // Somebody else's took the place of ours, or ours expired.
      if (preview.status !== 'pending') break;
      await pause(pauseMs, deadline);
    }
  }
  throw new Told(
    `ECR could not say what the lifecycle policy would expire in ${repository}, so nothing was changed: deploy again, or say ProtectPulledWithinDays: 0.`,
  );
}

// What fits into CloudFormation's 4,096 bytes beside the rest of the answer.
const mostCharacters = 2_600;

/** The sentences that refuse a policy, with every image that fits and the count of all. */
export function refuseExpiry(images: readonly ImageInUse[], withinDays: number): string {
  const named: string[] = [];
  let length = 0;
  for (const { repository, tags, digest, lastPull } of images) {
    const which = tags.length === 0 ? 'untagged' : tags.join(', ');
    const name = `${repository} ${which} (${digest}, last pulled ${lastPull.toISOString().slice(0, 16)}Z)`;
    length += name.length + 2;
    if (length > mostCharacters && named.length > 0) break;
    named.push(name.slice(0, mostCharacters));
  }
  const rest = images.length - named.length;
  const count = images.length === 1 ? '1 image that was' : `${images.length} images that were`;
  return `The lifecycle policy would expire ${count} pulled within ${withinDays} days, so nothing was changed. Let it keep them, or say ProtectPulledWithinDays: 0 to let them expire. Pulled: ${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
}
