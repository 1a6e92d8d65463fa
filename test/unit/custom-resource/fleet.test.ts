import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { type Plan, planRepository } from '../../../reconcile/plan.ts';
import { outOfTime } from '../../../reconcile/time-budget.ts';
import { type Bench, startBench } from './support/bench.ts';
import { type Settings, safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
  // The first run loads the SDK.
  await bench.run({ before: unsafe, remainingMs: 60_000 });
});

afterEach(() => {
  bench.server.limits.clear();
  bench.server.latencyMs = 0;
});

afterAll(() => bench.stop());

const fleet = (count: number): Record<string, Settings> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, unsafe]));
const pattern = (prefix: string) => ({ RepositoryName: `${prefix}/*` });
const isWrite = ({ step }: { readonly step: string }) => /^(put|write|remove|delete)/.test(step);

describe('many repositories', () => {
  test('are read in bulk, written at once, and a second run writes nothing', async () => {
    bench.server.latencyMs = 5;
    const first = await bench.run({ others: fleet(300), properties: pattern, remainingMs: 120_000 });
    expect(first.answer).toMatchObject({ Status: 'SUCCESS', Data: { Matched: '300', Changed: '300' } });
    expect(Object.values(first.othersAfter).every((settings) => settings.scanOnPush)).toBe(true);
    const calls = (step: string) => first.calls.filter((call) => call.step === step).length;
    expect(calls('put mutability')).toBe(300);
    expect(calls('list') + calls('describe') + calls('prove')).toBeLessThanOrEqual(3);

    const { repository, event } = first;
    const again = await bench.run({ repository, event, remainingMs: 120_000 });
    expect(again.answer).toMatchObject({ Status: 'SUCCESS', Data: { Changed: '0', Unchanged: '300' } });
    expect(again.calls.filter(isWrite)).toEqual([]);
  });

  test('are looked at by 25 where their scanning has to be proven', async () => {
    const { answer, calls } = await bench.run({
      others: fleet(60),
      properties: (prefix) => ({ ...pattern(prefix), RequireScanning: true }),
      remainingMs: 60_000,
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(
      calls
        .filter(({ step }) => step === 'see scanning')
        .map(({ names }) => names.length)
        .sort(),
    ).toEqual([10, 25, 25]);
  });

  test('lose no setting where ECR throttles every operation', async () => {
    for (const operation of ['PutImageTagMutability', 'PutImageScanningConfiguration'] as const)
      bench.server.limits.set(operation, 50);
    bench.server.throttled = 0;
    const { answer, othersAfter, calls } = await bench.run({
      others: fleet(150),
      properties: pattern,
      remainingMs: 240_000,
    });
    expect(bench.server.throttled).toBeGreaterThan(0);
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Changed: '150' } });
    expect(Object.values(othersAfter)).toEqual(Array.from({ length: 150 }, () => safe));
    // Pacing, not trying again and again: 300 calls that must be made, and not many more.
    const made = calls.filter(({ repository }) => repository !== '*').length;
    expect(made).toBeLessThan(300 + 200);
  });

  test('are all put back when one of them fails', async () => {
    const { answer, othersAfter } = await bench.run({
      others: fleet(100),
      properties: pattern,
      faults: { r77: { step: 'put scanning', fault: 'access denied', times: Number.POSITIVE_INFINITY } },
      remainingMs: 60_000,
    });
    expect(answer?.Reason).toMatch(/ What had been changed was put back\.$/);
    expect(Object.values(othersAfter)).toEqual(Array.from({ length: 100 }, () => unsafe));
  });

  test('that the time does not hold are refused with their number, before anything is changed', async () => {
    bench.server.latencyMs = 1_000;
    const { answer, othersAfter } = await bench.run({
      others: fleet(400),
      properties: pattern,
      remainingMs: 25_000,
    });
    expect(answer?.Reason).toMatch(
      /^The 400 repositories need 800 writes, which take about \d+ s at ECR's current rate, and the function has \d+ s left: nothing was changed\./,
    );
    expect(Object.values(othersAfter)).toEqual(Array.from({ length: 400 }, () => unsafe));
  }, 180_000);
});

describe('the time that is needed', () => {
  const plan = (name: string): Plan => {
    const planned = planRepository(
      {
        desired: { tagMutability: undefined, scanOnPush: undefined, lifecyclePolicy: undefined },
        requester: { holder: 'x', stack: 's', request: 'r', properties: 'a', replacedProperties: 'b' },
        policy: builtInPolicy,
        allowWeakening: false,
        isRollback: false,
        keptPolicies: new Set(),
        now: 0,
      },
      {
        repository: {
          name,
          arn: '',
          uri: '',
          registryId: '',
          createdAt: 0,
          encryption: 'AES256',
          tagMutability: { mutability: 'MUTABLE', exclusions: [] },
          scanOnPush: false,
        },
        settings: {
          tagMutability: { mutability: 'MUTABLE', exclusions: [] },
          scanOnPush: false,
          lifecyclePolicy: undefined,
        },
        policyText: undefined,
        record: undefined,
        staleVersion: 0,
      },
    );
    if ('refusal' in planned) throw new Error(planned.refusal.code);
    return planned.plan;
  };
  const plans = Array.from({ length: 1_000 }, (_, index) => plan(`r${index}`));
  const left = (ms: number) => ({ leftMs: () => ms });

  const speed = (perSecond: Readonly<Record<string, number>>, responseMs?: number) => ({
    perSecond: (operation: string) => perSecond[operation],
    responseMs: () => responseMs,
  });

  const refused = (given: readonly Plan[], paces: ReturnType<typeof speed>, ms: number) =>
    outOfTime(given, { speed: paces, deadline: left(ms) });

  test('is that of the operation that is slowest at its own pace', () => {
    const paces = speed({ PutImageScanningConfiguration: 50, PutImageTagMutability: 20 });
    expect(refused(plans, paces, 50_001)).toBeUndefined();
    expect(refused(plans, paces, 49_999)).toMatchObject({ writes: 2_000, neededMs: 50_000 });
  });

  test('is not that of reading, however slow that was', () => {
    const paces = speed({ ListTagsForResource: 1, GetLifecyclePolicy: 1 });
    expect(refused(plans, paces, 1)).toBeUndefined();
  });

  test('is not less than what the answers take, 64 at once', () => {
    expect(refused(plans, speed({}, 480), 15_001)).toBeUndefined();
    expect(refused(plans, speed({}, 480), 14_999)).toMatchObject({ writes: 2_000, neededMs: 15_000 });
  });

  test('is not known before anything was asked', () => {
    expect(refused(plans, speed({}), 1)).toBeUndefined();
  });

  test('is not guessed from a few', () => {
    expect(refused(plans.slice(0, 49), speed({ PutImageTagMutability: 1 }), 1)).toBeUndefined();
  });
});
