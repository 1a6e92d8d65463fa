import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, inParallel, type Outcome, type Run, startBench } from './support/bench.ts';
import { breachesOfDelivery } from './support/contract.ts';
import { secretInUrl } from './support/events.ts';
import { type Fault, lastingFaults, passingAnswerFaults, passingFaults, refusals } from './support/faults.ts';
import { safe, unsafe } from './support/registry.ts';
import type { Step } from './support/server.ts';

const ecrSteps = ['describe', 'put mutability', 'put scanning', 'prove', 'see scanning'] as const;
const isSlow = (fault: Fault) => /hang|stall/.test(fault);

interface Case extends Run {
  readonly sample: 'create' | 'update' | 'delete';
  readonly remainingMs: number;
  readonly fault: { readonly step: Step; readonly fault: Fault; readonly times: number };
}

const cases = (
  requests: readonly Case['sample'][],
  steps: readonly Step[],
  faults: readonly Fault[],
  times: (fault: Fault) => number,
  remainingMs: number,
): Case[] =>
  requests.flatMap((sample) =>
    steps.flatMap((step) =>
      faults.map((fault) => ({
        sample,
        remainingMs,
        before: unsafe,
        fault: { step, fault, times: times(fault) },
      })),
    ),
  );

const some = (fault: Fault) => (isSlow(fault) ? 1 : 2);
const always = () => Number.POSITIVE_INFINITY;
const writers = ['create', 'update'] as const;
const everyRequest = ['create', 'update', 'delete'] as const;

const passing = cases(writers, ecrSteps, passingFaults, some, 8_000);
const endless = cases(writers, ecrSteps, passingFaults, always, 4_000);
const lasting = cases(writers, ecrSteps, lastingFaults, always, 8_000);
const unheardOnce = cases(everyRequest, ['answer'], passingAnswerFaults, some, 8_000);
const unheard = cases(everyRequest, ['answer'], passingAnswerFaults, always, 4_000);
const refused = cases(everyRequest, ['answer'], refusals, always, 8_000);
const all = [...passing, ...endless, ...lasting, ...unheardOnce, ...unheard, ...refused];

/** Whether a run had the time that its case needs; the tests below say what must have come of it. */
function isInTime({ fault: { step, fault, times } }: Case, outcome: Outcome): boolean {
  const tries = step === 'answer' ? outcome.deliveries : outcome.steps.filter((each) => each === step);
  const isHeardAtOnce = step === 'answer' && /within the body/.test(fault);
  const isRepeated = passingFaults.some((passing) => passing === fault) && !isHeardAtOnce;
  const hasEnded =
    times < Number.POSITIVE_INFINITY ? outcome.answer?.Status === 'SUCCESS' : outcome.leftMs > 0;
  const isHeard = step === 'answer' || outcome.answer !== undefined;
  return hasEnded && isHeard && tries.length >= (isRepeated ? 2 : 1);
}

let bench: Bench;
let outcomes: Map<Case, Outcome>;

beforeAll(async () => {
  bench = await startBench();
  // The first run loads the SDK, which no case's time is to pay for.
  await bench.run({ before: unsafe, remainingMs: 60_000 });
  outcomes = await inParallel(all, 40, (each) => bench.runInTime(each, (outcome) => isInTime(each, outcome)));
}, 300_000);

afterAll(() => bench.stop());

const title = ({ sample, fault: { step, fault, times } }: Case): string =>
  `${sample}: ${step} ${fault}, ${times === Number.POSITIVE_INFINITY ? 'always' : `${times} times`}`;

const named = (list: readonly Case[]): [string, Case][] => list.map((each) => [title(each), each]);

function outcomeOf(each: Case): Outcome {
  const outcome = outcomes.get(each);
  if (outcome === undefined) throw new Error('the case did not run');
  return outcome;
}

/** What holds after every case in which CloudFormation could hear the handler at all. */
function expectOneAnswer(each: Case): Outcome {
  const outcome = outcomeOf(each);
  expect(outcome.thrown).toBeUndefined();
  expect(outcome.deliveries.flatMap((delivery) => breachesOfDelivery(delivery, outcome.event))).toEqual([]);
  expect(new Set(outcome.deliveries.map(({ body }) => body.toString())).size).toBe(1);
  expect(outcome.answer).toBeDefined();
  expect(outcome.leftMs).toBeGreaterThan(0);
  const id = String(outcome.answer?.PhysicalResourceId);
  if (each.sample !== 'create') expect(id).toBe(outcome.event.PhysicalResourceId);
  else if (outcome.answer?.Status === 'FAILED') expect(id).toMatch(/-not-created$/);
  return outcome;
}

