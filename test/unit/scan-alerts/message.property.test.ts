import { describe, expect, test } from '@jest/globals';
import { isObject } from '../../../core/json.ts';
import { type Alert, alertOf, type ScanReport } from '../../../functions/scan-alerts/alert.ts';
import { messageOf } from '../../../functions/scan-alerts/message.ts';
import {
  countOf,
  isAtLeast,
  type Severity,
  severities,
  thresholds,
} from '../../../functions/scan-alerts/severity.ts';
import { clip, newAgainst, type Vulnerability } from '../../../functions/scan-alerts/vulnerability.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';

const numRuns = runsOf({ share: 50, whole: 150 });
const anyText = fc.string({ unit: 'binary', maxLength: 400 });
const finding: fc.Arbitrary<Vulnerability> = fc.record({
  id: fc.oneof(
    fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3'),
    anyText.map((text) => clip(text)),
  ),
  severity: fc.constantFrom(...severities),
  package: fc.oneof(
    anyText.map((text) => clip(text)),
    fc.constant('not \uffff a character'),
  ),
  installed: anyText.map((text) => clip(text)),
  fixed: fc.oneof(
    anyText.map((text) => clip(text)),
    fc.constant(null),
    fc.constant(undefined),
  ),
  url: fc.option(
    anyText.map((text) => clip(text)),
    { nil: undefined },
  ),
});
const list = (maxLength: number) => fc.array(finding, { maxLength, size: 'max' });
const tags = fc.array(fc.string({ unit: fc.constantFrom(...'aZ09._-é'), minLength: 1, maxLength: 128 }), {
  maxLength: 1_000,
});
const common = fc.record({
  image: fc.record({
    account: fc.constant('123456789012'),
    region: fc.constantFrom('us-east-1', 'cn-north-1', 'us-gov-west-1'),
    repository: fc.string({ unit: fc.constantFrom(...'a0/-'), minLength: 2, maxLength: 256 }),
    digest: fc.constant(`sha256:${'a'.repeat(64)}`),
    tags,
  }),
  commit: fc.constant(undefined),
  scanner: fc.constantFrom('BASIC' as const, 'ENHANCED' as const),
  console: fc.constant('https://console'),
  problems: fc.oneof(
    fc.array(anyText, { maxLength: 20 }),
    // Tags of a repository that others have made as long as they could.
    fc.constantFrom('日', '"', '\u3164').map((sign) => Array.from({ length: 50 }, () => sign.repeat(250))),
  ),
  eventCounts: fc.option(
    fc.record(Object.fromEntries(severities.map((each) => [each, fc.nat({ max: 100 })])), {
      requiredKeys: [],
    }),
    { nil: undefined },
  ),
});
const previous = { digest: `sha256:${'b'.repeat(64)}`, tags: ['v1'], pushedAt: '2026-11-01' };
/** Everything was read. */
const wholly = { suppressedByInspector: [], hasClosed: false, failure: undefined };
const scanned = (most: number): fc.Arbitrary<ScanReport> =>
  fc.tuple(common, list(most), fc.option(list(30), { nil: undefined })).map(([rest, findings, before]) => ({
    ...rest,
    ...wholly,
    findings,
    readCounts: countOf(findings),
    compared: before && {
      ...{ with: 'previous image' as const, previous },
      ...{ findings: before, suppressedByInspector: [] },
    },
  }));
const wish = fc.record({
  threshold: fc.constantFrom(...thresholds),
  notifyOn: fc.constantFrom('Threshold' as const, 'NewFindings' as const),
  suppressions: fc.constantFrom([], [{ id: 'cve-2026-1', until: '2026-12-31', reason: 'why', by: 'a tag' }]),
  now: fc.constant(Date.parse('2026-11-25')),
});
const alert: fc.Arbitrary<Alert> = fc
  .oneof(
    fc
      .tuple(scanned(2_000), wish)
      .map(([given, asked]) => alertOf(given, { ...asked, notifyOn: 'Threshold' })),
    fc
      .tuple(common, anyText)
      .map(([rest, reason]) => ({ kind: 'failed' as const, ...rest, status: 'FAILED', reason })),
    fc.tuple(common, list(5)).map(([rest, findings]) => ({
      kind: 'gone' as const,
      ...rest,
      threshold: 'LOW' as const,
      counts: countOf(findings),
      missing: 'either' as const,
    })),
  )
  .filter((each) => each !== undefined);

