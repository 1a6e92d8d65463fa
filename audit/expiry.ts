/** How many images a lifecycle policy would expire now, and how many of those were pulled recently. Pure. */
import { evaluateLifecyclePolicy } from '../core/lifecycle/evaluate.ts';
import type { Expiry, Range } from './audit.ts';
import type { ImageReading } from './reading.ts';
import type { Read } from './unread.ts';

/** An image that was pulled within these days may be in use. */
export const pulledLatelyDays = 90;
const day = 24 * 60 * 60 * 1000;

/**
 * Which images an image index refers to cannot be read without pulling the index, and a pull would make it look in use.
 * ECR never expires a referenced image before its index, so untagged images beside an index count in the upper bound only.
 *
 * @param now milliseconds since 1970
 */
export function expiryOf(text: string, images: readonly ImageReading[], now: number): Read<Expiry> {
  const evaluated = evaluateLifecyclePolicy(text, images, now);
  if ('issues' in evaluated)
    return { unknown: { code: 'policy-not-evaluated', issues: evaluated.issues.slice(0, 1) } };
  const expired = new Set(
    evaluated.verdicts.filter(({ action }) => action === 'expire').map(({ digest }) => digest),
  );
  const hasIndexes = images.some(({ isImageIndex }) => isImageIndex);
  const range: Record<keyof Expiry, { atLeast: number; atMost: number }> = {
    images: { atLeast: 0, atMost: 0 },
    pulledLately: { atLeast: 0, atMost: 0 },
  };
  for (const image of images) {
    if (!expired.has(image.digest)) continue;
    const isMaybeReferenced = hasIndexes && !image.isImageIndex && image.tags.length === 0;
    add(range.images, isMaybeReferenced);
    if (image.pulledAt !== undefined && now - image.pulledAt <= pulledLatelyDays * day)
      add(range.pulledLately, isMaybeReferenced);
  }
  return range;
}

function add(range: { -readonly [Key in keyof Range]: Range[Key] }, isMaybe: boolean): void {
  range.atMost += 1;
  if (!isMaybe) range.atLeast += 1;
}
