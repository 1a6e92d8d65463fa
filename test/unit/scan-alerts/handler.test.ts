import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../core/json.ts';
import {
  basicFinding,
  digest,
  enhancedFindings,
  eventLike,
  findings,
  type Rig,
  repository,
  sampleEvent,
  startRig,
  usualImages,
} from './support/run.ts';
import type { Published } from './support/world.ts';

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
const denied = { status: 400, type: 'AccessDeniedException' };
const counts = (given: Json) => ({ 'finding-severity-counts': given });
const chatOf = (published: readonly Published[]): string =>
  JSON.parse(published[0]?.texts.https ?? '').content.description;
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
    const { published, thrown } = await rig.run(eventLike('findings-basic', counts({ MEDIUM: 1 })));
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

  test('is published in the Region of the topic, which SNS demands', async () => {
    const own = (await rig.run(eventLike('findings-basic'))).published;
    const AlertTopicArn = 'arn:aws:sns:eu-west-1:123456789012:alerts';
    const other = (await rig.run(eventLike('findings-basic'), { AlertTopicArn })).published;
    expect([...own, ...other].map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
  });

  test('fails with the reason when it may not read', async () => {
    rig.world.faults.set('DescribeImages', [denied]);
    const { published, thrown } = await rig.run(eventLike('findings-basic'));
    expect(thrown).toMatchObject({ name: 'AwsCallError', operation: 'DescribeImages' });
    expect(String(thrown)).toMatch(/DescribeImages failed \(AccessDeniedException: /);
    // What can be read is reported all the same.
    expect(message(published)).toMatchObject({ kind: 'findings', counts: { CRITICAL: 2, HIGH: 1 } });
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
    const event = eventLike('findings-basic', counts({ CRITICAL: 1, HIGH: 1 }));
    expect((await rig.run(event, asked)).published).toEqual([]);
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings }));
    expect((await rig.run(eventLike('findings-basic'), asked)).published).toHaveLength(1);
  });

  test('is not what Inspector suppresses in both images', async () => {
    const asked = { NotifyOn: 'NewFindings' };
    const event = () => eventLike('findings-enhanced', counts({ CRITICAL: 2, HIGH: 1, MEDIUM: 1, TOTAL: 4 }));
    const suppressed = enhancedFindings.map((each) => ({ ...each, status: 'SUPPRESSED' }));
    const [image, before, ...older] = usualImages({ status: 'ACTIVE', enhancedFindings: suppressed });
    if (image?.scan === undefined || before === undefined) throw new Error('no images');
    const both = { status: 'ACTIVE', enhancedFindings: suppressed };
    rig.world.images.set(repository, [image, { ...before, scan: both }]);
    expect((await rig.run(event(), asked)).published).toEqual([]);
    rig.world.images.set(repository, [image, before, ...older]);
    expect(message((await rig.run(event(), asked)).published)).toMatchObject({ kind: 'suppressed' });
    // Where only the previous one was suppressed, nobody has been told.
    const active = { ...image, scan: { status: 'ACTIVE', enhancedFindings } };
    rig.world.images.set(repository, [active, { ...before, scan: both }]);
    expect(message((await rig.run(event(), asked)).published)).toMatchObject({ news: { count: 4 } });
  });

  test('is what the previous image had too, if its suppression has ended since', async () => {
    const images = usualImages({ status: 'COMPLETE', findings: findings.slice(2) });
    rig.world.images.set(repository, images);
    const event = () => eventLike('findings-basic', counts({ CRITICAL: 1, HIGH: 1 }));
    const until = (day: string) => ({
      NotifyOn: 'NewFindings',
      Suppress: `CVE-2026-3333 ${day} looked at`,
    });
    // The previous image was pushed on 2026-10-28.
    expect((await rig.run(event(), until('2026-10-27'))).published).toEqual([]);
    expect(message((await rig.run(event(), until('2026-10-28'))).published)).toMatchObject({
      news: { ids: ['CVE-2026-3333'] },
    });
    const again = `${until('2026-10-28').Suppress}; CVE-2026-3333 2099-01-01 looked at again`;
    expect((await rig.run(event(), { NotifyOn: 'NewFindings', Suppress: again })).published).toEqual([]);
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

  test('but not where it is about a later finding that is suppressed', async () => {
    rig.world.images.set(repository, []);
    const run = (Suppress: string) => rig.run(eventLike('findings-later'), { Suppress });
    expect(message((await run('')).published)).toMatchObject({ kind: 'gone' });
    expect(await run('CVE-2026-1111 2099-01-01 looked at')).toEqual({ published: [], thrown: undefined });
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

  const soon = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  const tagsUntil = (until: string) =>
    Object.fromEntries(findings.map(({ name }) => [`ecr-hardening-suppress:${name}`, `${until} looked at`]));

  test('of everything is reported once, with what suppresses it and until when', async () => {
    const { published } = await run(all.join(';'));
    expect(published[0]?.subject).toBe('[SUPPRESSED] 3 findings suppressed: team/orders:1.4.2');
    expect(published[0]?.attributes).toMatchObject({ kind: 'suppressed', severity: 'CRITICAL' });
    expect(message(published)).toMatchObject({
      kind: 'suppressed',
      counts: { CRITICAL: 2, HIGH: 1, MEDIUM: 1 },
      suppressions: expect.arrayContaining([
        expect.objectContaining({ id: 'CVE-2026-1111', until: '2099-01-01', by: 'the parameter Suppress' }),
      ]),
    });
    for (const text of [published[0]?.texts.default, published[0]?.texts.https])
      expect(text).toContain('CVE-2026-1111 openssl, until 2099-01-01 by the parameter Suppress: looked at');
    // A later scan of the same image, by another event.
    expect((await run(all.join(';'))).published).toEqual([]);
    expect(message((await run(all.join(';').replaceAll('2099', '2098'))).published).kind).toBe('suppressed');
  });

  test('of everything but a finding below the threshold is reported too', async () => {
    expect(message((await run(all.slice(1).join(';'))).published)).toMatchObject({
      kind: 'suppressed',
      counts: { CRITICAL: 2, HIGH: 1 },
    });
  });

  test('does not hide what the event counts and ECR does not return', async () => {
    rig.world.tags.set(repository, {});
    const event = eventLike('findings-basic', counts({ CRITICAL: 3, HIGH: 1, MEDIUM: 1 }));
    const { published } = await rig.run(event, { Suppress: all.join(';') });
    expect(published[0]?.subject).toBe('[CRITICAL] 4 findings, 3 read, 0 new: team/orders:1.4.2');
    expect(message(published)).toMatchObject({
      kind: 'findings',
      suppressed: 4,
      eventCounts: { CRITICAL: 3 },
    });
  });

  test('by a tag of the repository holds for it alone', async () => {
    expect(message((await run('', tagsUntil(soon))).published)).toMatchObject({
      kind: 'suppressed',
      suppressions: expect.arrayContaining([
        expect.objectContaining({
          until: soon,
          by: 'the repository tag ecr-hardening-suppress:CVE-2026-1111',
        }),
      ]),
    });
    expect(message((await run('', { other: 'tag' })).published).suppressed).toBe(0);
  });

  test('by a tag for more than 90 days has no effect, and the message says so', async () => {
    const { published } = await run('', tagsUntil('2099-01-01'));
    expect(message(published)).toMatchObject({ kind: 'findings', suppressed: 0 });
    expect(message(published).problems).toHaveLength(4);
    expect(message(published).problems[0]).toContain('at most 90 days');
  });

  test('by a tag has no effect where AllowSuppressionTags is false, and the message says so', async () => {
    rig.world.tags.set(repository, tagsUntil(soon));
    const { published } = await rig.run(eventLike('findings-basic'), { AllowSuppressionTags: 'false' });
    expect(message(published)).toMatchObject({ kind: 'findings', suppressed: 0 });
    expect(message(published).problems[0]).toContain('because AllowSuppressionTags is false');
  });

  test('by many long tags that have no effect prevents no alert, and is no long list', async () => {
    // Letters, as far as tags go, which are shown as escapes because they look like nothing.
    const tags = Array.from({ length: 50 }, (_, index) => [
      `ecr-hardening-suppress:${'\u3164'.repeat(100)}${index}`,
      'no date',
    ]);
    const image = usualImages({ status: 'COMPLETE', findings })[0];
    if (image === undefined) throw new Error('no image');
    const many = Array.from({ length: 1_000 }, (_, index) => `${index}-${'x'.repeat(120)}`);
    rig.world.images.set(repository, [{ ...image, tags: many }]);
    rig.world.tags.set(repository, Object.fromEntries(tags));
    const { published } = await rig.run(eventLike('findings-basic'), { AlertHttpsForm: 'Json' });
    expect(published[0]?.bytes).toBeLessThanOrEqual(256 * 1024 - 2_048);
    expect(message(published)).toMatchObject({ omitted: 0, omittedProblems: 40 });
    expect(published[0]?.texts.default).toMatch(/\n {2}and 40 more\n$/);
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
    expect(chatOf(published)).toContain('\nConfiguration problems\nSuppress ');
  });

  test('that is not understood many times over is a short list in a chat', async () => {
    const { published } = await run(
      Array.from({ length: 20 }, (_, index) => `CVE-2026-${index} why`).join(';'),
    );
    expect(chatOf(published)).toMatch(/Suppress needs for CVE-2026-4 .*\nand 15 more$/);
  });
});

describe('the counts of the event are reported, and why findings are missing, when', () => {
  const event = () =>
    eventLike('findings-enhanced', counts({ CRITICAL: 7, HIGH: 61, MEDIUM: 62, TOTAL: 158 }));
  const read = (...enhanced: readonly JsonObject[]) =>
    rig.world.images.set(repository, usualImages({ status: 'ACTIVE', enhancedFindings: enhanced }));
  const expectCounts = (published: readonly Published[], number: number, reason: RegExp) => {
    expect(published[0]?.subject).toContain(`[CRITICAL] 68 findings, ${number} read`);
    expect(published[0]?.attributes).toMatchObject({ kind: 'findings', severity: 'CRITICAL' });
    const { default: text = '', https = '' } = published[0]?.texts ?? {};
    for (const each of [text, https]) {
      expect(each).toContain('The event of the scan counts 7 CRITICAL, 61 HIGH, 62 MEDIUM, 28 LOW or below.');
      expect(each).toMatch(new RegExp(`Only ${number} could be read: ${reason.source}`));
    }
    expect(message(published)).toMatchObject({
      eventCounts: { CRITICAL: 7, HIGH: 61, MEDIUM: 62, UNRATED: 28 },
      unread: { read: number, reason: expect.stringMatching(reason) },
    });
  };
  const [medium, critical, other] = enhancedFindings;
  if (medium === undefined || critical === undefined || other === undefined) throw new Error('no findings');

  test.each<[string, readonly JsonObject[], number, RegExp]>([
    ['one of them can be read', [critical], 1, /ECR returns fewer findings/],
    ['only a less severe one can be read', [medium], 0, /ECR returns fewer findings/],
    ['none can be read', [], 0, /ECR returns fewer findings/],
    [
      'Inspector has closed some',
      [critical, { ...other, status: 'CLOSED' }],
      1,
      /Amazon Inspector has closed/,
    ],
  ])('%s', async (_what, enhanced, number, reason) => {
    read(...enhanced);
    const { published, thrown } = await rig.run(event(), { NotifyOn: 'NewFindings' });
    expect(thrown).toBeUndefined();
    expectCounts(published, number, reason);
  });

  test('they may not be read', async () => {
    rig.world.faults.set('DescribeImageScanFindings', [denied]);
    const { published, thrown } = await rig.run(event());
    expect(thrown).toBeUndefined();
    expectCounts(published, 0, /DescribeImageScanFindings failed \(AccessDeniedException: /);
  });

  test('a later page cannot be read', async () => {
    read(critical, other, critical);
    rig.world.pageSize = 2;
    // Each of the reads, which wait for the rest, meets it at its second page.
    rig.world.faults.set('DescribeImageScanFindings', [
      undefined,
      denied,
      undefined,
      denied,
      undefined,
      denied,
    ]);
    const { published } = await rig.run(event());
    expectCounts(published, 2, /DescribeImageScanFindings failed \(AccessDeniedException: /);
  });

  test('the result has a status of its own', async () => {
    rig.world.images.set(repository, usualImages({ status: 'FINDINGS_UNAVAILABLE' }));
    expectCounts((await rig.run(event())).published, 0, /ECR reports the status FINDINGS_UNAVAILABLE/);
  });

  test('everything is suppressed in Inspector, which is reported as such', async () => {
    read({ ...critical, status: 'SUPPRESSED' });
    const { published } = await rig.run(eventLike('findings-enhanced', counts({ CRITICAL: 1, TOTAL: 1 })));
    expect(message(published)).toMatchObject({
      kind: 'suppressed',
      suppressions: [{ id: 'CVE-2026-1111', by: 'Amazon Inspector' }],
    });
  });

  test('a scan has no counts and cannot be read, its number is unknown', async () => {
    rig.world.faults.set('DescribeImageScanFindings', [denied]);
    const given = event();
    const { published } = await rig.run({ ...given, detail: { ...Object(given.detail), ...counts(null) } });
    expect(published[0]?.subject).toContain('[NOT READ] findings could not be read');
    expect(message(published)).toMatchObject({ kind: 'findings', unread: { read: 0 } });
  });

  test('a later finding is not among those that ECR returns, it is reported from its event', async () => {
    read(medium);
    expect(message((await rig.run(eventLike('findings-later'))).published)).toMatchObject({
      kind: 'findings',
      findings: [{ id: 'CVE-2026-1111', severity: 'CRITICAL' }, { id: 'CVE-2026-2222' }],
      news: { ids: ['CVE-2026-1111'] },
    });
    rig.world.faults.set('DescribeImageScanFindings', [denied]);
    expect((await rig.run(eventLike('findings-later'))).published[0]?.subject).toContain(
      '[CRITICAL] 1 finding',
    );
  });

  test('a scan failed and its reason may not be read, the failure is reported', async () => {
    rig.world.faults.set('DescribeImageScanFindings', [denied]);
    const { published, thrown } = await rig.run(eventLike('findings-basic-failed', counts({ HIGH: 2 })));
    expect(thrown).toBeUndefined();
    expect(message(published)).toMatchObject({
      kind: 'failed',
      eventCounts: { HIGH: 2 },
      problems: [expect.stringMatching(/^the reason could not be read: DescribeImageScanFindings failed/)],
    });
    expect(published[0]?.texts.default).toContain('The event of the scan counts 2 HIGH.');
  });

  test('its tags or the previous image may not be read, they do not prevent the alert', async () => {
    rig.world.faults.set('ListTagsForResource', [denied]);
    rig.world.faults.set('DescribeImages', [undefined, denied]);
    const { published, thrown } = await rig.run(eventLike('findings-basic'), { NotifyOn: 'NewFindings' });
    expect(thrown).toBeUndefined();
    expect(message(published).problems).toEqual([
      expect.stringMatching(/^the tags of the repository, .* ListTagsForResource failed \(AccessDenied/),
      expect.stringMatching(/^the previous image could not be read: DescribeImages failed \(AccessDenied/),
    ]);
  });

  test('the findings of the image before it can be read in part only, nothing is called new', async () => {
    const [image, before] = usualImages({ status: 'COMPLETE', findings });
    if (image === undefined || before === undefined) throw new Error('no images');
    const old = [
      basicFinding('CVE-2025-1', 'LOW', { package_name: 'zip', package_version: '3' }),
      ...findings,
    ];
    rig.world.images.set(repository, [image, { ...before, scan: { status: 'COMPLETE', findings: old } }]);
    rig.world.pageSize = findings.length;
    rig.world.faults.set('DescribeImageScanFindings', [undefined, undefined, denied]);
    const { published } = await rig.run(eventLike('findings-basic'));
    expect(message(published)).not.toHaveProperty('news');
    expect(message(published).problems).toEqual([
      expect.stringMatching(
        /^the previous image could not be read: DescribeImageScanFindings failed \(AccessDenied/,
      ),
    ]);
  });

  test('the images before it cannot all be read in time, they do not prevent the alert', async () => {
    rig.world.faults.set('DescribeImages', [undefined, ...Array.from({ length: 99 }, () => throttled)]);
    const { published, thrown } = await rig.run(eventLike('findings-basic'), {}, 5_000);
    expect(thrown).toBeUndefined();
    expect(message(published)).toMatchObject({
      counts: { CRITICAL: 2, HIGH: 1 },
      problems: [expect.stringMatching(/^the previous image could not be read: the time is over/)],
    });
  });
});

test.each([
  ['us-east-1', 'aws', 'amazonaws.com', 'us-east-1.console.aws.amazon.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn', 'console.amazonaws.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com', 'console.amazonaws-us-gov.com'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu', 'console.amazonaws-eusc.eu'],
])(
  'in %s the addresses are those of its partition, and tags are read by its ARN',
  async (region, partition, suffix, console) => {
    const arn = `arn:${partition}:ecr:${region}:123456789012:repository/${repository}`;
    rig.world.tags.set(arn, { 'ecr-hardening-suppress:none': '' });
    const event = { ...eventLike('findings-basic'), region };
    const { published } = await rig.run(event, { AWS_REGION: region });
    expect(message(published).problems).toEqual([expect.stringContaining('ecr-hardening-suppress:none')]);
    expect(published[0]?.texts.default).toContain(`123456789012.dkr.ecr.${region}.${suffix}\n`);
    expect(message(published).console).toMatch(`https://${console}/`);
  },
);

describe('a finding of Inspector in several packages counts once, as in its event and in the console,', () => {
  const [, critical] = enhancedFindings;
  const details = Object(critical?.packageVulnerabilityDetails);
  const inPackages = ['openssl', 'libssl3', 'openssl-dev'].map((name) => ({
    ...details.vulnerablePackages[0],
    name,
  }));
  const one = { ...critical, packageVulnerabilityDetails: { ...details, vulnerablePackages: inPackages } };
  const scanned = () =>
    rig.world.images.set(repository, usualImages({ status: 'ACTIVE', enhancedFindings: [one] }));
  const event = () => eventLike('findings-enhanced', counts({ CRITICAL: 1, TOTAL: 1 }));

  test('where it is new, and each package is named', async () => {
    scanned();
    const { published } = await rig.run(event());
    expect(published[0]?.subject).toBe('[CRITICAL] 1 finding, 1 new: team/orders:1.4.2');
    const { default: text = '' } = published[0]?.texts ?? {};
    expect(text).toContain('has 1 finding of HIGH or worse, and a fix for all of them. 1 is new since');
    for (const { name } of inPackages) expect(text).toContain(`CVE-2026-1111  ${name} 3.0.11`);
    expect(text).toContain('Severity\n  1 CRITICAL (alert threshold HIGH)\n');
    // For a program there is an entry for each package.
    expect(message(published)).toMatchObject({
      counts: { CRITICAL: 3 },
      findings: [{ package: 'libssl3' }, { package: 'openssl' }, { package: 'openssl-dev' }],
    });
  });

  test('where only some of them have a fix, which is none of the finding', async () => {
    const [first, ...others] = inPackages;
    const vulnerablePackages = [{ ...first, fixedInVersion: 'NotAvailable' }, ...others];
    const partly = { ...critical, packageVulnerabilityDetails: { ...details, vulnerablePackages } };
    rig.world.images.set(repository, usualImages({ status: 'ACTIVE', enhancedFindings: [partly] }));
    const { published } = await rig.run(event());
    const { default: text = '' } = published[0]?.texts ?? {};
    expect(text).toContain('has 1 finding of HIGH or worse, and a fix for 0 of them.');
    expect(text).toContain('CVE-2026-1111  openssl 3.0.11, no fix yet');
  });

  test('where it is suppressed', async () => {
    scanned();
    const { published } = await rig.run(event(), { Suppress: 'CVE-2026-1111 2099-01-01 looked at' });
    expect(published[0]?.subject).toBe('[SUPPRESSED] 1 finding suppressed: team/orders:1.4.2');
    expect(published[0]?.texts.default).toContain('Suppressed: 1\n');
  });

  test('where its image is gone, and it became known later', async () => {
    const later = sampleEvent('findings-later');
    const { packageVulnerabilityDetails } = Object(later.detail);
    const of = { ...packageVulnerabilityDetails, vulnerablePackages: inPackages };
    rig.world.images.delete(repository);
    const { published } = await rig.run(eventLike('findings-later', { packageVulnerabilityDetails: of }));
    expect(message(published)).toMatchObject({ kind: 'gone', counts: { CRITICAL: 1 } });
  });
});

describe('an image of another registry is that of another application', () => {
  const other = '444455556666';
  const arn = `arn:aws:ecr:us-east-1:${other}:repository/team/orders`;
  const [resource] = [Object(sampleEvent('findings-later').detail).resources].flat();
  const { awsEcrContainerImage } = resource.details;
  const resourceOf = (more: JsonObject) => ({
    resources: [{ ...resource, details: { awsEcrContainerImage: { ...awsEcrContainerImage, ...more } } }],
  });
  // https://docs.aws.amazon.com/inspector/latest/user/findings-managing-automating-responses.html
  test.each<[string, JsonObject]>([
    ['a finding of a member, in the delegated administrator', resourceOf({ registry: other })],
    ['the same without the registry', { ...resourceOf({ registry: null }), awsAccountId: other }],
    ['a scan of a member', { 'repository-name': arn }],
    [
      'a scan in another Region',
      { 'repository-name': arn.replace('us-east-1', 'eu-west-1').replace(other, '123456789012') },
    ],
  ])('%s is not told, and not taken for deleted', async (name, detail) => {
    const event = eventLike(
      name.includes('finding') || name.includes('same') ? 'findings-later' : 'findings-enhanced',
      detail,
    );
    rig.world.images.delete(repository);
    const { published, thrown } = await rig.run(event);
    expect({ published, thrown }).toEqual({ published: [], thrown: undefined });
    expect(rig.printed.at(-1)).toContain('"message":"image of another registry"');
  });

  test('so is an event that another account has forwarded', async () => {
    const event = { ...eventLike('findings-basic'), account: other };
    expect((await rig.run(event)).published).toEqual([]);
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
