/** Faults of the calls that read and write several records at once: BatchGetItem and TransactWriteItems. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isInShare } from '../../support/share.ts';
import { type Bench, inParallel, type Outcome, startBench } from './support/bench.ts';
import { claimsIn, recordOf } from './support/claims-records.ts';
import { breachesOfDelivery } from './support/contract.ts';
import { busyFaults, type Fault, passingFaults } from './support/faults.ts';
import type { Step } from './support/operations.ts';
import { type Settings, safe, unsafe } from './support/registry.ts';

const passingReads: readonly Fault[] = [...passingFaults, 'throughput exceeded', 'keys unprocessed'];
const passingWrites: readonly Fault[] = [
  ...passingFaults,
  ...busyFaults.filter((fault) => fault !== 'keys unprocessed'),
];
const lasting: readonly Fault[] = ['access denied', 'invalid parameter', 'unknown error', 'late garbage'];

interface Case {
  readonly sample: 'create' | 'delete';
  readonly step: Step;
  readonly from: number;
  readonly fault: Fault;
  readonly times: number;
}

/** Where several records are read or written at once; what comes before is the question whether to stop. */
const places: readonly Pick<Case, 'sample' | 'step' | 'from'>[] = [
  { sample: 'create', step: 'read claims', from: 2 },
  { sample: 'create', step: 'write claims', from: 1 },
  { sample: 'create', step: 'write claims', from: 2 },
  { sample: 'delete', step: 'write claims', from: 2 },
  { sample: 'delete', step: 'write claims', from: 3 },
];
const isSlow = (fault: Fault) => /hang|stall/.test(fault);
const always = Number.POSITIVE_INFINITY;
const casesOf = (times: (fault: Fault) => number, faults?: readonly Fault[]): readonly Case[] =>
  places.flatMap((place, row) =>
    (faults ?? (place.step === 'read claims' ? passingReads : passingWrites))
      .filter((_fault, index) => isInShare(3, row, index))
      .map((fault) => ({ ...place, fault, times: times(fault) })),
  );
const passing = casesOf((fault) => (isSlow(fault) ? 1 : 2));
const endless = [...casesOf(() => always), ...casesOf(() => always, lasting)];
const all = [...passing, ...endless];

let bench: Bench;

interface Snapshot {
  readonly settings: readonly (Settings | undefined)[];
  readonly claims: readonly unknown[];
}

function snapshotOf({ repository, after, othersAfter }: Outcome): Snapshot {
  const names = [repository, `${repository}/b`];
  return {
    settings: [after, othersAfter.b],
    claims: names.map((name) => claimsIn(recordOf(bench.server.claims, name))),
  };
}

interface Ran {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly outcome: Outcome;
}
let ran: Map<Case, Ran>;

const properties = (repository: string) => ({
  RepositoryName: undefined,
  RepositoryNames: [repository, `${repository}/b`],
  OnDelete: 'Restore',
});

async function runCase(each: Case): Promise<Ran> {
  const { sample, step, from, fault, times } = each;
  const untouched: Snapshot = { settings: [unsafe, unsafe], claims: [undefined, undefined] };
  for (let factor = 1; ; factor *= 2) {
    // Each attempt has a resource of its own.
    const event = { LogicalResourceId: `Settings${all.indexOf(each)}x${factor}` };
    const run = { properties, event, fault: { step, from, fault, times } };
    const given = { before: unsafe, others: { b: unsafe } };
    const remainingMs = factor * (times === always ? 4_000 : 16_000);
    const made =
      sample === 'delete' ? await bench.run({ ...given, properties, event, remainingMs: 60_000 }) : undefined;
    const before = made === undefined ? untouched : snapshotOf(made);
    const outcome =
      made === undefined
        ? await bench.run({ ...run, ...given, remainingMs })
        : await bench.run({
            ...run,
            sample,
            repository: made.repository,
            event: { ...event, PhysicalResourceId: made.answer?.PhysicalResourceId },
            remainingMs,
          });
    const isInTime = times === always ? outcome.leftMs > 0 : outcome.answer?.Status === 'SUCCESS';
    // Other cases and other processes take some of the time.
    if (isInTime || factor === 8) return { before, after: snapshotOf(outcome), outcome };
  }
}

beforeAll(async () => {
  bench = await startBench();
  await bench.run({ before: unsafe, remainingMs: 60_000 });
  ran = await inParallel(all, 20, runCase);
}, 240_000);

afterAll(() => bench.stop());

const named = (list: readonly Case[]): [string, Case][] =>
  list.map((each) => [`${each.sample}: ${each.step} (${each.from}) ${each.fault}`, each]);

/** What holds whatever happens. */
function expectOneAnswer(each: Case): Ran {
  const found = ran.get(each);
  if (found === undefined) throw new Error('the case did not run');
  const { outcome } = found;
  expect(outcome.thrown).toBeUndefined();
  expect(new Set(outcome.deliveries.map(({ body }) => body.toString())).size).toBe(1);
  expect(outcome.deliveries.flatMap((delivery) => breachesOfDelivery(delivery, outcome.event))).toEqual([]);
  expect(outcome.leftMs).toBeGreaterThan(0);
  return found;
}

describe('a fault of several records at once that passes costs time and never a setting', () => {
  test.each(named(passing))('%s', (_title, each) => {
    const { outcome, after } = expectOneAnswer(each);
    expect(outcome.answer).toMatchObject({ Status: 'SUCCESS' });
    const wanted = each.sample === 'delete' ? unsafe : safe;
    expect(after.settings).toEqual([wanted, wanted]);
    for (const claims of after.claims)
      if (each.sample === 'delete') expect(claims).toBeUndefined();
      else expect(claims).toMatchObject({ claims: [{}], inFlight: undefined });
    expect(outcome.calls.map(({ operation }) => operation)).toContain(
      each.step === 'read claims' ? 'BatchGetItem' : 'TransactWriteItems',
    );
  });
});

describe('one that does not pass is answered, and leaves everything as it was or names what is not', () => {
  test.each(named(endless))('%s', (_title, each) => {
    const { outcome, before, after } = expectOneAnswer(each);
    expect(outcome.answer).toMatchObject({ Status: 'FAILED' });
    if (JSON.stringify(after) !== JSON.stringify(before))
      expect(outcome.answer?.Reason).toMatch(/NOT PUT BACK: .*claims/);
    // The settings themselves are always put back: ECR answers.
    expect(after.settings).toEqual(before.settings);
  });
});
