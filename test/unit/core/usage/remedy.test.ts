import { describe, expect, test } from '@jest/globals';
import { lifecyclePolicyText } from '../../../../core/lifecycle/build.ts';
import { defaultParameters } from '../../../../core/lifecycle/default-form.ts';
import type { UsageVerdict } from '../../../../core/usage/evidence.ts';
import { type AffectedImage, policyEffect } from '../../../../core/usage/policy-effect.ts';
import { remedyFor } from '../../../../core/usage/remedy.ts';
import { pulledSinceOf, usageVerdicts } from '../../../../core/usage/verdicts.ts';
import fc from '../../../support/fast-check.ts';
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

  test('of images that were pulled lately: archiving them later', () => {
    const text = lifecyclePolicyText({ ...built, ArchiveUnpulledAfterDays: 30 }) ?? '';
    const pulledAt = now - 60 * day;
    const pulled = images.map((image, index) => (index === 80 ? { ...image, pulledAt } : image));
    const effect = policyEffect(text, pulled, new Map([['sha256:80', { kind: 'pulled', pulledAt }]]), now);
    const inUse = 'issues' in effect ? [] : effect.inUse;
    expect(inUse).toHaveLength(1);
    expect(remedyFor(text, inUse, 90)).toEqual({ ArchiveUnpulledAfterDays: 91 });
  });

  test('of an untagged image that was pulled lately: nothing expires, since archiving would take untagged ones in use', () => {
    const parameters = { ...built, ArchiveUnpulledAfterDays: 30 };
    const text = lifecyclePolicyText(parameters) ?? '';
    const verdicts = new Map<string, UsageVerdict>([['sha256:15', { kind: 'pulled', pulledAt: now - day }]]);
    const effect = policyEffect(text, images, verdicts, now);
    const set = remedyFor(text, 'issues' in effect ? [] : effect.inUse, 90);
    expect(set).toEqual({ ExpireUntaggedAfterDays: 0, ArchiveUnpulledAfterDays: 0, KeepImages: 0 });
    expect(lifecyclePolicyText({ ...parameters, ...set })).toBeUndefined();
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
    const protectedDays = 4;
    const registry = { registryId: '123456789012', region: 'eu-west-1', repository: 'r' };
    const running = { ...registry, user: { source: 'ecs' as const, arn: 'arn' } };
    fc.assert(
      fc.property(
        repositories,
        parameters,
        fc.array(fc.nat(13)),
        fc.boolean(),
        (all, given, inUse, isRunning) => {
          const text = lifecyclePolicyText(given);
          if (text === undefined) return;
          // Half a day's steps, up to six days ago: within the days in which a pull counts, each by itself.
          const single = all.map(({ children: _, ...image }) => image);
          const used = inUse.map((index) => ({ ...running, digest: `sha256:${index}` }));
          const references = isRunning ? used : [];
          const verdicts = usageVerdicts(single, references, {
            pulledSince: pulledSinceOf(now, protectedDays),
          });
          const harmed = (policy: string | undefined) => {
            const effect = policyEffect(policy ?? '', single, verdicts, now);
            // No policy expires nothing.
            return policy === undefined || 'issues' in effect ? [] : effect.inUse;
          };
          const found = defaultParameters(text);
          if (found === undefined) throw new Error(text);
          const set = remedyFor(text, harmed(text), protectedDays);
          expect(set === undefined).toBe(harmed(text).length === 0);
          expect(Object.keys(set ?? { none: 0 })).not.toEqual([]);
          expect(harmed(lifecyclePolicyText({ ...found, ...set }))).toEqual([]);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