const parsed = (text: unknown): Readonly<Record<string, unknown>> => {
  const value: unknown = JSON.parse(String(text));
  return isObject(value) ? value : {};
};

describe('any alert', () => {
  test('becomes a message within the limits of SNS, whose counts add up', () => {
    fc.assert(
      fc.property(alert, fc.constantFrom('Chat' as const, 'Json' as const), (given, form) => {
        const { subject, body, attributes } = messageOf(given, form);
        expect(subject).toMatch(/^[ -~]{1,100}$/);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(256 * 1024 - 2_048);
        expect(Object.values(attributes).every((value) => value !== '')).toBe(true);
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
        expect(body).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u);
        const texts = parsed(body);
        expect(Object.keys(texts)).toEqual([
          ...['default', 'sqs', 'lambda'],
          ...(form === 'Json' ? ['http', 'https'] : ['https']),
        ]);
        expect(Object.values(texts).every((text) => typeof text === 'string' && text !== '')).toBe(true);
        const machine = parsed(texts.sqs);
        const chat = parsed(texts.https);
        expect(chat).toMatchObject(form === 'Json' ? machine : { version: '1.0', source: 'custom' });
        const { problems, omittedProblems } = machine;
        expect((Array.isArray(problems) ? problems.length : -1) + Number(omittedProblems)).toBe(
          given.problems.length,
        );
        if (given.kind !== 'findings') return;
        const counts = Object.values(Object(machine.counts)).reduce(
          (sum: number, count) => sum + Number(count),
          0,
        );
        const named = Array.isArray(machine.findings) ? machine.findings.length : -1;
        expect(counts).toBe(given.findings.length);
        expect(named + Number(machine.omitted)).toBe(given.findings.length);
        expect(machine.suppressed).toBe(given.suppressed.length);
      }),
      { numRuns },
    );
  });

  test('has no text that a stranger could make into a mention, a link or another line', () => {
    fc.assert(
      fc.property(common, finding, (rest, one) => {
        const nasty = { ...one, severity: 'CRITICAL' as const, package: clip('<!channel>\n<https://x|y> &') };
        const made = alertOf(
          { ...rest, ...wholly, findings: [nasty], readCounts: countOf([nasty]), compared: undefined },
          { threshold: 'LOW', notifyOn: 'Threshold', suppressions: [], now: 0 },
        );
        if (made === undefined) throw new Error('nobody is told');
        const texts = parsed(messageOf(made, 'Chat').body);
        expect(String(texts.https)).not.toContain('<!channel');
        expect(String(texts.https)).not.toContain('<https://x');
        expect(String(texts.default)).toContain('<!channel> <https://x|y> &');
      }),
      { numRuns },
    );
  });

  test('has a length that a chat application takes, whatever packages are named', () => {
    const name = '&'.repeat(1000);
    fc.assert(
      fc.property(common, finding, (rest, one) => {
        const findings = Array.from({ length: 10 }, (_, index) => ({
          ...{ ...one, id: `CVE-2026-${index}`, severity: 'CRITICAL' as const },
          ...{ package: clip(name), installed: clip(name), fixed: clip(name) },
        }));
        const made = alertOf(
          { ...rest, ...wholly, findings, readCounts: countOf(findings), compared: undefined },
          { threshold: 'LOW', notifyOn: 'Threshold', suppressions: [], now: 0 },
        );
        if (made === undefined) throw new Error('nobody is notified');
        const { content } = parsed(parsed(messageOf(made, 'Chat').body).https);
        const { description, nextSteps } = isObject(content) ? content : {};
        expect(String(description).length).toBeLessThanOrEqual(8_000);
        expect(String(description)).toContain('CVE-2026-0');
        expect(String(nextSteps).length).toBeLessThan(3_000);
      }),
      { numRuns },
    );
  });

  test('forges nothing in a chat application that reads Markdown, and steers no terminal', () => {
    const signs = fc.constantFrom(
      ...'[]()*`<>@!|',
      '@here',
      '@Channel',
      '](https://evil.example)',
      '\u202e',
      '\u001b[2J',
      '\n',
    );
    const text = fc.array(signs, { maxLength: 20 }).map((each) => each.join(''));
    fc.assert(
      fc.property(common, finding, text, (rest, one, nasty) => {
        const findings = [
          {
            ...{ ...one, severity: 'CRITICAL' as const },
            ...{ id: nasty, package: nasty, installed: nasty, fixed: nasty },
          },
        ];
        const made = alertOf(
          { ...rest, ...wholly, findings, readCounts: countOf(findings), compared: undefined },
          { threshold: 'LOW', notifyOn: 'Threshold', suppressions: [], now: 0 },
        );
        if (made === undefined) throw new Error('nobody is notified');
        const texts = parsed(messageOf(made, 'Chat').body);
        const { content } = parsed(texts.https);
        const { description, nextSteps } = isObject(content) ? content : {};
        const [, ...lines] = String(description).split('\n');
        const shown = [...lines, String(Array.isArray(nextSteps) ? nextSteps[0] : '')].join(' ');
        expect(shown).not.toMatch(/[[\]*<>`]|@(here|channel)|:\/\//i);
        expect(String(texts.default)).not.toContain('\u202e');
        expect([...String(texts.default)].filter((each) => each < ' ' && each !== '\n')).toEqual([]);
      }),
      { numRuns },
    );
  });
});

describe('any scan', () => {
  const reported = (
    given: ScanReport,
    asked: { readonly suppressions: readonly { readonly id: string }[] },
  ) =>
    given.findings.filter(
      ({ id }) => !asked.suppressions.some((each) => each.id.toUpperCase() === id.toUpperCase()),
    );
  const texts = (list: readonly Vulnerability[]) => list.map((each) => JSON.stringify(each)).toSorted();

  test('is reported exactly when a finding is as severe as the threshold (and new, where so asked), suppressed ones as such', () => {
    fc.assert(
      fc.property(scanned(20), wish, (read, asked) => {
        const given = { ...read, eventCounts: read.eventCounts && read.readCounts };
        const { compared } = given;
        const isNotified = (list: readonly Vulnerability[]) => {
          const fresh = compared?.with === 'previous image' ? newAgainst(list, compared.findings) : list;
          const notifying = asked.notifyOn === 'NewFindings' ? fresh : list;
          return notifying.some(({ severity }) => isAtLeast(severity, asked.threshold));
        };
        const told = reported(given, asked);
        const quiet = given.findings.filter((each) => !told.includes(each));
        const isSilent = told.some(({ severity }) => isAtLeast(severity, asked.threshold));
        const expected = isNotified(told)
          ? 'findings'
          : !isSilent && isNotified(quiet)
            ? 'suppressed'
            : undefined;
        const made = alertOf(given, asked);
        expect(made?.kind).toBe(expected);
        if (made?.kind === 'suppressed')
          expect(texts(made.suppressed.map(({ finding }) => finding))).toEqual(texts(quiet));
        if (made?.kind !== 'findings') return;
        expect(made.unread).toBeUndefined();
        expect(texts(made.findings)).toEqual(texts(told));
        expect(made.findings.length + made.suppressed.length).toBe(given.findings.length);
        const ranks = made.findings.map(({ severity }) => severities.indexOf(severity));
        expect(ranks).toEqual(ranks.toSorted((one, other) => one - other));
      }),
      { numRuns: numRuns * 3 },
    );
  });

  test('whose event counts more than was read is reported with the counts of the event, whatever is suppressed', () => {
    const failure = fc.option(fc.constant('DescribeImageScanFindings failed'), { nil: undefined });
    fc.assert(
      fc.property(scanned(20), wish, fc.nat({ max: 9 }), failure, (read, asked, more, reason) => {
        const eventCounts = { ...read.readCounts };
        eventCounts[asked.threshold] += more;
        const made = alertOf({ ...read, eventCounts, failure: reason }, asked);
        if (more === 0) return;
        if (made?.kind !== 'findings') throw new Error(`reported as ${made?.kind}`);
        const all = given(eventCounts, asked.threshold);
        expect(made.unread?.read).toBe(all - more);
        expect(made.eventCounts).toEqual(eventCounts);
        const { subject, body, attributes } = messageOf(made, 'Chat');
        expect(subject).toContain(`] ${all} finding`);
        expect(subject).toContain(`, ${all - more} read`);
        expect(attributes.severity).toBeDefined();
        expect(parsed(parsed(body).sqs)).toMatchObject({ eventCounts, unread: { read: all - more } });
      }),
      { numRuns },
    );
  });

  const given = (counts: Readonly<Record<string, number>>, threshold: Severity) =>
    severities.reduce(
      (sum, each) =>
        sum +
        (isAtLeast(each, threshold) || (threshold === 'LOW' && each === 'UNRATED') ? (counts[each] ?? 0) : 0),
      0,
    );
});
