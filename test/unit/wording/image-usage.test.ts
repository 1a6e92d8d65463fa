import { describe, expect, test } from '@jest/globals';
import type { ImageAtRisk } from '../../../core/usage/policy-effect.ts';
import {
  effectClause,
  imageClause,
  missingActions,
  notReadClause,
  remedyClause,
  sourcesRead,
} from '../../../wording/image-usage.ts';

const image = (more: Partial<ImageAtRisk> = {}): ImageAtRisk => ({
  digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
  tags: ['v1'],
  action: 'expire',
  position: 30,
  mayBeReferenced: false,
  verdict: { kind: 'pulled', pulledAt: Date.parse('2026-11-20T10:00:00Z') },
  ...more,
});
const users = ['a', 'b', 'c'].map((arn) => ({ source: 'ecs' as const, arn }));
const denied = { code: 'denied', action: 'ecs:ListTasks' } as const;

describe('the use of an image', () => {
  test('is told with its tags, its digest, and by whom or when', () => {
    expect(imageClause(image())).toBe('v1 (sha256:0123456789ab): last pulled on 2026-11-20');
    expect(imageClause(image({ tags: ['v1', 'latest', 'x'], verdict: { kind: 'in-use', users } }))).toBe(
      'v1, latest and 1 more (sha256:0123456789ab): in use by a, b and 1 more',
    );
    expect(
      imageClause(
        image({
          tags: [],
          mayBeReferenced: true,
          verdict: { kind: 'in-use', users: [{ source: 'inspector', arn: '' }] },
        }),
      ),
    ).toBe(
      'untagged (sha256:0123456789ab): in use by Amazon Inspector (it stays if an image index refers to it, which is not known)',
    );
  });

  test.each([
    [{ expiring: 1, archiving: 0, inUse: [] }, 'expire 1 image'],
    [{ expiring: 1_480, archiving: 0, inUse: [image()] }, 'expire 1,480 images, 1 of them pulled recently'],
    [
      { expiring: 4, archiving: 2, inUse: [image({ verdict: { kind: 'in-use', users } }), image()] },
      'expire 4 images and archive 2 images, 1 of them in use and 1 pulled recently',
    ],
  ])('is counted in what a policy would do', (effect, expected) => {
    expect(effectClause(effect)).toBe(expected);
  });
});

test('what was not read is named with the reason, and the actions to allow', () => {
  const unread = [
    { what: 'ecs', reason: denied },
    { what: 'images', reason: { code: 'out-of-time' } },
    { what: 'apprunner', reason: { code: 'not-available', action: 'apprunner:ListServices' } },
  ] as const;
  expect(unread.map(notReadClause)).toEqual([
    'Amazon ECS was not read (ecs:ListTasks is not allowed)',
    'its images were not read (time ran out)',
    'AWS App Runner was not read (apprunner:ListServices is not available in this Region or not turned on)',
  ]);
  expect(missingActions([...unread, unread[0]])).toEqual(['ecs:ListTasks']);
  expect(sourcesRead(unread)).toBe(
    'Amazon ECR, AWS Lambda, AWS Batch, AWS CodeBuild, Amazon SageMaker AI and Amazon Inspector',
  );
});

test('what to set is one clause', () => {
  expect(remedyClause({ ExpireUntaggedAfterDays: 0, KeepImages: 61 })).toBe(
    'set ExpireUntaggedAfterDays: 0 and KeepImages: 61',
  );
});
