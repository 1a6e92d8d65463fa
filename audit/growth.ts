/** How many images a repository holds, what they cost, and when it reaches its quota. Pure. */
import type { ImageCount } from './audit.ts';
import type { ImageReading } from './reading.ts';

const day = 24 * 60 * 60 * 1000;
const recentDays = 30;
// https://aws.amazon.com/ecr/pricing/: storage for each GB and month, in every commercial region listed there.
const dollarsPerGigabyte = 0.1;
const gigabyte = 1024 ** 3;
// A later date is not worth reporting.
const maxDays = 3650;

/**
 * @param isExpiring whether a lifecycle policy expires images, which stops the growth
 * @param now milliseconds since 1970
 */
export function growthOf(
  images: readonly ImageReading[],
  { quota, isExpiring, now }: { readonly quota: number; readonly isExpiring: boolean; readonly now: number },
): ImageCount {
  const count = images.length;
  const pushedLately = images.filter(({ pushedAt }) => now - pushedAt <= recentDays * day).length;
  // The size of an image index is that of its largest manifest, which is counted by itself.
  const bytes = images.reduce((sum, { size, isImageIndex }) => sum + (isImageIndex ? 0 : size), 0);
  const days = count >= quota ? 0 : ((quota - count) * recentDays) / pushedLately;
  const isReached = count >= quota || (pushedLately > 0 && !isExpiring && days <= maxDays);
  return {
    count,
    pushedLately,
    quota,
    quotaReachedOn: isReached ? new Date(now + days * day).toISOString().slice(0, 10) : undefined,
    bytes,
    monthlyCost: (bytes / gigabyte) * dollarsPerGigabyte,
  };
}
