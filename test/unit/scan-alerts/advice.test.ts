import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../functions/scan-alerts/digest/digest.ts';
import type { DigestEntry } from '../../../functions/scan-alerts/digest/entry.ts';
import { digestMessage } from '../../../functions/scan-alerts/digest/message.ts';
import {
  eventLike,
  findings,
  type Rig,
  repository,
  startRig,
  usualImages,
  withDigest,
} from './support/run.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
beforeEach(() => rig.world.reset());
afterAll(() => rig.stop());

const textOf = (published: readonly { readonly texts: Readonly<Record<string, string>> }[]) =>
  published[0]?.texts.default ?? '';
const adviceIn = (text: string) => /What to do\n {2}(.*)/.exec(text)?.[1];

describe('what to do about a scan that failed', () => {
  const failed = async (name: string, status: string) => {
    rig.world.images.set(repository, usualImages({ status }));
    const event = eventLike(name, { 'scan-status': 'FAILED', 'finding-severity-counts': {} });
    return adviceIn(textOf((await rig.run(event)).published));
  };

  // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartImageScan.html
  test('of basic scanning: start it again, but not on the day of the push, when ECR refuses', async () => {
    expect(await failed('findings-basic', 'FAILED')).toMatch(/aws ecr start-image-scan.* 24 hours/);
  });

  test('of enhanced scanning: not to start it again, which ECR always refuses', async () => {
    const advice = await failed('findings-enhanced', 'FAILED');
    expect(advice).not.toContain('start-image-scan');
    expect(advice).toContain('push it with a new tag');
  });

  test('of an image that was archived: to restore it', async () => {
    expect(await failed('findings-enhanced', 'IMAGE_ARCHIVED')).toContain('restore it');
  });

  test.each([
    { status: 'COMPLETE', description: 'The scan was completed successfully.' },
    { status: 'ACTIVE', description: 'Continuous scan is selected for image.' },
    { status: 'IN_PROGRESS', description: 'The scan is in progress.' },
  ])('is not explained by a scan since, which is $status', async (scan) => {
    rig.world.images.set(repository, usualImages(scan));
    const event = eventLike('findings-basic', { 'scan-status': 'FAILED', 'finding-severity-counts': {} });
    const text = textOf((await rig.run(event)).published);
    expect(text).toContain('failed (status FAILED)');
    expect(text).toContain('ECR reports no reason.');
  });

  test('of an image that was deleted since: not to scan it, which ECR cannot', async () => {
    const event = eventLike('findings-basic', { 'scan-status': 'FAILED', 'finding-severity-counts': {} });
    const text = textOf((await rig.run(event)).published);
    expect(adviceIn(text)).toBe('If you still need the image, push it again to have it scanned.');
    expect(text).toContain('The image was deleted since');
    expect(text).not.toContain('no reason');
  });

  test('of an image that is too large: nothing that fails again', async () => {
    expect(await failed('findings-basic', 'IMAGE_SIZE_EXCEEDED')).toBe(
      'Make the image smaller, or scan it in your build pipeline.',
    );
  });
});

describe('an image that is gone', () => {
  test('and whose event has no counts has no "nothing": its findings are unknown', async () => {
    const event = eventLike('findings-enhanced', { 'finding-severity-counts': null });
    const { published } = await rig.run(event);
    const text = textOf(published);
    expect(text).toContain('Severity\n  unknown (alert threshold HIGH)');
    expect(text).toContain('The event has no counts');
    expect(JSON.parse(published[0]?.texts.https ?? '').content.description).not.toContain('nothing');
  });

  test('is not said of an image that is there, and has no result any more', async () => {
    rig.world.images.set(repository, usualImages(undefined));
    const { published } = await rig.run(eventLike('findings-basic'));
    expect(published[0]?.subject).toBe('[GONE] result of the scan not found: team/orders:1.4.2');
    expect(textOf(published)).toContain('completed, but ECR has no result of it.');
  });

  test.each([
    ['findings-basic', /^Start the scan again \(aws ecr start-image-scan\)/],
    ['findings-enhanced', /^Rebuild the image and push it with a new tag/],
  ])('but not the image itself (%s) is not to be pushed again, which scans nothing', async (name, advice) => {
    rig.world.images.set(repository, usualImages(undefined));
    expect(adviceIn(textOf((await rig.run(eventLike(name))).published))).toMatch(advice);
  });

  test('is not said to be deleted where it could not be looked up', async () => {
    rig.world.faults.set('DescribeImages', [{ status: 400, type: 'AccessDeniedException' }]);
    const { published } = await rig.run(eventLike('findings-basic'));
    expect(published[0]?.subject).toBe('[GONE] result of the scan not found: team/orders:1.4.2');
    expect(textOf(published)).toContain('the image or its result was deleted before');
    expect(adviceIn(textOf(published))).toMatch(
      /^If the image was deleted .* If it is there: Start the scan/,
    );
  });

  test('and of which only the result is missing is not called deleted in a digest either', async () => {
    rig.world.images.set(repository, usualImages(undefined));
    await rig.run(eventLike('findings-basic'), withDigest);
    const { published } = await rig.runDigest();
    const text = textOf(published);
    expect(text).toContain('\n1 without a result.\n');
    expect(text).toMatch(/team\/orders:1\.4\.2 {2}2 CRITICAL.*, its result not found\n/);
    expect(adviceIn(text)).toContain('Where only the result is missing, scan the image');
  });

  test('has the counts of Inspector as that counts: what is LOW is not unrated', async () => {
    const text = textOf((await rig.run(eventLike('findings-unread'))).published);
    expect(text).toContain('28 LOW or below');
    expect(text).not.toContain('UNRATED');
  });
});

