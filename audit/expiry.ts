/** Which images a lifecycle policy would expire now, and which of them somebody pulled lately. Pure. */
import { evaluateLifecyclePolicy } from '../core/lifecycle/evaluate.ts';
import type { Expiry, Range } from './audit.ts';
import type { ImageReading, Unknown } from './reading.ts';

/** Who pulled an image within so many days may well run it. */
export const pulledLatelyDays = 90;
const day = 24 * 60 * 60 * 1000;

/**
 * Which images are parts of a list cannot be read without pulling the list, which would make it look as if it were in
 * use; ECR never expires a part without its list, so untagged images beside lists count in the upper bound alone.
 *
 * @param now milliseconds since 1970
 */
export function expiryOf(text: string, images: readonly ImageReading[], now: number): Expiry | Unknown {
  const evaluated = evaluateLifecyclePolicy(text, images, now);
  if ('problems' in evaluated) {
    const [first] = evaluated.problems;
    return {
      unknown: `its lifecycle policy cannot be evaluated: ${first?.path ?? ''} ${first?.reason ?? ''}`,
    };
  }
  const expired = new Set(
    evaluated.verdicts.filter(({ action }) => action === 'expire').map(({ digest }) => digest),
  );
  const hasLists = images.some(({ isImageIndex: isList }) => isList);
  const range: Record<keyof Expiry, { atLeast: number; atMost: number }> = {
    images: { atLeast: 0, atMost: 0 },
    pulledLately: { atLeast: 0, atMost: 0 },
  };
  for (const image of images) {
    if (!expired.has(image.digest)) continue;
    const isMaybePart = hasLists && !image.isImageIndex && image.tags.length === 0;
    add(range.images, isMaybePart);
    if (image.pulledAt !== undefined && now - image.pulledAt <= pulledLatelyDays * day)
      add(range.pulledLately, isMaybePart);
  }
  return range;
}

function add(range: { -readonly [Key in keyof Range]: Range[Key] }, isMaybe: boolean): void {
  range.atMost += 1;
  if (!isMaybe) range.atLeast += 1;
}
