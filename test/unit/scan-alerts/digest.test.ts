import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isObject } from '../../../core/json.ts';
import { digestOf } from '../../../functions/scan-alerts/digest/digest.ts';
import { type DigestEntry, parseEntry } from '../../../functions/scan-alerts/digest/entry.ts';
import { digestMessage } from '../../../functions/scan-alerts/digest/message.ts';
import { severities } from '../../../functions/scan-alerts/severity.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';
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
beforeEach(() => {
  rig.world.reset();
  rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings }));
});
afterAll(() => rig.stop());

const waiting = () => rig.world.queue.messages.length;
const fault = { status: 500, type: 'ServerException' };
const denied = { status: 403, type: 'AccessDeniedException' };
const machine = (message: { readonly texts: Readonly<Record<string, string>> } | undefined) =>
  JSON.parse(message?.texts.sqs ?? 'null');

describe('with a digest', () => {
  test('an alert of AlertAtOnceSeverity is sent at once, others wait, and one that waits is in the digest once', async () => {
    expect((await rig.run(eventLike('findings-basic'), withDigest)).published).toHaveLength(1);
    expect(waiting()).toBe(0);
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings: findings.slice(3) }));
    const event = eventLike('findings-basic', { 'finding-severity-counts': { HIGH: 1 } });
    expect((await rig.run(event, withDigest)).published).toEqual([]);
    // Delivered again by EventBridge; and to another instance of the function, which does not know of it.
    await rig.run(event, withDigest);
    expect(waiting()).toBe(1);
    const [kept] = rig.world.queue.messages;
    rig.world.queue.messages.push({ id: 'again', body: kept?.body ?? '', isHidden: false });
    const { published, thrown } = await rig.runDigest();
    expect({ thrown, waiting: waiting() }).toEqual({ thrown: undefined, waiting: 0 });
    expect(published.map(({ subject }) => subject)).toEqual([
      '[DIGEST] 1 alert about 1 repository, worst HIGH',
    ]);
    expect(published[0]?.attributes).toEqual({ kind: 'digest', severity: 'HIGH' });
    expect((await rig.runDigest()).published).toEqual([]);
  });

  test.each([
    ['', 'CRITICAL', 0],
    ['HIGH', 'HIGH', 1],
    ['HIGH', 'MEDIUM', 0],
    ['LOW', 'MEDIUM', 1],
  ])('AlertAtOnceSeverity "%s" sends %s at once %d times', async (AlertAtOnceSeverity, severity, times) => {
    const only = findings.filter((finding) => finding.severity === severity);
    rig.world.images.set(repository, usualImages({ status: 'COMPLETE', findings: only }));
    const event = eventLike('findings-basic', { 'finding-severity-counts': { [severity]: 1 } });
    const more = { ...withDigest, AlertAtOnceSeverity, AlertSeverity: 'LOW' };
    expect((await rig.run(event, more)).published).toHaveLength(times);
    expect(waiting()).toBe(1 - times);
  });

  test('NotifyOn: NewFindings counts new findings only: an old CRITICAL one makes a new HIGH one no more urgent', async () => {
    const image = usualImages({ status: 'COMPLETE', findings: findings.slice(2) });
    const previous = image.map((each, index) =>
      index === 1 ? { ...each, scan: { status: 'COMPLETE', findings: findings.slice(2, 3) } } : each,
    );
    rig.world.images.set(repository, previous);
    const event = eventLike('findings-basic', { 'finding-severity-counts': { CRITICAL: 1, HIGH: 1 } });
    const { published } = await rig.run(event, { ...withDigest, NotifyOn: 'NewFindings' });
    expect({ published, waiting: waiting() }).toEqual({ published: [], waiting: 1 });
  });

  test('findings that could not be read, of unknown severity, are sent at once', async () => {
    rig.world.faults.set('DescribeImageScanFindings', [denied]);
    const event = eventLike('findings-enhanced', { 'finding-severity-counts': null });
    const { published } = await rig.run(event, withDigest);
    expect(published[0]?.subject).toContain('[NOT READ] findings could not be read');
    expect(waiting()).toBe(0);
  });
});

