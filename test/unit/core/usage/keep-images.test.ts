import { describe, expect, test } from '@jest/globals';
import { lifecyclePolicyText } from '../../../../core/lifecycle/build.ts';
import { builtInPolicy } from '../../../../core/policy/policy.ts';
import type { UsageVerdict } from '../../../../core/usage/evidence.ts';
import { smallestKeepImages } from '../../../../core/usage/keep-images.ts';
import { type AffectedImage, policyEffect } from '../../../../core/usage/policy-effect.ts';
import fc from '../../../support/fast-check.ts';

const now = Date.UTC(2026, 10, 25);
const day = 24 * 60 * 60 * 1000;
const policy = { ...builtInPolicy, ProtectedTags: ['v*'] };
const image = (index: number, hoursAgo: number, tags = [`build-${index}`]): AffectedImage => ({
  digest: `sha256:${index}`,
  tags,
  pushedAt: now - (hoursAgo * day) / 24,
});
/** One pushed every so many hours, the newest first. */
const pushed = (count: number, everyHours: number) =>
  Array.from({ length: count }, (_each, index) => image(index, (index + 1) * everyHours));
const inUse: UsageVerdict = { kind: 'in-use', users: [{ source: 'ecs', arn: 'arn:task' }] };
const smallest = (
  images: readonly AffectedImage[],
  used: readonly number[] = [],
  more: Partial<Parameters<typeof smallestKeepImages>[1]> = {},
) =>
  smallestKeepImages(images, {
    policy,
    verdicts: new Map(used.map((index) => [`sha256:${index}`, inUse])),
    days: 14,
    now,
    ...more,
  });

describe('the smallest KeepImages', () => {
  test('keeps the pushes of the days: with 30 builds a day, 20 images are 16 hours', () => {
    expect(smallest(pushed(20, 0.8))).toMatchObject({ perDay: 30, forPushes: 420, smallest: 420 });
    expect(smallest(pushed(1000, 24))).toMatchObject({ forPushes: 14, forInUse: 0, smallest: 14 });
    expect(smallest([])).toMatchObject({ forPushes: 0, smallest: 1 });
    // By records, where a policy has already left no more.
    expect(smallest(pushed(3, 0.1), [], { recorded: { images: 900, days: 30 } }).forPushes).toBe(420);
  });

  test('keeps what is in use, however old it is, unless an earlier rule keeps it', () => {
    const images = pushed(100, 24);
    expect(smallest(images, [3, 41])).toMatchObject({ forInUse: 42, smallest: 42 });
    const tagged = images.map((each, index) => (index === 41 ? { ...each, tags: ['v1'] } : each));
    expect(smallest(tagged, [3, 41])).toMatchObject({ forInUse: 4 });
  });

  test('is not enough for untagged images in use, which expire by their age', () => {
    const images = pushed(40, 24).map((each, index) => (index === 30 ? { ...each, tags: [] } : each));
    expect(smallest(images, [30])).toMatchObject({ untaggedInUse: 1, forInUse: 0 });
    // Not as one of the images of an index, here the 32nd, and its index the 31st.
    const index = { ...image(99, 30.5 * 24, ['2']), isImageIndex: true };
    expect(smallest([...images, index], [30])).toMatchObject({ untaggedInUse: 0, forInUse: 32 });
  });

  test('keeps all of that for any images and any use, and one less would not', () => {
    const anyImages = fc.array(
      fc.record({
        hoursAgo: fc.integer({ min: 0, max: 2000 }),
        tags: fc.constantFrom<readonly string[]>([], ['a'], ['v2'], ['b', 'v3']),
        isUsed: fc.boolean(),
        isArchived: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(anyImages, (all) => {
        const images = all.map(({ hoursAgo, tags, isArchived }, index) => ({
          ...image(index, hoursAgo, [...tags]),
          isArchived,
        }));
        const used = all.flatMap(({ isUsed }, index) => (isUsed ? [index] : []));
        const verdicts = new Map(used.map((index) => [`sha256:${index}`, inUse]));
        const harmed = (KeepImages: number) => {
          const text = lifecyclePolicyText({ ...policy, KeepImages }) ?? '';
          const effect = policyEffect(text, images, verdicts, now);
          return 'issues' in effect ? -1 : effect.inUse.length;
        };
        const { forInUse, untaggedInUse } = smallest(images, used);
        expect(harmed(Math.max(1, forInUse))).toBe(untaggedInUse);
        if (forInUse > 1) expect(harmed(forInUse - 1)).toBeGreaterThan(untaggedInUse);
      }),
    );
  });
});
