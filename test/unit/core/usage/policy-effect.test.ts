import { describe, expect, test } from '@jest/globals';
import { lifecyclePolicyText } from '../../../../core/lifecycle/build.ts';
import type { UsageVerdict } from '../../../../core/usage/evidence.ts';
import { type AffectedImage, policyEffect } from '../../../../core/usage/policy-effect.ts';

const day = 24 * 60 * 60 * 1000;
const now = 1_000 * day;
const text =
  lifecyclePolicyText({ KeepImages: 2, ExpireUntaggedAfterDays: 14, ProtectedTags: ['release-*'] }) ?? '';
const image = (digest: string, ageDays: number, more: Partial<AffectedImage> = {}): AffectedImage => ({
  digest,
  tags: [digest],
  pushedAt: now - ageDays * day,
  ...more,
});
const users = (count: number): UsageVerdict => ({
  kind: 'in-use',
  users: Array.from({ length: count }, (_, index) => ({ source: 'ecs', arn: `arn:${index}` })),
});
const pulled = (pulledAt: number): UsageVerdict => ({ kind: 'pulled', pulledAt });

describe('what a policy would do', () => {
  const images = [
    image('new', 1),
    image('newer', 2),
    image('release-1', 900),
    image('old', 30),
    image('older', 40),
    image('oldest', 50),
    image('untagged', 20, { tags: [] }),
    image('young', 3, { tags: [] }),
  ];

  test('is counted, with what is in use, the worst first', () => {
    const verdicts = new Map<string, UsageVerdict>([
      ['new', users(1)],
      ['older', users(1)],
      ['oldest', users(2)],
      ['old', pulled(now - day)],
      ['untagged', pulled(now)],
      ['release-1', users(5)],
    ]);
    const effect = policyEffect(text, images, verdicts, now);
    expect(effect).toMatchObject({
      expiring: 4,
      archiving: 0,
      inUse: ['oldest', 'older', 'untagged', 'old'].map((digest) => ({
        digest,
        action: 'expire',
        mayBeReferenced: false,
        verdict: verdicts.get(digest),
      })),
    });
  });

  test('marks untagged images beside an index whose images are not known, and counts them', () => {
    const beside = [...images, image('index', 400, { isImageIndex: true })];
    const effect = policyEffect(text, beside, new Map([['untagged', users(1)]]), now);
    expect(effect).toMatchObject({
      expiring: 5,
      inUse: [{ digest: 'untagged', tags: [], mayBeReferenced: true }],
    });
  });

  test('is not known of a text that ECR would refuse', () => {
    expect(policyEffect('{', images, new Map(), now)).toMatchObject({ issues: [{ code: 'not-json' }] });
  });
});
