/** How many images a repository holds, what they cost, and when it reaches its quota. Pure. */
import { isUnknown } from '../core/known.ts';
import type { ImageCount } from './audit.ts';
import { daysToQuota, recentDays } from './forecast.ts';
import type { ImageReading } from './reading.ts';
import type { Read } from './unread.ts';

const day = 24 * 60 * 60 * 1000;
// https://aws.amazon.com/ecr/pricing/: storage for each GB and month, in every commercial region listed there.
const dollarsPerGigabyte = 0.1;
const gigabyte = 1024 ** 3;

/**
 * @param policy the lifecycle policy's text, undefined if there is none; where it is unknown no date is projected, since it
 * may expire images
 * @param now milliseconds since 1970
 */
export function growthOf(
  images: readonly ImageReading[],
  {
    quota,
    policy,
    now,
  }: {
    readonly quota: number;
    readonly policy: Read<string | undefined>;
    readonly now: number;
  },
): ImageCount {
  const count = images.length;
  const pushedLately = images.filter(({ pushedAt }) => now - pushedAt <= recentDays * day).length;
  // The size of an image index is that of its largest manifest, which is counted by itself.
  const bytes = images.reduce((sum, { size, isImageIndex }) => sum + (isImageIndex ? 0 : size), 0);
  const days =
    isUnknown(policy) && count < quota
      ? undefined
      : daysToQuota(images, { quota, policy: isUnknown(policy) ? undefined : policy, now });
  return {
    count,
    pushedLately,
    quota,
    quotaReachedOn: days === undefined ? undefined : new Date(now + days * day).toISOString().slice(0, 10),
    bytes,
    monthlyCost: (bytes / gigabyte) * dollarsPerGigabyte,
  };
}
