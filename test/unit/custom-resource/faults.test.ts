import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { noPolicy } from '../../../core/settings/repository-settings.ts';
import { hashOfPolicy } from '../../../reconcile/hash.ts';
import { isInShare, isWhole } from '../../support/share.ts';
import { type Bench, inParallel, keysOf, type Outcome, type Run, startBench } from './support/bench.ts';
import { asClaimed, claimsIn } from './support/claims-records.ts';
import { breachesOfDelivery } from './support/contract.ts';
import { secretInUrl } from './support/events.ts';
import {
  busyFaults,
  type Fault,
  lastingFaults,
  passingAnswerFaults,
  passingFaults,
  refusals,
} from './support/faults.ts';
import type { Step } from './support/operations.ts';
import { imagesLike, safe, unsafe } from './support/registry.ts';

const isSlow = (fault: Fault) => /hang|stall/.test(fault);

/** A lifecycle policy that expires one image, which nobody pulled: so every kind of call is made. */
const LifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'the newest ones stay, whatever else there is',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 2 },
      action: { type: 'expire' },
    },
  ],
});
const properties = { OnDelete: 'Restore', LifecyclePolicy: { LifecyclePolicyText } };
const given = { before: unsafe, images: imagesLike(3), properties };

/** A step that a request makes, of several alike the one from which on it fails. */
interface At {
  readonly step: Step;
  readonly from?: number;
}

/** The requests, and the steps that each makes; those of its claims begin with the question whether to stop. */
const writing: readonly At[] = [
  { step: 'read claims' },
  { step: 'describe' },
  { step: 'read claims', from: 2 },
  { step: 'read lifecycle' },
  { step: 'start preview' },
  { step: 'see preview' },
  { step: 'see images' },
  { step: 'write claims' },
  { step: 'read claims', from: 3 },
  { step: 'put mutability' },
  { step: 'put scanning' },
  { step: 'put lifecycle' },
  { step: 'prove' },
  { step: 'see scanning' },
  { step: 'write claims', from: 2 },
];
const restoring: readonly At[] = [
  { step: 'read claims' },
  { step: 'write claims' },
  { step: 'find claims' },
  { step: 'describe' },
  { step: 'read lifecycle' },
  { step: 'write claims', from: 2 },
  { step: 'delete lifecycle' },
  { step: 'put scanning' },
  { step: 'put mutability' },
  { step: 'write claims', from: 3 },
];
const stepsOf = { create: writing, update: writing, delete: restoring } as const;

interface Case extends Run {
  readonly sample: 'create' | 'update' | 'delete';
  readonly remainingMs: number;
  readonly fault: At & { readonly fault: Fault; readonly times: number };
}

/** What DynamoDB alone answers, and only to such a step. */
const busyOf: Partial<Record<Step, readonly Fault[]>> = {
  'read claims': ['throughput exceeded', 'keys unprocessed'],
  'write claims': ['throughput exceeded', 'transaction conflict'],
  'find claims': ['throughput exceeded'],
};
/** What ECR alone answers. */
const ofEcr: readonly Fault[] = ['repository gone', 'blocked by the organisation'];
const isMeant = (step: Step, fault: Fault) => !(/claim/.test(step) && ofEcr.includes(fault));

const cases = (
  requests: readonly Case['sample'][],
  steps: (sample: Case['sample']) => readonly At[],
  faults: (step: Step) => readonly Fault[],
  times: (fault: Fault) => number,
  remainingMs: number,
): Case[] =>
  requests.flatMap((sample, row) =>
    steps(sample).flatMap((at, column) =>
      faults(at.step)
        .filter((fault) => isMeant(at.step, fault))
        .filter((_fault, index) => at.step === 'answer' || isInShare(5, row, column, index))
        .map((fault) => ({ sample, remainingMs, ...given, fault: { ...at, fault, times: times(fault) } })),
    ),
  );

const some = (fault: Fault) => (isSlow(fault) ? 1 : 2);
const always = () => Number.POSITIVE_INFINITY;
const everyRequest = ['create', 'update', 'delete'] as const;
const ofRequest = (sample: Case['sample']) => stepsOf[sample];
const ofAnswer = () => [{ step: 'answer' }] as const;
const passingAt = (step: Step): readonly Fault[] => [...passingFaults, ...(busyOf[step] ?? [])];

const passing = cases(everyRequest, ofRequest, passingAt, some, 16_000);
const endless = cases(['create', 'delete'], ofRequest, passingAt, always, 4_000);
const lasting = cases(everyRequest, ofRequest, () => lastingFaults, always, 24_000);
const unheardOnce = cases(everyRequest, ofAnswer, () => passingAnswerFaults, some, 16_000);
const unheard = cases(everyRequest, ofAnswer, () => passingAnswerFaults, always, 4_000);
const refused = cases(everyRequest, ofAnswer, () => refusals, always, 24_000);
const all = [...passing, ...endless, ...lasting, ...unheardOnce, ...unheard, ...refused];

