import { describe, expect, test } from '@jest/globals';
import { auditRepository } from '../../../audit/audit-repository.ts';
import { isMovingName } from '../../../audit/moving-names.ts';
import { originOf } from '../../../audit/origin.ts';
import { readinessOf } from '../../../audit/readiness.ts';
import type { Pushes, RepositoryReading } from '../../../audit/reading.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { describeReadiness } from '../../../wording/audit/describe.ts';
import { day, denied, image, now, reading } from './support/readings.ts';

const options = { policy: builtInPolicy, quota: 1000, lookBackDays: 14, keepDays: 30, now };
const readiness = (more: Partial<RepositoryReading>) =>
  describeReadiness(readinessOf({ ...reading(more), lookBackDays: 14, now }));
const pushed = (tags: Record<string, [times: number, images: number]>): Partial<RepositoryReading> => ({
  pushes: {
    since: now - 90 * day,
    end: { code: 'history' },
    tags: new Map(
      Object.entries(tags).map(([tag, [times, images]]) => [tag, { times, images, lastBy: 'role/ci' }]),
    ),
  },
});
const noted = (digests: Record<string, string>, moved: Record<string, number> = {}) => ({
  previousAudit: {
    at: now - 7 * day,
    since: now - 7 * day,
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

  test('is now where nothing speaks against it, and enough was looked at', () => {
    const images = [image(1, ['1.0.0']), image(2, ['1.0.1'])];
    expect(readiness({ images })).toMatchObject({ verdict: 'not-known-yet', confidence: 'possible' });
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
    expect(readiness({ images, ...pushed({ v7: [1, 1] }) }).verdict).toBe('now');
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
      'Stop moving tags first: 7 tags move, and ECR allows 5 exclusions: zeta, dev, latest, main, prod, qa, test.',
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

  describe('rests on the time that was looked at', () => {
    const trail = (days: number, end: Pushes['end'] = { code: 'push-events', read: 2_000 }) => ({
      images: [image(30, ['1.0.0'])],
      pushes: { since: now - days * day, end, tags: new Map() },
    });

    test('and is not known yet where that is too short, with how to know more', () => {
      expect(readiness(trail(14)).verdict).toBe('now');
      expect(readiness(trail(3 / 24))).toMatchObject({
        verdict: 'not-known-yet',
        observed: { length: '3 h', days: 0.1, neededDays: 14 },
        advice:
          'Not known yet: no moving tag was found, but the records of its pushes begin only 3 hours ago, and --look-back needs 14 days. Audit with --tags-file now and again on 2026-12-09.',
      });
      expect(readiness(trail(7)).advice).toContain(
        'Read about 4000 events (--push-events 4000), or audit with --tags-file now and again on 2026-12-09.',
      );
      const { unknown: reason } = denied('cloudtrail:LookupEvents');
      expect(readiness(trail(2, { code: 'ended-early', reason })).advice).toContain('Reading ended early');
      expect(readiness({ pushes: { unknown: reason } }).advice).toBe(
        'Not known yet: no moving tag was found, but no record of its pushes was read (cloudtrail:LookupEvents is not allowed), and --look-back needs 14 days. Allow cloudtrail:LookupEvents, or audit with --tags-file now and again after 14 days.',
      );
    });

    test('which is not longer than the repository exists', () => {
      const young = { createdAt: now - 2 * day, images: [image(1, ['1.0.0'])] };
      expect(readiness({ ...pushed({ '1.0.0': [1, 1] }), ...young })).toMatchObject({
        verdict: 'not-known-yet',
        advice: expect.stringMatching(/it was created only 2 days ago.* Audit again on 2026-12-07\.$/),
      });
    });

    test('by an earlier audit too, counted from the first', () => {
      const { previousAudit } = noted({});
      const audited = (since: number) =>
        readiness({ ...trail(1 / 24), previousAudit: { ...previousAudit, since: now - since * day } });
      expect(audited(7)).toMatchObject({
        verdict: 'not-known-yet',
        advice: expect.stringContaining('audit again with the same --tags-file on 2026-12-02') as unknown,
      });
      expect(audited(15).verdict).toBe('now');
    });

    test('and says that more tags than the ones found may move', () => {
      const { images } = trail(1);
      const moves = { ...trail(1 / 24), images: [...images, image(1, ['latest'])] };
      expect(readiness(moves)).toMatchObject({
        verdict: 'with-exclusions',
        advice: expect.stringContaining(
          'More tags may move: the records of its pushes begin only 1 hour ago',
        ),
      });
    });
  });

  test.each([
    [{ kind: 'pull-through', prefix: 'hub', upstream: 'registry-1.docker.io' }, 'registry-1.docker.io'],
    [{ kind: 'pull-through', prefix: 'ROOT', upstream: 'registry-1.docker.io' }, 'unless you push to it'],
    [{ kind: 'replica', region: 'eu-west-1' }, 'a replica of eu-west-1'],
  ] as const)('is never reached where ECR itself moves the tags: %j', (origin, words) => {
    const all = { ...pushed({ v1: [1, 1], stg: [9, 9] }), images: [image(1, ['v1'])], origin };
    expect(readiness(all)).toMatchObject({
      verdict: 'stays-mutable',
      exclusions: [],
      advice: expect.stringContaining(words),
    });
    expect(auditRepository({ ...reading(all) }, options).findings).toContainEqual(
      expect.objectContaining({ subject: 'TagImmutability', level: 'note' }),
    );
  });

  test('is not known where that could not be read, whatever else is known', () => {
    const origin = denied('ecr:DescribePullThroughCacheRules');
    for (const tags of [{ v1: [1, 1] }, { stg: [9, 9] }] satisfies Record<string, [number, number]>[])
      expect(readiness({ ...pushed(tags), images: [image(1, ['v1'])], origin })).toMatchObject({
        verdict: 'not-known-yet',
        exclusions: [],
        advice: expect.stringContaining('ecr:DescribePullThroughCacheRules is not allowed'),
      });
  });

  test('is unclear where images arrived without a push, as in a replica', () => {
    const { verdict, advice } = readiness({ ...pushed({}), images: [image(1, ['1.0.0'])] });
    expect({ verdict, advice }).toEqual({
      verdict: 'unclear',
      advice: expect.stringContaining('--source-region'),
    });
  });
});

describe('how images arrive in a repository', () => {
  const origins = (prefixes: readonly string[], replicated: readonly string[] | undefined = undefined) => ({
    pullThrough: prefixes.map((prefix) => ({ prefix, upstream: 'quay.io' })),
    replication: replicated === undefined ? [] : [{ region: 'eu-west-1', prefixes: replicated }],
  });
  test.each([
    ['quay/a', origins(['quay']), 'pull-through'],
    ['quay/a', origins(['quay/']), 'pull-through'],
    ['quay-tools/a', origins(['quay']), 'pushed'],
    ['quay', origins(['quay']), 'pushed'],
    ['anything', origins(['ROOT']), 'pull-through'],
    ['prod/a', origins([], ['prod/']), 'replica'],
    ['dev/a', origins([], ['prod/']), 'pushed'],
    ['dev/a', origins([], []), 'replica'],
  ])('%s by %j: %s', (name, settings, kind) => {
    expect(originOf(name, settings, false)).toMatchObject({ kind });
  });

  test('under ROOT is by pushes where there are any', () => {
    expect(originOf('ours', origins(['ROOT']), true)).toEqual({ kind: 'pushed' });
  });

  test('is unknown where what would say it is, but not if the other setting says it', () => {
    const unread = denied('ecr:DescribeRegistry');
    expect(originOf('a', { ...origins([]), replication: unread }, true)).toEqual(unread);
    const cached = originOf('quay/a', { ...origins(['quay']), replication: unread }, true);
    expect(cached).toMatchObject({ kind: 'pull-through' });
  });
});

describe('names that usually move', () => {
  const moving =
    'latest stg prd rc beta int uat qa dev1 QA2 pre-prod preprod acc sit demo sandbox trunk 1.x v2.x 1.2-SNAPSHOT ' +
    'latest-alpine 3.12-latest api-stg stg-eu prod-us-east-1 stable-slim main-arm64 dev-latest Staging buildcache';
  const fixed =
    'release-2024 release-1 v1.0-rc1 rc1 beta2 1.0.0-beta.1 prod-20240101 dev-3f2a91c main-abcdef0 build-77 a1b2c3d ' +
    '2024 v3 latest-20240101 nightly-2024-01-01 production-v2 blue release-notes 1.0.0-SNAPSHOT.20240101 interest devotion';
  test('are those of environments, branches and what is newest', () => {
    expect(moving.split(' ').filter((tag) => !isMovingName(tag))).toEqual([]);
  });
  test('are not those with a number, a date or a commit', () => {
    expect(fixed.split(' ').filter(isMovingName)).toEqual([]);
  });
});
