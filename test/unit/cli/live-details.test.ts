import { describe, expect, test } from '@jest/globals';
import { isHarmful, liveDetails, liveLines } from '../../../cli/live/details.ts';
import type { Finding } from '../../../core/finding.ts';
import type { GuardOutcome } from '../../../core/usage/guard-report.ts';
import type { ImageAtRisk } from '../../../core/usage/policy-effect.ts';
import type { Remedy } from '../../../core/usage/remedy.ts';

const found = (outcome: GuardOutcome, remedy?: Remedy): Finding => ({
  control: 'LifecyclePolicy',
  code: 'default-withheld',
  path: ['Properties', 'LifecyclePolicy'],
  outcome: 'kept',
  guard: {
    outcome,
    affected: 480,
    remedy,
    unread: [{ what: 'batch', reason: { code: 'denied', action: 'batch:X' } }],
  },
});
const image = (index: number): ImageAtRisk => ({
  digest: `sha256:${String(index).padStart(64, '0')}`,
  tags: [`v${index}`],
  action: 'expire',
  mayBeReferenced: false,
  position: index,
  verdict: {
    kind: 'in-use',
    users: [{ source: 'ecs', arn: `arn:aws:ecs:us-east-1:444455556666:task/${index}` }],
  },
});
const harmful = (count: number): GuardOutcome => ({
  kind: 'withhold',
  causes: [
    {
      code: 'harms',
      repository: 'orders',
      effect: {
        expiring: 480,
        archiving: 0,
        inUse: Array.from({ length: count }, (_, index) => image(index)),
      },
    },
  ],
});

describe('what a look has found', () => {
  test('names every image in use with its users in JSON, and the worst twenty in lines, with what to write', () => {
    const finding = found(harmful(22), { KeepImages: 121 });
    expect(isHarmful(finding)).toBe(true);
    expect(liveDetails(finding)).toMatchObject({
      affected: 480,
      repositories: [{ name: 'orders', effect: 'expire 480 images, 22 of them in use' }],
      instead: { KeepImages: 121 },
    });
    expect(liveDetails(finding)?.repositories[0]?.inUse).toHaveLength(22);
    const lines = liveLines(finding);
    expect(lines).toHaveLength(20 + 3);
    expect(lines[3]).toBe(
      'orders v3 (sha256:000000000000): in use by arn:aws:ecs:us-east-1:444455556666:task/3',
    );
    expect(lines.slice(20)).toEqual([
      'orders: 2 more; --format json has all',
      'unknown: batch (batch:X is not allowed)',
      'write instead: set KeepImages: 121 in its Metadata (EcrHardening), or a LifecyclePolicy of your own',
    ]);
  });

  test('calls what was not read unknown, whatever it was', () => {
    const reason = { code: 'denied', action: 'ecr:DescribeRepositories' } as const;
    expect(liveLines(found({ kind: 'not-found', reason }))[0]).toBe(
      'unknown: repositories (ecr:DescribeRepositories is not allowed)',
    );
    const unread = {
      repository: 'orders',
      what: 'lifecycle-policy',
      reason: { code: 'out-of-time' },
    } as const;
    expect(liveLines(found({ kind: 'cannot-know', unread: [unread] }))[0]).toBe(
      'unknown: orders lifecycle-policy (time ran out)',
    );
    expect(isHarmful(found({ kind: 'write' }))).toBe(false);
    expect(liveDetails({ ...found({ kind: 'write' }), guard: undefined })).toBeUndefined();
  });
});