/** A failure leaves the repository as it was, or names each setting that is not. */
function expectNothingUntold(outcome: Outcome): void {
  expect(outcome.answer).toMatchObject({ Status: 'FAILED' });
  const reason = String(outcome.answer?.Reason);
  if (outcome.after?.mutability !== unsafe.mutability) expect(reason).toContain('ImageTagMutability');
  if (outcome.after?.scanOnPush !== unsafe.scanOnPush) expect(reason).toContain('ImageScanningConfiguration');
  expect([safe, unsafe]).toContainEqual({
    ...outcome.after,
    scanOnPush: outcome.after?.mutability === safe.mutability,
  });
}

describe('a fault that passes costs time and never a setting', () => {
  test.each(named(passing))('%s', (_title, each) => {
    const outcome = expectOneAnswer(each);
    expect(outcome.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(outcome.after).toEqual(safe);
    // On a busy machine an attempt more can take too long.
    expect(outcome.steps.filter((step) => step === each.fault.step).length).toBeGreaterThan(each.fault.times);
  });
});

describe('a fault that does not pass ends in an answer before the time-out, which names what was written', () => {
  test.each(named(endless))('%s', (_title, each) => {
    const outcome = expectOneAnswer(each);
    expectNothingUntold(outcome);
    expect(outcome.answer?.Reason).toMatch(/^The function ran out of time/);
    expect(outcome.steps.filter((step) => step === each.fault.step).length).toBeGreaterThan(1);
  });
});

describe('a refusal is answered, which names what was written, and is not tried again', () => {
  test.each(named(lasting))('%s', (_title, each) => {
    const outcome = expectOneAnswer(each);
    expectNothingUntold(outcome);
    const isReading = each.fault.step === 'describe' || each.fault.step === 'prove';
    // A repository that is not found yet may have been created just now.
    const tries = outcome.steps.filter((step) => step === each.fault.step).length;
    if (isReading && each.fault.fault === 'repository gone') expect(tries).toBeGreaterThan(1);
    else expect(tries).toBe(1);
  });
});

describe('an answer that passing faults keep from CloudFormation is sent again', () => {
  test.each(named(unheardOnce))('%s', (_title, each) => {
    const outcome = expectOneAnswer(each);
    expect(outcome.answer).toMatchObject({ Status: 'SUCCESS' });
    // The status has come before the body fails.
    const isHeardAtOnce = /within the body/.test(each.fault.fault);
    if (isHeardAtOnce) expect(outcome.deliveries).toHaveLength(1);
    else expect(outcome.deliveries.length).toBeGreaterThan(each.fault.times);
  });
});

describe('an answer that CloudFormation never takes ends before the time-out', () => {
  test.each(named([...unheard, ...refused]))('%s', (_title, each) => {
    const outcome = outcomeOf(each);
    expect(outcome.thrown).toBeUndefined();
    expect(outcome.leftMs).toBeGreaterThan(0);
    expect(outcome.deliveries.flatMap((delivery) => breachesOfDelivery(delivery, outcome.event))).toEqual([]);
    const isFinal = /^status|within the body/.test(each.fault.fault);
    if (isFinal) expect(outcome.deliveries).toHaveLength(1);
    else expect(outcome.deliveries.length).toBeGreaterThan(1);
    const lines = bench.printed.filter((line) => line.includes(String(outcome.event.RequestId)));
    const isUnheard = !/within the body/.test(each.fault.fault);
    expect(lines.some((line) => line.includes('"not answered"'))).toBe(isUnheard);
  });
});

test('no call reaches ECR after the answer', () => {
  for (const { repository, deliveries } of outcomes.values()) {
    const answeredAt = Math.min(...deliveries.map(({ at }) => at));
    const late = bench.server.calls.filter((call) => call.repository === repository && call.at > answeredAt);
    expect(late).toEqual([]);
  }
});

test('nothing that was printed holds the secret of a ResponseURL', () => {
  expect(bench.printed.length).toBeGreaterThan(all.length);
  expect(bench.printed.filter((line) => line.includes(secretInUrl) || line.includes('?'))).toEqual([]);
});
