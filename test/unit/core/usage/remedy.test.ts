import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lifecyclePolicyText } from '../../../../core/lifecycle/build.ts';
import { defaultParameters } from '../../../../core/lifecycle/default-form.ts';
import type { UsageVerdict } from '../../../../core/usage/evidence.ts';
import { type AffectedImage, policyEffect } from '../../../../core/usage/policy-effect.ts';
import { remedyFor } from '../../../../core/usage/remedy.ts';
import { day, now, repositories } from '../arbitrary-repositories.ts';

const used: UsageVerdict = { kind: 'in-use', users: [{ source: 'ecs', arn: 'arn' }] };
const built = { KeepImages: 20, ExpireUntaggedAfterDays: 14, ProtectedTags: [], ArchiveUnpulledAfterDays: 0 };
const images: readonly AffectedImage[] = Array.from({ length: 100 }, (_, index) => ({
  digest: `sha256:${index}`,
  tags: index % 2 === 0 ? [`v${index}`] : [],
  pushedAt: now - index * day,
}));
/** What to set where these are in use; the first image is the newest. */
const remedy = (parameters: typeof built, ...inUse: readonly number[]) => {
  const text = lifecyclePolicyText(parameters) ?? '';
  const verdicts = new Map(inUse.map((index) => [`sha256:${index}`, used]));
  const effect = policyEffect(text, images, verdicts, now);
  return remedyFor(text, 'issues' in effect ? [] : effect.inUse);
};

describe('what to set so that images in use stay', () => {
  test.each([
    ['a tagged one', built, [60, 40], { KeepImages: 61 }],
    ['an untagged one among the newest', built, [15], { ExpireUntaggedAfterDays: 0 }],
    ['both', built, [15, 60], { ExpireUntaggedAfterDays: 0, KeepImages: 61 }],
    ['untagged ones by their number', { ...built, ExpireUntaggedAfterDays: 0 }, [51], { KeepImages: 52 }],
    ['no number of images is set', { ...built, KeepImages: 0 }, [51], { ExpireUntaggedAfterDays: 0 }],
    [
      'an archived one',
      { ...built, ArchiveUnpulledAfterDays: 30 },
      [60],
      { ArchiveUnpulledAfterDays: 0, KeepImages: 0 },
    ],
    ['none', built, [1], undefined],
  ])('%s', (_, parameters, inUse, expected) => {
    expect(remedy(parameters, ...inUse)).toEqual(expected);
  });

  test('is nothing that is known of the policy of somebody else', () => {
    const text = (lifecyclePolicyText(built) ?? '').replace('stay', 'remain');
    const effect = policyEffect(text, images, new Map([['sha256:60', used]]), now);
    expect(effect).toMatchObject({ inUse: [{ position: 61 }] });
    expect(remedyFor(text, 'issues' in effect ? [] : effect.inUse)).toBeUndefined();
  });

  test('is enough, whatever the repository holds', () => {
    const parameters = fc.record({
      KeepImages: fc.nat(6),
      ExpireUntaggedAfterDays: fc.constantFrom(0, 1, 3),
      ProtectedTags: fc.constantFrom([], ['a*'], ['v1', 'b']),
      ArchiveUnpulledAfterDays: fc.constantFrom(0, 0, 2),
    });
    fc.assert(
      fc.property(repositories, parameters, fc.array(fc.nat(13)), (all, given, inUse) => {
        const text = lifecyclePolicyText(given);
        if (text === undefined) return;
        const verdicts = new Map(inUse.map((index) => [`sha256:${index}`, used]));
        const harmed = (policy: string | undefined) => {
          const effect = policyEffect(policy ?? '', all, verdicts, now);
          // No policy expires nothing.
          return policy === undefined || 'issues' in effect ? [] : effect.inUse;
        };
        const found = defaultParameters(text);
        if (found === undefined) throw new Error(text);
        const set = remedyFor(text, harmed(text));
        expect(set === undefined).toBe(harmed(text).length === 0);
        expect(harmed(lifecyclePolicyText({ ...found, ...set }))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