describe('nothing is lost', () => {
  const fill = async (count: number) => {
    for (let index = 0; index < count; index += 1)
      await rig.run(eventLike('findings-basic'), { ...withDigest, AlertAtOnceSeverity: '' });
  };

  test.each(['ReceiveMessage', 'Publish', 'DeleteMessageBatch', 'SendMessage'])(
    'when %s fails for a while',
    async (operation) => {
      rig.world.faults.set(operation, [fault, fault]);
      await fill(2);
      const { published, thrown } = await rig.runDigest();
      expect({ thrown, waiting: waiting() }).toEqual({ thrown: undefined, waiting: 0 });
      expect(machine(published[0])).toMatchObject({ kind: 'digest', alerts: 2 });
    },
  );

  test('when the message is refused: the next attempt has the same alerts', async () => {
    await fill(12);
    rig.world.faults.set('Publish', [denied]);
    const first = await rig.runDigest();
    expect(first.published).toEqual([]);
    expect(first.thrown).toBeDefined();
    expect(rig.world.queue.messages.map(({ isHidden }) => isHidden)).toEqual(Array(12).fill(false));
    expect(machine((await rig.runDigest()).published[0])).toMatchObject({ alerts: 12 });
    expect(waiting()).toBe(0);
  });

  test('when the alerts cannot be deleted: it fails, and they come again', async () => {
    await fill(1);
    rig.world.faults.set('DeleteMessageBatch', [denied]);
    const { published, thrown } = await rig.runDigest();
    expect(published).toHaveLength(1);
    expect(String(thrown)).toContain('DeleteMessageBatch');
    // Shown, since the next attempt would otherwise find none, and succeed.
    expect(rig.world.queue.messages.map(({ isHidden }) => isHidden)).toEqual([false]);
  });

  test('when the message is not published in time: time is left to show the alerts again', async () => {
    await fill(12);
    rig.world.faults.set('Publish', Array(500).fill(fault));
    const { published, thrown } = await rig.runDigest({}, 7_000);
    rig.world.faults.clear();
    expect(published).toEqual([]);
    expect(thrown).toBeDefined();
    expect(rig.world.queue.messages.map(({ isHidden }) => isHidden)).toEqual(Array(12).fill(false));
  });

  test('when the alerts can also not be shown again: the reason is still the first', async () => {
    await fill(1);
    rig.world.faults.set('Publish', [denied]);
    rig.world.faults.set('ChangeMessageVisibilityBatch', [denied]);
    const { thrown } = await rig.runDigest();
    expect(String(thrown)).toMatch(/Publish.*; then: .*ChangeMessageVisibilityBatch/s);
    expect(waiting()).toBe(1);
  });

  test('when reading fails half-way: what was received is shown again', async () => {
    await fill(12);
    rig.world.faults.set('ReceiveMessage', [undefined, undefined, denied]);
    const { published, thrown } = await rig.runDigest();
    expect({ published, waiting: waiting() }).toEqual({ published: [], waiting: 12 });
    expect(thrown).toBeDefined();
    expect(rig.world.queue.messages.some(({ isHidden }) => isHidden)).toBe(false);
  });

  test('when the queue cannot be written: the event fails, so that Lambda keeps it', async () => {
    rig.world.faults.set('SendMessage', [denied]);
    const event = eventLike('findings-basic');
    const more = { ...withDigest, AlertAtOnceSeverity: '' };
    expect((await rig.run(event, more)).thrown).toBeDefined();
    expect((await rig.run(event, more)).thrown).toBeUndefined();
    expect(waiting()).toBe(1);
  });

  test('of a message whose problems are no texts: it counts without them', async () => {
    await fill(1);
    const [kept] = rig.world.queue.messages;
    const problems = [{ toString: 'x', valueOf: 'x' }, 'a problem'];
    const body = JSON.stringify({ ...JSON.parse(kept?.body ?? ''), event: 'another', problems });
    rig.world.queue.messages.push({ id: 'another', body, isHidden: false });
    const { published, thrown } = await rig.runDigest();
    expect(thrown).toBeUndefined();
    expect(machine(published[0])).toMatchObject({ alerts: 2, problems: ['a problem'] });
  });

  test('of a message that is none of its own: it stays, and the digest says so', async () => {
    await fill(1);
    for (const body of ['', 'no JSON', '{"event":"1"}', '[]'])
      rig.world.queue.messages.push({ id: body, body, isHidden: false });
    const { published, thrown } = await rig.runDigest();
    expect(thrown).toBeUndefined();
    expect(machine(published[0]).problems).toEqual([
      '4 messages of the queue hold no alert: they stay there until they expire',
    ]);
    expect(waiting()).toBe(4);
  });
});

