import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  basicFinding,
  digest,
  eventLike,
  findings,
  type Rig,
  repository,
  startRig,
  usualImages,
} from './support/run.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
});

beforeEach(() => {
  rig.world.reset();
  rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings }));
});

afterAll(() => rig.stop());

const throttled = { status: 400, type: 'ThrottlingException' };
const broken = { status: 500, type: 'ServerException' };
const message = (published: readonly { readonly texts: Readonly<Record<string, string>> }[]) =>
  JSON.parse(published[0]?.texts.sqs ?? 'null');

describe('a scan', () => {
  test('is told once, also when EventBridge delivers the event again', async () => {
    const event = eventLike('findings-basic');
    expect((await rig.run(event)).published).toHaveLength(1);
    expect((await rig.run(event)).published).toEqual([]);
    expect(rig.printed.at(-1)).toContain('alert was published before');
  });

  test('is told again when the first attempt failed', async () => {
    const event = eventLike('findings-basic');
    rig.world.faults.set('Publish', [{ status: 403, type: 'AuthorizationError' }]);
    expect((await rig.run(event)).thrown).toBeDefined();
    expect((await rig.run(event)).published).toHaveLength(1);
  });

  test('with nothing as bad as the threshold is not told', async () => {
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings: findings.slice(0, 1) }));
    const { published, thrown } = await rig.run(eventLike('findings-basic'));
    expect({ published, thrown }).toEqual({ published: [], thrown: undefined });
  });

  test('that is larger than a page is read whole', async () => {
    const many = Array.from({ length: 950 }, (_, index) =>
      basicFinding(`CVE-2026-${index}`, 'HIGH', { package_name: `p${index}`, package_version: '1' }),
    );
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings: many }));
    rig.world.pageSize = 100;
    const { published } = await rig.run(eventLike('findings-basic'));
    expect(message(published).counts.HIGH).toBe(950);
    expect(published[0]?.bytes).toBeLessThanOrEqual(256 * 1024);
  });

  test.each(['DescribeImages', 'DescribeImageScanFindings', 'ListTagsForResource', 'Publish'])(
    'loses nothing when %s is throttled and broken for a while',
    async (operation) => {
      rig.world.faults.set(operation, [throttled, broken, throttled]);
      expect((await rig.run(eventLike('findings-basic'))).published).toHaveLength(1);
    },
  );

  test.each(['DescribeImages', 'DescribeImageScanFindings', 'Publish'])(
    'fails when %s is throttled to the end, so that Lambda keeps the event',
    async (operation) => {
      rig.world.faults.set(
        operation,
        Array.from({ length: 99 }, () => throttled),
      );
      const { published, thrown } = await rig.run(eventLike('findings-basic'), {}, 3_500);
      expect(published).toEqual([]);
      expect(thrown).toMatchObject({ message: 'the time is over; last: ThrottlingException' });
    },
  );

  test('fails with the reason when it may not read', async () => {
    rig.world.faults.set('DescribeImages', [{ status: 400, type: 'AccessDeniedException' }]);
    const { thrown } = await rig.run(eventLike('findings-basic'));
    expect(thrown).toMatchObject({ name: 'AwsCallError', operation: 'DescribeImages' });
    expect(String(thrown)).toMatch(/DescribeImages failed \(AccessDeniedException: /);
  });
});

describe('what is new', () => {
  test('is measured against the image pushed before it that has a result', async () => {
    const [image, , older] = usualImages({ status: 'COMPLETE', findings });
    if (image === undefined || older === undefined) throw new Error('no images');
    const index = { digest: `sha256:${'5'.repeat(64)}`, tags: ['multi'], pushedAt: image.pushedAt - 60 };
    const later = {
      ...older,
      digest: `sha256:${'6'.repeat(64)}`,
      tags: ['2.0.0'],
      pushedAt: image.pushedAt + 60,
    };
    rig.world.images.set(repository, [image, index, older, later]);
    const { news } = message((await rig.run(eventLike('findings-basic'))).published);
    expect(news).toMatchObject({ since: { tags: ['1.4.0'] }, count: 4 });
  });

  test('is not known of a first image, and everything is told', async () => {
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings }).slice(0, 1));
    const { published } = await rig.run(eventLike('findings-basic'), { NotifyOn: 'NewFindings' });
    expect(message(published)).not.toHaveProperty('news');
  });

  test('is all that is told of, where so asked', async () => {
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings: findings.slice(2) }));
    const asked = { NotifyOn: 'NewFindings' };
    expect((await rig.run(eventLike('findings-basic'), asked)).published).toEqual([]);
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings }));
    expect((await rig.run(eventLike('findings-basic'), asked)).published).toHaveLength(1);
  });

  test('of an untagged image is measured against untagged ones of an earlier push', async () => {
    const [image] = usualImages({ status: 'COMPLETE', findings });
    if (image === undefined) throw new Error('no image');
    const untagged = (letter: string, secondsBefore: number) => ({
      digest: `sha256:${letter.repeat(64)}`,
      tags: [],
      pushedAt: image.pushedAt - secondsBefore,
      scan: { status: 'COMPLETE', findings: [] },
    });
    rig.world.images.set(repository, [{ ...image, tags: [] }, untagged('7', 20), untagged('8', 3_600)]);
    const { published } = await rig.run(eventLike('findings-basic', { 'image-tags': [] }));
    expect(message(published).news.since.digest).toBe(`sha256:${'8'.repeat(64)}`);
    expect(published[0]?.subject).toContain('team/orders@sha256:7f5b2640fe6f');
  });
});

