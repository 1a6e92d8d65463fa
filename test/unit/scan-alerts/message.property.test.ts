import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isObject } from '../../../core/json.ts';
import { type Alert, alertOf, type ScanReport } from '../../../functions/scan-alerts/alert.ts';
import { messageOf } from '../../../functions/scan-alerts/message.ts';
import { countOf, isAtLeast, severities, thresholds } from '../../../functions/scan-alerts/severity.ts';
import { clip, newAgainst, type Vulnerability } from '../../../functions/scan-alerts/vulnerability.ts';

const numRuns = Number(process.env.PROPERTY_RUNS ?? 150);
const anyText = fc.string({ unit: 'binary', maxLength: 400 });
const finding: fc.Arbitrary<Vulnerability> = fc.record({
  id: fc.oneof(
    fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3'),
    anyText.map((text) => clip(text)),
  ),
  severity: fc.constantFrom(...severities),
  package: anyText.map((text) => clip(text)),
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
  problems: fc.array(anyText, { maxLength: 20 }),
});
const previous = { digest: `sha256:${'b'.repeat(64)}`, tags: ['v1'], pushedAt: '2026-11-01' };
const scanned = (most: number): fc.Arbitrary<ScanReport> =>
  fc.tuple(common, list(most), fc.option(list(30), { nil: undefined })).map(([rest, findings, before]) => ({
    ...rest,
    findings,
    compared: before && { with: 'previous image' as const, previous, findings: before },
  }));
const wish = fc.record({
  threshold: fc.constantFrom(...thresholds),
  notifyOn: fc.constantFrom('Threshold' as const, 'NewFindings' as const),
  suppressions: fc.constantFrom([], [{ id: 'cve-2026-1', until: '2026-12-31', reason: 'why' }]),
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
      fc.property(alert, (given) => {
        const { subject, body, attributes } = messageOf(given);
        expect(subject).toMatch(/^[ -~]{1,100}$/);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(256 * 1024 - 2_048);
        expect(Object.values(attributes).every((value) => value !== '')).toBe(true);
        const texts = parsed(body);
        expect(Object.keys(texts)).toEqual(['default', 'sqs', 'lambda', 'https']);
        expect(Object.values(texts).every((text) => typeof text === 'string' && text !== '')).toBe(true);
        const machine = parsed(texts.sqs);
        const chat = parsed(texts.https);
        expect(chat).toMatchObject({ version: '1.0', source: 'custom' });
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
          { ...rest, findings: [nasty], compared: undefined },
          { threshold: 'LOW', notifyOn: 'Threshold', suppressions: [], now: 0 },
        );
        if (made === undefined) throw new Error('nobody is told');
        const texts = parsed(messageOf(made).body);
        expect(String(texts.https)).not.toContain('<!channel');
        expect(String(texts.https)).not.toContain('<https://x');
        expect(String(texts.default)).toContain('<!channel> <https://x|y> &');
      }),
      { numRuns },
    );
  });
});

describe('any scan', () => {
  test('is told exactly when something that is not suppressed is as bad as the threshold (and new, where so asked)', () => {
    fc.assert(
      fc.property(scanned(20), wish, (given, asked) => {
        const isSuppressed = ({ id }: Vulnerability) =>
          asked.suppressions.some((each) => each.id.toUpperCase() === id.toUpperCase());
        const told = given.findings.filter((each) => !isSuppressed(each));
        const { compared } = given;
        const fresh = compared?.with === 'previous image' ? newAgainst(told, compared.findings) : told;
        const telling = asked.notifyOn === 'NewFindings' ? fresh : told;
        const made = alertOf(given, asked);
        expect(made !== undefined).toBe(telling.some(({ severity }) => isAtLeast(severity, asked.threshold)));
        if (made?.kind !== 'findings') return;
        const texts = (list: readonly Vulnerability[]) => list.map((each) => JSON.stringify(each)).toSorted();
        expect(texts(made.findings)).toEqual(texts(told));
        expect(made.findings.length + made.suppressed.length).toBe(given.findings.length);
        const ranks = made.findings.map(({ severity }) => severities.indexOf(severity));
        expect(ranks).toEqual(ranks.toSorted((one, other) => one - other));
      }),
      { numRuns: numRuns * 3 },
    );
  });
});
