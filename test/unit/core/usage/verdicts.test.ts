import { describe, expect, test } from '@jest/globals';
import type { ImageReference, ImageUser, UsedImage } from '../../../../core/usage/evidence.ts';
import { pulledSinceOf, usageVerdicts } from '../../../../core/usage/verdicts.ts';
import fc from '../../../support/fast-check.ts';

const service: ImageUser = { source: 'ecs', arn: 'arn:aws:ecs:eu-west-1:123456789012:service/c/web' };
const task: ImageUser = { source: 'ecs', arn: 'arn:aws:ecs:eu-west-1:123456789012:task/c/1' };
const fn: ImageUser = { source: 'lambda', arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f' };
const registry = { registryId: '123456789012', region: 'eu-west-1', repository: 'api' };
const use = (by: Pick<ImageReference, 'digest' | 'tag'>, user = service): ImageReference => ({
  ...registry,
  ...by,
  user,
});
const image = (digest: string, more: Partial<UsedImage> = {}): UsedImage => ({
  digest,
  tags: [],
  pushedAt: 0,
  ...more,
});
const verdicts = (images: readonly UsedImage[], references: readonly ImageReference[], pulledSince = 100) =>
  Object.fromEntries(usageVerdicts(images, references, { pulledSince }));
const none = { kind: 'no-evidence' };
const used = (...users: readonly ImageUser[]) => ({ kind: 'in-use', users });

describe('the verdict on an image', () => {
  test('has each user once, sorted, by digest and by tag', () => {
    const images = [image('a', { tags: ['v1'] }), image('b', { tags: ['v2'] })];
    const references = [
      use({ digest: 'a' }, fn),
      use({ tag: 'v1' }, task),
      use({ digest: 'a' }),
      use({ tag: 'v1' }),
    ];
    expect(verdicts(images, references)).toEqual({ a: used(service, task, fn), b: none });
  });

  test('follows the digest of a reference that has both, even if the repository no longer holds it', () => {
    const images = [image('a', { tags: ['v1'] }), image('b')];
    expect(verdicts(images, [use({ digest: 'b', tag: 'v1' })])).toEqual({ a: none, b: used(service) });
    expect(verdicts(images, [use({ digest: 'gone', tag: 'v1' }), use({ tag: 'gone' })])).toEqual({
      a: none,
      b: none,
    });
  });

  test('has the last pull from a time on, unless it is in use', () => {
    const images = [
      image('a', { pulledAt: 100 }),
      image('b', { pulledAt: 99 }),
      image('c', { pulledAt: 500 }),
    ];
    expect(verdicts(images, [use({ digest: 'c' })])).toEqual({
      a: { kind: 'pulled', pulledAt: 100 },
      b: none,
      c: used(service),
    });
  });

  test.each(['index', 'inner', 'member', 'sibling'])(
    'is the same for an index and its images at all depths: %s in use',
    (digest) => {
      const images = [
        image('index', { children: ['inner', 'sibling'] }),
        image('inner', { children: ['member', 'index'] }),
        image('member', { pulledAt: 300 }),
        image('sibling', { pulledAt: 200 }),
        image('other'),
      ];
      const all = (verdict: object) => ({
        index: verdict,
        inner: verdict,
        member: verdict,
        sibling: verdict,
      });
      expect(verdicts(images, [use({ digest })])).toEqual({ ...all(used(service)), other: none });
      expect(verdicts(images, [])).toEqual({ ...all({ kind: 'pulled', pulledAt: 300 }), other: none });
    },
  );

  test('counts a pull for as many days as asked, with the day that ECR may be late; never for 0 days', () => {
    const day = 24 * 60 * 60 * 1000;
    expect(pulledSinceOf(100 * day, 9)).toBe(90 * day);
    expect(verdicts([image('a', { pulledAt: 1e15 })], [], pulledSinceOf(1e15, 0))).toEqual({ a: none });
  });

  test('never becomes weaker by more evidence', () => {
    const digests = ['a', 'b', 'c', 'd', 'e'];
    const strength = { 'no-evidence': 0, pulled: 1, 'in-use': 2 };
    const digest = fc.constantFrom(...digests);
    const images = fc.tuple(
      ...digests.map((own) =>
        fc.record({
          digest: fc.constant(own),
          tags: fc.constant([`tag-${own}`]),
          pushedAt: fc.constant(0),
          pulledAt: fc.option(fc.nat(200), { nil: undefined }),
          children: fc.option(fc.array(digest, { maxLength: 2 }), { nil: undefined }),
        }),
      ),
    );
    const references = fc.array(
      fc.oneof(
        digest.map((each) => use({ digest: each })),
        digest.map((each) => use({ tag: `tag-${each}` }, fn)),
      ),
    );
    fc.assert(
      fc.property(images, references, references, (list, some, more) => {
        const before = usageVerdicts(list, some, { pulledSince: 100 });
        const after = usageVerdicts(list, [...some, ...more], { pulledSince: 100 });
        for (const [each, { kind }] of before)
          expect(strength[after.get(each)?.kind ?? 'no-evidence']).toBeGreaterThanOrEqual(strength[kind]);
        for (const { digest: each = '' } of some)
          if (each !== '') expect(before.get(each)?.kind).toBe('in-use');
      }),
    );
  });
});