describe('what is gone, or not there yet', () => {
  test('an image deleted meanwhile is told with the counts of the event', async () => {
    rig.world.images.set(repository, []);
    const { published, thrown } = await rig.run(eventLike('findings-basic'));
    expect(thrown).toBeUndefined();
    expect(message(published)).toMatchObject({ kind: 'gone', counts: { CRITICAL: 2, HIGH: 1, MEDIUM: 1 } });
  });

  test('so is a repository', async () => {
    rig.world.images.clear();
    const { published } = await rig.run(eventLike('findings-enhanced'));
    expect(message(published)).toMatchObject({ kind: 'gone', counts: { CRITICAL: 2, HIGH: 1, MEDIUM: 1 } });
  });

  test('a result that comes a little later is waited for', async () => {
    rig.world.faults.set('DescribeImageScanFindings', [
      { status: 400, type: 'ScanNotFoundException' },
      { status: 400, type: 'ScanNotFoundException' },
    ]);
    expect(message((await rig.run(eventLike('findings-basic'))).published)).toMatchObject({
      kind: 'findings',
    });
  });
});

describe('suppression', () => {
  const run = (Suppress: string, tags: Readonly<Record<string, string>> = {}) => {
    rig.world.tags.set(repository, tags);
    return rig.run(eventLike('findings-basic'), { Suppress });
  };
  const all = findings.map(({ name }) => `${name} 2099-01-01 looked at`);

  test('of everything silences the alert', async () => {
    expect((await run(all.join(';'))).published).toEqual([]);
  });

  test('by a tag of the repository holds for it alone', async () => {
    const tags = Object.fromEntries(
      findings.map(({ name }) => [`ecr-hardening-suppress:${name}`, '2099-01-01 looked at']),
    );
    expect((await run('', tags)).published).toEqual([]);
    expect(message((await run('', { other: 'tag' })).published).suppressed).toBe(0);
  });

  test('ends with its last day', async () => {
    expect(message((await run(all.join(';').replaceAll('2099', '2020'))).published).suppressed).toBe(0);
  });

  test.each([
    'CVE-2026-1111 2099-13-01 no such month',
    'CVE-2026-1111 2099-02-30 no such day',
    'CVE-2026-1111 2099-01-01',
    'CVE-2026-1111 because',
    'CVE,2026 2099-01-01 why',
  ])('that is not understood (%s) suppresses nothing, and the message says so', async (entry) => {
    const { published } = await run(entry);
    expect(message(published).suppressed).toBe(0);
    expect(message(published).problems).toHaveLength(1);
    expect(published[0]?.texts.default).toContain('Configuration problems\n  Suppress ');
  });
});

describe('what cannot be served is thrown, and so kept with its reason', () => {
  test.each<[unknown, RegExp]>([
    [null, /it is not an object/],
    [{}, /it has no detail/],
    [{ detail: {} }, /its detail-type is undefined/],
    [{ 'detail-type': 'ECR Image Scan', detail: {} }, /it has no scan-status/],
    [
      { 'detail-type': 'Inspector2 Finding', detail: { resources: [{ type: 'AWS_EC2_INSTANCE' }] } },
      /not about an image/,
    ],
  ])('an event of another form: %j', async (event, reason) => {
    const { thrown, published } = await rig.run(event);
    expect(thrown).toMatchObject({ message: expect.stringMatching(reason) });
    expect(published).toEqual([]);
  });

  test.each([{ AlertSeverity: 'SEVERE' }, { NotifyOn: 'Always' }, { AlertTopicArn: '' }])(
    'a parameter that has no such value: %j',
    async (more) => {
      const { thrown } = await rig.run(eventLike('findings-basic'), more);
      expect(thrown).toMatchObject({ message: expect.stringContaining(Object.keys(more)[0] ?? '?') });
    },
  );
});

test('the tags that an image got since the event are told too, and the commit is found among them', async () => {
  const { published } = await rig.run(eventLike('findings-basic', { 'image-tags': ['1.4.2'] }));
  const { image, commit } = message(published);
  expect(image).toMatchObject({ digest, tags: ['1.4.2', '9f1c2ab'] });
  expect(commit).toEqual({
    tag: '9f1c2ab',
    hash: '9f1c2ab',
    url: 'https://github.com/acme/team/orders/commit/9f1c2ab',
  });
});
