import { describe, expect, test } from '@jest/globals';
import { readinessOf } from '../../../audit/readiness.ts';
import type { RepositoryReading } from '../../../audit/reading.ts';
import { describeReadiness } from '../../../wording/audit/describe.ts';
import { day, denied, image, now, reading } from './support/readings.ts';

const readiness = (more: Partial<RepositoryReading>) =>
  describeReadiness(readinessOf({ ...reading(more), now }));
const pushed = (tags: Record<string, [times: number, images: number]>): Partial<RepositoryReading> => ({
  pushes: {
    since: now - 90 * day,
    tags: new Map(
      Object.entries(tags).map(([tag, [times, images]]) => [tag, { times, images, lastBy: 'role/ci' }]),
    ),
  },
});
const noted = (digests: Record<string, string>, moved: Record<string, number> = {}) => ({
  previousAudit: {
    at: now - 7 * day,
    digests: new Map(Object.entries(digests)),
    moved: new Map(Object.entries(moved)),
  },
});

describe('whether tags can be made immutable', () => {
  test('is done where they are, unless everything is excluded', () => {
    expect(readiness({ tagMutability: { mutability: 'IMMUTABLE', exclusions: [] } }).verdict).toBe('done');
    const excluding = (pattern: string) =>
      readiness({ tagMutability: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: [pattern] } }).verdict;
    expect(excluding('latest')).toBe('done');
    expect(excluding('*')).not.toBe('done');
  });

  test('is now where nothing speaks against it, the surer the more was looked at', () => {
    const images = [image(1, ['1.0.0']), image(2, ['1.0.1'])];
    expect(readiness({ images })).toMatchObject({ verdict: 'now', confidence: 'possible' });
    expect(readiness({ images, ...pushed({ '1.0.0': [1, 1] }) })).toMatchObject({
      verdict: 'now',
      confidence: 'likely',
      advice:
        'Make it immutable now: no tag was pushed twice since 2026-08-27, no tag has a name that usually moves.',
    });
  });

  test('is with exclusions where CloudTrail has seen a tag pushed again, and says by whom', () => {
    expect(readiness({ images: [image(1, ['1.0.0'])], ...pushed({ '1.0.0': [3, 2] }) })).toMatchObject({
      verdict: 'with-exclusions',
      confidence: 'seen',
      exclusions: ['1.0.0'],
      moving: [
        {
          tag: '1.0.0',
          confidence: 'seen',
          evidence: 'pushed 3 times since 2026-08-27, with 2 different images, last by role/ci',
        },
      ],
    });
  });

  test('counts a tag that was pushed again with the same image too: ECR refuses that as well', () => {
    const { verdict, moving } = readiness({ images: [image(1, ['rc'])], ...pushed({ rc: [2, 1] }) });
    expect(verdict).toBe('with-exclusions');
    expect(moving[0]?.evidence).toContain('with 1 image,');
  });

  test('knows what has moved since the last audit, and before it', () => {
    const one = image(1, ['blue', 'green', 'red']);
    const { moving } = readiness({
      images: [one],
      ...noted({ blue: 'sha256:ffff', green: one.digest.slice(0, 19) }, { red: now - 7 * day }),
    });
    expect(moving.map(({ tag, evidence }) => `${tag} ${evidence}`)).toEqual([
      'blue has moved since the audit of 2026-11-18',
      'red had moved by the audit of 2026-11-18',
    ]);
  });

  test('suspects names that usually move, the more where images have lost their tag', () => {
    expect(readiness({ images: [image(1, ['latest'])] })).toMatchObject({ confidence: 'possible' });
    expect(readiness({ images: [image(1, ['latest']), image(2)] })).toMatchObject({
      verdict: 'with-exclusions',
      confidence: 'likely',
      exclusions: ['latest'],
    });
  });

  test('suspects a version that stands for the newest of several', () => {
    const { exclusions } = readiness({
      images: [image(1, ['1', '1.2', '1.2.3']), image(2, ['1.2.2', '2024', 'v3'])],
    });
    expect(exclusions).toEqual(['1', '1.2']);
  });

  test('is unclear where images have lost their tags and none is suspected, and says what would tell', () => {
    expect(readiness({ images: [image(1, ['a1b2c3d']), image(2), image(3)] })).toMatchObject({
      verdict: 'unclear',
      confidence: 'likely',
      advice:
        'First find out which tags move: 2 images have lost their tag, which happens when a tag is overwritten. Audit again with --tags-file, or allow cloudtrail:LookupEvents.',
    });
  });

  test('takes no part of a list for an image that has lost its tag', () => {
    const images = [image(1, ['v7'], { isImageIndex: true }), image(1), image(1)];
    expect(readiness({ images }).verdict).toBe('now');
    // An untagged list is one that has lost it.
    expect(readiness({ images: [...images, image(9, [], { isImageIndex: true })] }).verdict).toBe('unclear');
  });

  test('names what to stop first where more tags move than exclusions are allowed, the surest first', () => {
    const tags = ['latest', 'main', 'dev', 'test', 'qa', 'prod'];
    const { verdict, exclusions, advice } = readiness({
      images: [image(1, tags)],
      ...pushed({ zeta: [9, 9] }),
    });
    expect({ verdict, exclusions }).toEqual({ verdict: 'stabilise-first', exclusions: [] });
    expect(advice).toBe(
      'Stop moving tags first: 7 tags move, and ECR allows 5 exclusions. Start with zeta, dev, latest, main, prod and 2 more.',
    );
  });

  test('leaves out what cannot move already', () => {
    expect(
      readiness({
        images: [image(1, ['latest', 'release-1'])],
        tagMutability: { mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: ['lat*'] },
      }).moving,
    ).toEqual([]);
  });

  test('is unclear where nobody may read the images', () => {
    expect(readiness({ images: denied('ecr:DescribeImages') })).toMatchObject({
      verdict: 'unclear',
      advice: 'Unknown until its images can be read: ecr:DescribeImages is not allowed.',
    });
  });
});
