/** How many images a lifecycle policy would expire or archive now, and which of those are in use. Pure. */
import { whenKnown } from '../core/known.ts';
import type { UsageVerdict } from '../core/usage/evidence.ts';
import {
  type ExpiringImage,
  effectOf,
  expiringImages,
  type ImageAtRisk,
} from '../core/usage/policy-effect.ts';
import { pulledSinceOf } from '../core/usage/verdicts.ts';
import type { Expiry, ImageLost, Range } from './audit.ts';
import type { ImageReading, RepositoryReading } from './reading.ts';
import type { Read } from './unread.ts';

/** An image that was pulled within these days may be in use. */
export const pulledLatelyDays = 90;
// Of each policy of each repository: 10,000 repositories are kept until the report.
const maxLost = 200;
const maxUsers = 3;
const maxTags = 3;

/** What is known of the use of a repository's images. */
export interface ImageUse {
  /** By digest. */
  readonly verdicts: ReadonlyMap<string, UsageVerdict>;
  /** Whether any service was asked, or why not; else pulls are all that is known. */
  readonly references: RepositoryReading['references'];
}

/**
 * Which images an image index refers to cannot be read without pulling the index, and a pull would make it look in use.
 * ECR never expires a referenced image before its index, so untagged images beside an index count in the upper bound only.
 *
 * @param now milliseconds since 1970
 */
export function expiryOf(
  text: string,
  images: readonly ImageReading[],
  { verdicts, references }: ImageUse,
  now: number,
): Read<Expiry> {
  const result = expiringImages(text, images, now);
  if ('issues' in result)
    return { unknown: { code: 'policy-not-evaluated', issues: result.issues.slice(0, 1) } };
  const { inUse: atRisk } = effectOf(result.images, verdicts);
  const expired = result.images.filter(({ action }) => action === 'expire');
  const isPulled = ({ pulledAt }: ExpiringImage) =>
    pulledAt !== undefined && pulledAt >= pulledSinceOf(now, pulledLatelyDays);
  return {
    images: rangeOf(expired),
    archived: rangeOf(result.images.filter(({ action }) => action === 'archive')),
    pulledLately: rangeOf(expired.filter(isPulled)),
    inUse: whenKnown(references, () => rangeOf(atRisk.filter(({ verdict }) => verdict.kind === 'in-use'))),
    inUseOrPulled: rangeOf(atRisk),
    lost: atRisk.slice(0, maxLost).map(toLost),
  };
}

function rangeOf(images: readonly { readonly mayBeReferenced: boolean }[]): Range {
  return {
    atLeast: images.filter(({ mayBeReferenced }) => !mayBeReferenced).length,
    atMost: images.length,
  };
}

function toLost({ digest, tags, action, verdict }: ImageAtRisk): ImageLost {
  const users = verdict.kind === 'in-use' ? verdict.users : [];
  return {
    digest,
    tags: tags.slice(0, maxTags),
    action,
    users: users.slice(0, maxUsers),
    moreUsers: Math.max(0, users.length - maxUsers),
    ...(verdict.kind === 'pulled' ? { pulledAt: verdict.pulledAt } : {}),
  };
}