/** How often the failing step was tried, from the first time that it failed. */
function triesOf({ fault: { step, from = 1 } }: Case, outcome: Outcome): number {
  if (step === 'answer') return outcome.deliveries.length;
  return outcome.calls.filter((call) => call.step === step && call.repository !== '*').length - (from - 1);
}

/** Whether a run had the time that its case needs; the tests below say what must have come of it. */
function isInTime(each: Case, outcome: Outcome): boolean {
  const { step, fault, times } = each.fault;
  const isHeardAtOnce = step === 'answer' && /within the body/.test(fault);
  const isRepeated = [...passingFaults, ...busyFaults].some((passing) => passing === fault) && !isHeardAtOnce;
  const hasEnded =
    times < Number.POSITIVE_INFINITY ? outcome.answer?.Status === 'SUCCESS' : outcome.leftMs > 0;
  const isHeard = isHeardAtOnce ? !isUnsent(outcome) : step === 'answer' || outcome.answer !== undefined;
  return hasEnded && isHeard && triesOf(each, outcome) >= (isRepeated ? 2 : 1);
}

/** Whether the function says that its response was not sent. */
function isUnsent({ event }: Outcome): boolean {
  const lines = bench.printed.filter((line) => line.includes(String(event.RequestId)));
  return lines.some((line) => line.includes('"response not sent"'));
}

/** What there is of a repository that a resource could change. */
interface Snapshot {
  readonly after: unknown;
  readonly lifecycleAfter: string | undefined;
  readonly tagsAfter: unknown;
  readonly claims: unknown;
}
const snapshotOf = ({
  after,
  lifecycleAfter,
  tagsAfter,
  claimsAfter,
}: Pick<Outcome, 'after' | 'lifecycleAfter' | 'tagsAfter' | 'claimsAfter'>): Snapshot => ({
  after,
  lifecycleAfter,
  tagsAfter,
  claims: claimsIn(claimsAfter),
});
const untouched: Snapshot = { after: unsafe, lifecycleAfter: undefined, tagsAfter: {}, claims: undefined };

let bench: Bench;
let outcomes: Map<Case, Outcome>;
/** What each case's repository was before the request that is failed. */
const starts = new Map<Case, Snapshot>();

/** Runs one, with more time where it was too short: other cases and other processes take some of it. */
async function runCase(each: Case): Promise<Outcome> {
  for (let factor = 1; ; factor *= 2) {
    const outcome = await runAttempt(each, factor);
    if (isInTime(each, outcome) || factor === 8) return outcome;
  }
}

/** Runs one with a multiple of its time; a Delete is that of a resource that was made before. Each attempt has a resource of its own, which nothing is left of. */
async function runAttempt(each: Case, factor: number): Promise<Outcome> {
  const { sample, fault, remainingMs } = each;
  const own = { LogicalResourceId: `Settings${all.indexOf(each)}x${factor}` };
  if (sample !== 'delete') {
    starts.set(each, untouched);
    const event = sample === 'create' ? own : { ...own, PhysicalResourceId: 'orders-Settings-1A2B' };
    return bench.run({ ...each, event, remainingMs: remainingMs * factor });
  }
  const made = await bench.run({ ...given, event: own, remainingMs: 60_000 });
  const { repository, answer } = made;
  starts.set(each, snapshotOf(made));
  const event = { ...own, PhysicalResourceId: answer?.PhysicalResourceId };
  return bench.run({ sample, repository, properties, event, fault, remainingMs: remainingMs * factor });
}

beforeAll(async () => {
  bench = await startBench();
  // The first run loads the SDK, which no case's time is to pay for.
  await bench.run({ ...given, remainingMs: 60_000 });
  outcomes = await inParallel(all, 60, runCase);
}, 1_800_000);

afterAll(() => bench.stop());

const title = ({ sample, fault: { step, from = 1, fault, times } }: Case): string =>
  `${sample}: ${step} ${from === 1 ? '' : `(${from}) `}${fault}, ${times === Number.POSITIVE_INFINITY ? 'always' : `${times} times`}`;

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
  else if (outcome.answer?.Status === 'FAILED') {
    const isLeft = String(outcome.answer.Reason).includes('NOT PUT BACK');
    expect(id).toMatch(isLeft ? /-not-put-back$/ : /-not-created-[0-9a-f]{16}$/);
  }
  return outcome;
}

