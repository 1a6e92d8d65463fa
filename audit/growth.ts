/** How many images a repository holds, what they cost, and when they are too many. Pure. */
import type { ImageCount } from './audit.ts';
import type { ImageReading } from './reading.ts';

const day = 24 * 60 * 60 * 1000;
const lately = 30;
// https://aws.amazon.com/ecr/pricing/: storage, by GB and month, in every commercial region that is priced there.
const dollarsPerGigabyte = 0.1;
const gigabyte = 1024 ** 3;
// A date beyond this is none that anybody plans for.
const mostDays = 3650;

/**
 * @param isExpiring whether a lifecycle policy expires images, which ends the growth
 * @param now milliseconds since 1970
 */
export function growthOf(
  images: readonly ImageReading[],
  { quota, isExpiring, now }: { readonly quota: number; readonly isExpiring: boolean; readonly now: number },
): ImageCount {
  const count = images.length;
  const pushedLately = images.filter(({ pushedAt }) => now - pushedAt <= lately * day).length;
  // The size of a list is that of its largest part, which counts by itself.
  const bytes = images.reduce((sum, { size, isImageIndex: isList }) => sum + (isList ? 0 : size), 0);
  const days = count >= quota ? 0 : ((quota - count) * lately) / pushedLately;
  const isReached = count >= quota || (pushedLately > 0 && !isExpiring && days <= mostDays);
  return {
    count,
    pushedLately,
    quota,
    quotaReachedOn: isReached ? new Date(now + days * day).toISOString().slice(0, 10) : undefined,
    bytes,
    monthlyCost: (bytes / gigabyte) * dollarsPerGigabyte,
  };
}