describe('a digest', () => {
  const entry: DigestEntry = {
    ...{ event: '1', at: '2026-11-29T08:00:00.000Z', kind: 'failed', repository, digest: 'sha256:1' },
    ...{ tag: null, scanner: 'BASIC', severity: null, counts: {}, fresh: null, isUnread: false },
    ...{ console: '', problems: [] },
  };
  const digestText = (entries: readonly DigestEntry[], unreadable = 0): string =>
    JSON.parse(digestMessage(digestOf(entries, unreadable, undefined), 'Chat').body).default;

  test.each<[DigestEntry['kind'], RegExp]>([
    ['failed', /scan/],
    ['suppressed', /suppressions still apply/],
    ['gone', /push it again/],
  ])('of %s alone does not say to rebuild images', (kind, advice) => {
    const found = adviceIn(digestText([{ ...entry, kind }]));
    expect(found).toMatch(advice);
    expect(found).not.toContain('Rebuild');
  });

  test('says what to do about each kind that it has', () => {
    const found = adviceIn(
      digestText([
        { ...entry, kind: 'findings', severity: 'HIGH', counts: { HIGH: 1 } },
        { ...entry, event: '2' },
      ]),
    );
    expect(found).toMatch(/Rebuild the images.*scan/);
  });

  test('names the repository of a scan that failed, also where another image of it has findings', () => {
    const found = { ...entry, kind: 'findings', severity: 'HIGH', counts: { HIGH: 1 }, tag: '1' } as const;
    const text = digestText([
      found,
      { ...entry, event: '2', digest: 'sha256:2' },
      { ...found, event: '3', repository: 'team/web' },
      { ...found, event: '4', repository: 'team/web' },
    ]);
    expect(text).toContain('team/orders:1  1 HIGH  (2 alerts, 2 images, 1 not scanned)');
    expect(text).toContain('team/web:1  1 HIGH  (2 alerts, 1 image)');
  });

  test('of messages that are no alerts says to find their sender', () => {
    expect(adviceIn(digestText([], 2))).toContain('Find out who sends messages to the queue');
  });

  test('has the problems in a chat too', () => {
    const { https } = JSON.parse(digestMessage(digestOf([entry], 2, undefined), 'Chat').body);
    expect(JSON.parse(https).content.description).toContain(
      '\nConfiguration problems\n2 messages of the queue hold no alert',
    );
  });

  test('has no "nothing" where the findings are not known', async () => {
    expect(digestText([{ ...entry, kind: 'gone' }])).toContain('findings unknown, deleted after the scan');
    expect(digestText([{ ...entry, kind: 'findings', isUnread: true }])).toContain(
      'findings unknown, not all could be read',
    );
  });

  test('has what was read where the event has no counts', async () => {
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings: findings.slice(0, 3) }));
    rig.world.pageSize = 2;
    rig.world.faults.set('DescribeImageScanFindings', [
      undefined,
      { status: 400, type: 'AccessDeniedException' },
    ]);
    const event = eventLike('findings-enhanced', { 'finding-severity-counts': null });
    await rig.run(event, { ...withDigest, AlertAtOnceSeverity: '' });
    const { published } = await rig.runDigest({ AlertAtOnceSeverity: '' });
    expect(textOf(published)).toMatch(/1 CRITICAL.*not all could be read/);
  });
});
