/** The smallest KeepImages that harms nothing: it keeps every image in use, and the pushes of some days. */
import { type LifecycleParameters, lifecyclePolicyText } from '../lifecycle/build.ts';
import { evaluateLifecyclePolicy } from '../lifecycle/evaluate.ts';
import type { UsageVerdict } from './evidence.ts';
import { type AffectedImage, mayBeReferencedIn } from './policy-effect.ts';

const day = 24 * 60 * 60 * 1000;
/** The rate is that of the pushes of so many days. */
const rateDays = 30;
// Pushes of an hour are no rate of a day; where there are many of them, half a day is.
const minDays = 1;
const minDaysOfMany = 0.5;
const many = 20;

/** How many of the newest images a repository has to keep. */
export interface SmallestKeepImages {
  /** The smallest number that is enough for all of the below; at least 1. */
  readonly smallest: number;
  /** What the images that are in use, or were pulled lately, need; 0 if there are none. */
  readonly forInUse: number;
  /** What the pushes of `days` need. */
  readonly forPushes: number;
  readonly days: number;
  /** Images pushed in a day. */
  readonly perDay: number;
  /** Images in use that no number keeps: without a tag they expire by ExpireUntaggedAfterDays. */
  readonly untaggedInUse: number;
}

/** What it is found from. */
export interface KeepImagesOptions {
  readonly policy: LifecycleParameters;
  /** By digest. */
  readonly verdicts: ReadonlyMap<string, UsageVerdict>;
  /** Pushes are kept for so many days. */
  readonly days: number;
  /** What records of pushes say, if there are any: different images, in the last so many days. */
  readonly recorded?: { readonly images: number; readonly days: number } | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The rule of KeepImages counts every image of the standard storage class, untagged and protected ones too, from the newest
 * on. An image in use is kept if it is not further down than the number, or an earlier rule takes it.
 */
export function smallestKeepImages(
  images: readonly AffectedImage[],
  { policy, verdicts, days, recorded, now }: KeepImagesOptions,
): SmallestKeepImages {
  const isUsed = ({ digest }: { readonly digest: string }) =>
    (verdicts.get(digest)?.kind ?? 'no-evidence') !== 'no-evidence';
  const perDay = Math.max(rateOf(images, now), recordedRate(recorded));
  const forPushes = Math.ceil(perDay * days);
  const used = images.some(isUsed) ? neededFor(images, { policy, isUsed, now }) : nothingUsed;
  return { smallest: Math.max(1, used.forInUse, forPushes), ...used, forPushes, days, perDay };
}

const nothingUsed = { forInUse: 0, untaggedInUse: 0 };

/** By what the strictest number would expire. */
function neededFor(
  images: readonly AffectedImage[],
  {
    policy,
    isUsed,
    now,
  }: Pick<KeepImagesOptions, 'policy' | 'now'> & { readonly isUsed: (image: AffectedImage) => boolean },
): Pick<SmallestKeepImages, 'forInUse' | 'untaggedInUse'> {
  const text = lifecyclePolicyText({ ...policy, KeepImages: 1, ArchiveUnpulledAfterDays: 0 }) ?? '';
  const result = evaluateLifecyclePolicy(text, images, now);
  if ('issues' in result) return nothingUsed;
  const rules = new Map(result.verdicts.map(({ digest, rulePriority }) => [digest, rulePriority]));
  // The rule of KeepImages is the last one.
  const last = lastPriority(text);
  const mayBeReferenced = mayBeReferencedIn(images);
  let forInUse = 0;
  let untaggedInUse = 0;
  newestFirst(images).forEach((image, index) => {
    const rule = rules.get(image.digest);
    if (rule === undefined || !isUsed(image)) return;
    // ECR keeps it with its index, which was pushed right after it.
    if (image.tags.length > 0 || rule === last || mayBeReferenced(image)) forInUse = index + 1;
    else untaggedInUse += 1;
  });
  return { forInUse, untaggedInUse };
}

/** Its rules are numbered from 1 on. */
function lastPriority(text: string): number {
  const { rules }: { readonly rules: readonly unknown[] } = JSON.parse(text);
  return rules.length;
}

/** As a lifecycle policy counts them: of two pushed at the same time the later in the list is the newer. */
function newestFirst(images: readonly AffectedImage[]): readonly AffectedImage[] {
  return [...new Map(images.map((image) => [image.digest, image])).values()]
    .filter(({ isArchived = false }) => !isArchived)
    .reverse()
    .sort((one, other) => other.pushedAt - one.pushedAt);
}

/**
 * Images pushed in a day. Where none is older than the days that count, older ones may have expired: then the rate is that
 * of the time from the oldest one on.
 */
function rateOf(images: readonly AffectedImage[], now: number): number {
  let recent = 0;
  let oldest = now;
  for (const { pushedAt } of images) {
    oldest = Math.min(oldest, pushedAt);
    if (now - pushedAt <= rateDays * day) recent += 1;
  }
  const floor = recent < many ? minDays : minDaysOfMany;
  return recent / Math.min(rateDays, Math.max(floor, (now - oldest) / day));
}

function recordedRate(recorded: KeepImagesOptions['recorded']): number {
  return recorded === undefined || recorded.images < 2
    ? 0
    : recorded.images / Math.max(minDays, recorded.days);
}
