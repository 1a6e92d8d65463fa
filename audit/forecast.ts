/** When a repository reaches its image quota, if pushes go on as in the last 30 days. Pure. */
import { type EvaluatedImage, evaluateLifecyclePolicy } from '../core/lifecycle/evaluate.ts';
import type { ImageReading } from './reading.ts';

const day = 24 * 60 * 60 * 1000;
/** The days whose pushes are taken to go on. */
export const recentDays = 30;
// A later date is not worth reporting.
const maxDays = 3650;
// Each step takes as long as the quota would last without a policy; what grows slowly is extrapolated after so many.
const maxSteps = 6;

/** What a forecast depends on. */
export interface ForecastOptions {
  readonly quota: number;
  /** The lifecycle policy's text; undefined if there is none. */
  readonly policy: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * In how many days the quota is reached; undefined: not within ten years, or the policy cannot be evaluated.
 *
 * Repeats the pushes of the last 30 days, and applies the lifecycle policy to what there is then, until the quota is reached
 * or the number of images no longer grows.
 */
export function daysToQuota(
  images: readonly ImageReading[],
  { quota, policy, now }: ForecastOptions,
): number | undefined {
  if (images.length >= quota) return 0;
  const recent = images.filter(({ pushedAt }) => now - pushedAt <= recentDays * day);
  const perDay = recent.length / recentDays;
  if (perDay === 0) return undefined;
  const start = survivors(images, policy, now);
  return start === undefined ? undefined : grow(start, { recent, perDay, quota, policy, now });
}

/**
 * The images that there will be in so many days if the pushes of the last 30 days go on and nothing expires; of a push
 * that has not been made, the digest is none that any image has.
 */
export function withPushes<Image extends EvaluatedImage>(
  images: readonly Image[],
  days: number,
  now: number,
): readonly (Image | EvaluatedImage)[] {
  const recent = images.filter(({ pushedAt }) => now - pushedAt <= recentDays * day);
  const perDay = recent.length / recentDays;
  return [...images, ...pushesWithin({ recent, perDay, now }, 0, days)];
}

interface Growth extends ForecastOptions {
  readonly recent: readonly EvaluatedImage[];
  readonly perDay: number;
}

function grow(start: readonly EvaluatedImage[], growth: Growth): number | undefined {
  const { perDay, quota, policy, now } = growth;
  let images = start;
  let days = 0;
  let step = 0;
  let grown = 0;
  let flatSteps = 0;
  for (let count = 0; count < maxSteps; count += 1) {
    const before = images.length;
    step = (quota - before) / perDay;
    if (days + step > maxDays) return undefined;
    const pushed = pushesWithin(growth, days, step);
    days += step;
    const left = survivors([...images, ...pushed], policy, now + days * day);
    if (left === undefined) return undefined;
    images = left;
    grown = images.length - before;
    if (images.length >= quota) return days;
    // Once may be what the policy makes of today's images, twice is what it makes of any.
    flatSteps = grown > 0 ? 0 : flatSteps + 1;
    if (flatSteps === 2) return undefined;
  }
  if (grown <= 0) return undefined;
  const rest = ((quota - images.length) * step) / grown;
  return days + rest > maxDays ? undefined : days + rest;
}

/** The pushes from a day on, for so many days: those of the last 30 days again and again. */
function pushesWithin(
  { recent, perDay, now }: Pick<Growth, 'recent' | 'perDay' | 'now'>,
  from: number,
  days: number,
): readonly EvaluatedImage[] {
  const first = Math.round(from * perDay);
  const last = Math.round((from + days) * perDay);
  return Array.from({ length: last - first }, (_, offset) => {
    const index = first + offset;
    const round = Math.floor(index / recent.length);
    const image = recent[index % recent.length];
    // The n-th push from now on is that many days ahead.
    const pushedAt = now + (index / perDay) * day;
    const pulledAfter = image?.pulledAt === undefined ? undefined : image.pulledAt - image.pushedAt;
    return {
      digest: `${image?.digest} ${round}`,
      tags: image?.tags ?? [],
      pushedAt,
      pulledAt: pulledAfter === undefined ? undefined : pushedAt + pulledAfter,
    };
  });
}

/** What a policy leaves at a time; archived images count for the quota. Undefined where it cannot be evaluated. */
function survivors(
  images: readonly EvaluatedImage[],
  policy: string | undefined,
  at: number,
): readonly EvaluatedImage[] | undefined {
  if (policy === undefined) return images;
  const result = evaluateLifecyclePolicy(policy, images, at);
  if ('issues' in result) return undefined;
  const actions = new Map(result.verdicts.map(({ digest, action }) => [digest, action]));
  return images.flatMap((image) => {
    const action = actions.get(image.digest);
    if (action === 'expire') return [];
    return [action === 'transition' ? { ...image, isArchived: true, transitionedAt: at } : image];
  });
}