/** A failure leaves the repository as it was, or names each setting that is not. */
function expectNothingUntold(each: Case, outcome: Outcome): void {
  expect(outcome.answer).toMatchObject({ Status: 'FAILED' });
  // Where the repository is gone nothing can be between.
  if (each.fault.fault === 'repository gone') return;
  const start = starts.get(each);
  const reason = String(outcome.answer?.Reason);
  const now = snapshotOf(outcome);
  if (JSON.stringify(now) === JSON.stringify(start)) return;
  expect(reason).toContain('NOT PUT BACK: ');
  const before = { ...unsafe, ...Object(start?.after) };
  if (outcome.after?.mutability !== before.mutability) expect(reason).toContain('ImageTagMutability');
  if (outcome.after?.scanOnPush !== before.scanOnPush) expect(reason).toContain('ImageScanningConfiguration');
  if (now.lifecycleAfter !== start?.lifecycleAfter) expect(reason).toContain('LifecyclePolicy');
  // A record whose settings are between keeps what they were before, and whoever comes next undoes it first.
  const isKept = outcome.claimsAfter?.inFlight !== undefined && reason.includes(` of ${outcome.repository}`);
  if (JSON.stringify(now.claims) !== JSON.stringify(start?.claims) && !isKept)
    expect(reason).toMatch(/NOT PUT BACK: .*claims/);
  expect(now.tagsAfter).toEqual(start?.tagsAfter);
}

/** What a request comes to when nothing fails. */
function expectDone(each: Case, outcome: Outcome): void {
  expect(outcome.answer).toMatchObject({ Status: 'SUCCESS' });
  if (each.sample === 'delete') expect(snapshotOf(outcome)).toEqual(untouched);
  else {
    expect(outcome).toMatchObject({ after: safe, lifecycleAfter: LifecyclePolicyText });
    expect(claimsIn(outcome.claimsAfter)).toMatchObject({
      original: asClaimed(unsafe, noPolicy),
      claims: [{ set: asClaimed(safe, hashOfPolicy(LifecyclePolicyText)) }],
      inFlight: undefined,
    });
  }
}

describe('a fault that passes costs time and never a setting', () => {
  test.each(named(passing))('%s', (_title, each) => {
    const outcome = expectOneAnswer(each);
    expectDone(each, outcome);
    // On a busy machine an attempt more can take too long.
    expect(triesOf(each, outcome)).toBeGreaterThan(each.fault.times);
  });
});

describe('a fault that does not pass ends in an answer before the time-out, which names what was written', () => {
  test.each(named(endless))('%s', (_title, each) => {
    const outcome = expectOneAnswer(each);
    expectNothingUntold(each, outcome);
    expect(outcome.answer?.Reason).toMatch(/^The function ran out of time/);
    expect(triesOf(each, outcome)).toBeGreaterThan(1);
  });
});

describe('a refusal is answered, which names what was written, and is not tried again', () => {
  test.each(named(lasting))('%s', (_title, each) => {
    const outcome = expectOneAnswer(each);
    const isGone = each.fault.fault === 'repository gone';
    // A repository that is gone has nothing to be given back.
    if (each.sample === 'delete' && isGone) expect(outcome.answer).toMatchObject({ Status: 'SUCCESS' });
    else expectNothingUntold(each, outcome);
    // Putting back may be the same call; what is not found yet may have been created just now.
    const { step } = each.fault;
    const isTriedAgain = isGone || /^(put|write|delete)/.test(step);
    const tries = triesOf(each, outcome);
    expect(tries).toBeGreaterThanOrEqual(1);
    if (!isTriedAgain) expect(tries).toBe(1);
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
    expect(isUnsent(outcome)).toBe(!/within the body/.test(each.fault.fault));
  });
});

test('no call reaches ECR or DynamoDB after the answer', () => {
  for (const { repository, event, deliveries } of outcomes.values()) {
    const answeredAt = Math.min(...deliveries.map(({ at }) => at));
    const about = [repository, ...keysOf(event)];
    const late = bench.server.calls.filter((call) => about.includes(call.repository) && call.at > answeredAt);
    expect(late).toEqual([]);
  }
});

test('nothing that was printed holds the secret of a ResponseURL', () => {
  expect(bench.printed.length).toBeGreaterThan(all.length);
  expect(bench.printed.filter((line) => line.includes(secretInUrl) || line.includes('?'))).toEqual([]);
});

// `npm test` runs a fifth of the cases, in which each step and each fault is; `npm run test:chaos` runs all of them.
test('every case ran', () => {
  expect({ passing: passing.length, endless: endless.length, lasting: lasting.length }).toEqual(
    isWhole ? { passing: 429, endless: 269, lasting: 210 } : { passing: 84, endless: 53, lasting: 44 },
  );
  expect(outcomes.size).toBe(all.length);
  expect(all.length).toBe(isWhole ? 968 : 241);
  expect(new Set(all.map(({ fault: { step, from } }) => `${step} ${from}`)).size).toBe(19);
  expect(new Set(all.map(({ fault: { fault } }) => fault)).size).toBe(23);
});
