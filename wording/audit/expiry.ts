/** What a lifecycle policy would expire, as every report shows it. */
import type { Expiry, ImageLost, Range } from '../../audit/audit.ts';
import { isUnknown, type Known } from '../../core/known.ts';
import { unreadClause } from './unread.ts';
import { lostClause } from './usage.ts';

/** How many images a policy would expire now, and which of those are in use. */
export interface DescribedExpiry
  extends Pick<Expiry, 'images' | 'archived' | 'pulledLately' | 'inUseOrPulled'> {
  readonly inUse: Known<Range>;
  /** The worst first; at most 200. */
  readonly lost: readonly DescribedLoss[];
}

/** An image in use that a policy would expire or archive. */
export interface DescribedLoss extends Omit<ImageLost, 'pulledAt'> {
  /** ISO 8601; only of an image without users. */
  readonly pulledAt?: string;
  /** The image with what uses it. */
  readonly text: string;
}

export function describeExpiry({ inUse, lost, ...counts }: Expiry): DescribedExpiry {
  return {
    ...counts,
    inUse: isUnknown(inUse) ? { unknown: unreadClause(inUse.unknown) } : inUse,
    lost: lost.map(({ pulledAt, ...image }) => ({
      ...image,
      ...(pulledAt === undefined ? {} : { pulledAt: new Date(pulledAt).toISOString() }),
      text: lostClause({ ...image, ...(pulledAt === undefined ? {} : { pulledAt }) }),
    })),
  };
}
