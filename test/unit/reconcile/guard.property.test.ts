import { expect, test } from '@jest/globals';
import { deadlineIn } from '../../../aws/deadline.ts';
import type { Known } from '../../../core/known.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { type EvaluatedImage, evaluateLifecyclePolicy } from '../../../core/lifecycle/evaluate.ts';
import type { ImageReference, UnreadSource, UsageSource } from '../../../core/usage/evidence.ts';
import { checkPolicy, isHarmful } from '../../../reconcile/guard.ts';
import { startUsageLook } from '../../../reconcile/usage-look.ts';
import fc from '../../support/fast-check.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-11-28T12:00:00Z');
const registry = { registryId: '123456789012', region: 'us-east-1' };
const repository = 'team/app';
const sources = ['ecs', 'lambda', 'batch', 'codebuild', 'apprunner', 'sagemaker', 'inspector'] as const;

const images = fc
  .array(
    fc.record({
      tags: fc.constantFrom<readonly string[]>([], ['a'], ['b', 'c']),
      pushedAt: fc.integer({ min: 1, max: 300 }).map((days) => now - days * day),
      pulledAt: fc.option(
        fc.integer({ min: 0, max: 300 }).map((days) => now - days * day),
        { nil: undefined },
      ),
    }),
    { maxLength: 12 },
  )
  .map((list): readonly EvaluatedImage[] => {
    const seen = new Set<string>();
    return list.map(({ tags, ...image }, index) => ({
      ...image,
      digest: `sha256:${index}`,
      // A tag is that of one image.
      tags: tags.filter((tag) => !seen.has(tag) && seen.add(tag)),
    }));
  });
const references = fc.array(
  fc.record({
    by: fc.constantFrom('digest', 'tag'),
    index: fc.integer({ min: 0, max: 12 }),
    isOurs: fc.boolean(),
    source: fc.constantFrom(...sources),
  }),
  { maxLength: 4 },
);
const failing = fc.subarray([...sources]);
const parameters = fc.record({
  KeepImages: fc.integer({ min: 1, max: 5 }),
  ExpireUntaggedAfterDays: fc.constantFrom(0, 14),
  ArchiveUnpulledAfterDays: fc.constantFrom(0, 30),
  ProtectedTags: fc.subarray(['a']),
});

test('no image in use is ever in what a policy that passes expires or archives, whatever is read and whatever fails', async () => {
  let passed = 0;
  const property = fc.asyncProperty(
    ...[images, references, failing, parameters, fc.constantFrom(1, 90)],
    async (all, found, failed, policy, withinDays) => {
      const text = lifecyclePolicyText(policy) ?? '';
      const verdicts = evaluateLifecyclePolicy(text, all, now);
      if ('issues' in verdicts) throw new Error(JSON.stringify(verdicts.issues));
      const expiring = verdicts.verdicts.map(({ digest, action }) => ({
        digest,
        tags: all.find((image) => image.digest === digest)?.tags ?? [],
        action: action === 'expire' ? ('expire' as const) : ('archive' as const),
      }));
      const named = found.flatMap(({ by, index, isOurs, source }): readonly ImageReference[] => {
        const image = all[index];
        const tag = image?.tags[0];
        if (image === undefined || (by === 'tag' && tag === undefined)) return [];
        const user = { source, arn: `arn:aws:${source}:us-east-1:123456789012:user` };
        const where = { ...registry, repository: isOurs ? repository : 'team/other', user };
        return [by === 'digest' ? { ...where, digest: image.digest } : { ...where, tag }];
      });
      let reads = 0;
      const answered: Partial<Record<UsageSource, Known<number, UnreadSource>>> = Object.fromEntries(
        sources.map((source) => [
          source,
          failed.includes(source) ? { unknown: { code: 'denied', action: `${source}:List` } } : 1,
        ]),
      );
      const deadline = deadlineIn(60_000);
      const usage = startUsageLook(
        {
          registry,
          required: ['pulls', 'ecs', 'lambda'],
          connect: () => ({
            read: async () => {
              reads += 1;
              return {
                readAt: now,
                references: named.filter((each) => !failed.some((one) => one === each.user.source)),
                sources: answered,
              };
            },
            close: () => undefined,
          }),
        },
        deadline,
      );
      const ecr = {
        startPreview: async () => undefined,
        preview: async () => ({ status: 'complete' as const, text, expiring }),
        pulledImages: async () =>
          new Map(all.map(({ digest, tags, pulledAt }) => [digest, { tags, pulledAt, isImageIndex: false }])),
      };
      const context = { ecr, usage, deadline, now: () => now, allowExpiringImagesInUse: false };
      const check = await checkPolicy(repository, text, withinDays, context);
      deadline.dispose();
      expect(reads).toBe(expiring.length === 0 ? 0 : 1);
      if (isHarmful(check)) return;
      passed += 1;
      if (expiring.length > 0)
        for (const source of ['ecs', 'lambda'] as const) expect(failed).not.toContain(source);
      for (const { digest, tags } of expiring) {
        const pulledAt = all.find((image) => image.digest === digest)?.pulledAt ?? 0;
        expect(now - pulledAt).toBeGreaterThan(withinDays * day);
        const users = named.filter(
          (each) =>
            each.repository === repository &&
            !failed.some((one) => one === each.user.source) &&
            (each.digest === digest || (each.tag !== undefined && tags.includes(each.tag))),
        );
        expect(users).toEqual([]);
      }
    },
  );
  await fc.assert(property, { numRuns: 500 });
  expect(passed).toBeGreaterThan(50);
});