test('HTTP and HTTPS endpoints get the JSON of queues where the parameter says so', async () => {
  const { published } = await rig.run(eventLike('findings-basic'), { AlertHttpsForm: 'Json' });
  const texts = published[0]?.texts;
  expect(texts?.https).toBe(texts?.sqs);
  expect(texts?.http).toBe(texts?.sqs);
  expect(published[0]?.bytes).toBeLessThanOrEqual(256 * 1024);
  const { thrown } = await rig.run(eventLike('findings-basic'), { AlertHttpsForm: 'Yaml' });
  expect(String(thrown)).toContain('AlertHttpsForm must be one of Chat, Json');
});

test('the digest says that nothing of AlertAtOnceSeverity is in it only where that is so', () => {
  const [given] = fc.sample(entry, 1);
  if (given === undefined) throw new Error('no entry');
  const textOf = (severity: 'CRITICAL' | 'HIGH') => {
    const digest = digestOf([{ ...given, severity }], 0, 'CRITICAL');
    return machine({ texts: JSON.parse(digestMessage(digest, 'Chat').body) }).text;
  };
  expect(textOf('HIGH')).toContain('Alerts of CRITICAL or worse were sent at once, and are not among these.');
  expect(textOf('CRITICAL')).toContain(
    'those listed here are suppressed, deleted, not new, or older than this setting.',
  );
});

const name = fc.stringMatching(/^[a-z0-9]{1,20}(\/[a-z0-9]{1,200})?$/);
const entry: fc.Arbitrary<DigestEntry> = fc.record({
  event: fc.uuid(),
  at: fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => date.toISOString()),
  kind: fc.constantFrom('findings', 'suppressed', 'failed', 'gone'),
  repository: name,
  digest: fc.stringMatching(/^sha256:[a-f0-9]{64}$/),
  tag: fc.option(fc.string({ maxLength: 128 })),
  scanner: fc.constantFrom('BASIC', 'ENHANCED'),
  severity: fc.option(fc.constantFrom(...severities)),
  counts: fc.dictionary(fc.constantFrom(...severities), fc.integer({ min: 1, max: 9_999 })),
  fresh: fc.option(fc.nat({ max: 999 })),
  isUnread: fc.boolean(),
  console: fc.webUrl(),
  problems: fc.array(fc.string({ maxLength: 300 }), { maxLength: 5 }),
});

describe('any digest', () => {
  test('becomes a message within the limits of SNS, whose counts add up', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 30 }),
        fc.constantFrom(1, 100),
        fc.constantFrom('Chat' as const, 'Json' as const),
        fc.constantFrom('"', '日', '\u3164'),
        (some, times, form, sign) => {
          // A fleet of thousands, as many times the same.
          const entries = Array.from({ length: times }, (_, index) =>
            some.map((each) => ({
              ...each,
              event: `${index} ${each.event}`,
              repository: `${each.repository}${'x'.repeat(200)}${index}`,
              problems: each.problems.map((problem) => `${index} ${problem}`.padEnd(300, sign)),
            })),
          ).flat();
          const digest = digestOf(entries, 0, 'CRITICAL');
          const { subject, body } = digestMessage(digest, form);
          expect(subject).toMatch(/^[ -~]{1,100}$/);
          expect(Buffer.byteLength(body)).toBeLessThanOrEqual(256 * 1024 - 2_048);
          const texts: unknown = JSON.parse(body);
          const json = JSON.parse(isObject(texts) ? String(texts.sqs) : '');
          expect(json.alerts).toBe(entries.length);
          expect(json.repositories.length + json.omitted).toBe(digest.rows.length);
          expect(json.problems.length + json.omittedProblems).toBe(digest.problems.length);
          expect(digest.rows.reduce((sum, { alerts }) => sum + alerts, 0)).toBe(entries.length);
        },
      ),
      { numRuns: runsOf({ share: 10, whole: 40 }) },
    );
  });

  test('is made of entries that the queue gives back as they were', () => {
    fc.assert(
      fc.property(entry, (given) => {
        expect(parseEntry(JSON.stringify(given))).toEqual(given);
      }),
    );
  });

  test('of any other text there is no entry', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseEntry(text)).toBeUndefined();
      }),
    );
  });
});
