import { describe, expect, test } from '@jest/globals';
import { daysToQuota } from '../../../audit/forecast.ts';
import type { ImageReading } from '../../../audit/reading.ts';
import type { JsonObject } from '../../../core/json.ts';
import fc from '../../support/fast-check.ts';
import { policies } from '../core/arbitrary-repositories.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const day = 24 * 60 * 60 * 1000;

const image = (index: number, daysAgo: number, ...tags: string[]): ImageReading => ({
  digest: `sha256:${index}`,
  tags,
  pushedAt: now - daysAgo * day,
  pulledAt: undefined,
  size: 1,
  isImageIndex: false,
  isArchived: false,
});
/** So many images, one pushed every day. */
const daily = (count: number, ...tags: string[]) =>
  Array.from({ length: count }, (_, index) => image(index, index, ...tags));
const policyOf = (...selections: JsonObject[]) =>
  JSON.stringify({
    rules: selections.map((selection, index) => ({
      rulePriority: index + 1,
      description: 'long enough for a text of at least a hundred characters',
      selection,
      action: { type: 'expire' },
    })),
  });
const untagged = {
  tagStatus: 'untagged',
  countType: 'sinceImagePushed',
  countUnit: 'days',
  countNumber: 365,
};
const newest = (countNumber: number) => ({ tagStatus: 'any', countType: 'imageCountMoreThan', countNumber });
const keep = (pattern: string) => ({
  tagStatus: 'tagged',
  tagPatternList: [pattern],
  countType: 'imageCountMoreThan',
  countNumber: 1_000_000,
});

describe('the quota of images', () => {
  test.each([
    ['without a policy', undefined, 10],
    ['by a policy for untagged images, of which there are none', policyOf(untagged), 10],
    ['by a policy whose rule for every image protects them all', policyOf(keep('v*'), newest(5)), 10],
    ['by a count above it', policyOf(newest(60)), 10],
    ['by an age that comes later', policyOf({ ...untagged, tagStatus: 'any', countNumber: 60 }), 10],
  ])('is reached %s', (_how, policy, days) => {
    expect(daysToQuota(daily(30, 'v1'), { quota: 40, policy, now })).toBeCloseTo(days, 5);
  });

  test.each([
    ['a count below it', policyOf(newest(20))],
    ['an age below it', policyOf({ ...untagged, tagStatus: 'any', countNumber: 35 })],
    ['a policy that cannot be evaluated', '{"rules":[]}'],
  ])('is not projected with %s', (_how, policy) => {
    expect(daysToQuota(daily(30, 'v1'), { quota: 40, policy, now })).toBeUndefined();
  });

  test('is reached later if a policy expires a part of the images', () => {
    const images = daily(30).map((each, index) => (index % 2 === 0 ? { ...each, tags: ['v1'] } : each));
    const policy = policyOf({ ...untagged, countNumber: 5 });
    const days = daysToQuota(images, { quota: 100, policy, now }) ?? 0;
    // 15 tagged images and about two untagged ones, and half an image more each day.
    expect(days).toBeGreaterThan(150);
    expect(days).toBeLessThan(180);
  });

  test('is reached already, or by no pushes never', () => {
    expect(daysToQuota(daily(30), { quota: 30, policy: policyOf(newest(1)), now })).toBe(0);
    const old = daily(30).map((each) => ({ ...each, pushedAt: each.pushedAt - 40 * day }));
    expect(daysToQuota(old, { quota: 31, policy: undefined, now })).toBeUndefined();
  });

  test('is never reached sooner with a policy than without', () => {
    fc.assert(
      fc.property(
        policies,
        fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom([], ['a'], ['v1', 'ab'])), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 1, max: 40 }),
        (rules, pushes, room) => {
          const images = pushes.map(([ago, tags], index) => image(index, ago, ...tags));
          const quota = images.length + room;
          const without = daysToQuota(images, { quota, policy: undefined, now });
          const withPolicy = daysToQuota(images, { quota, policy: JSON.stringify({ rules }), now });
          if (withPolicy !== undefined) expect(withPolicy).toBeGreaterThanOrEqual((without ?? 0) - 1e-6);
        },
      ),
    );
  });
});
