import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, inParallel, type Outcome, startBench } from './support/bench.ts';
import { asClaimed, claimsIn } from './support/claims-records.ts';
import { breaches } from './support/contract.ts';
import type { Fault } from './support/faults.ts';
import { safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
  await bench.run({ before: unsafe, remainingMs: 60_000 });
}, 180_000);

afterAll(() => bench.stop());

const always = Number.POSITIVE_INFINITY;
const tags = { team: 'orders' };
const blocked = { step: 'put scanning', fault: 'blocked by the organisation', times: always } as const;

describe('what fails half-way and cannot be put back', () => {
  // On a busy machine the time may run out before.
  const isRefusedOnce = ({ answer }: Outcome) =>
    String(answer?.Reason).includes('PutImageScanningConfiguration was refused');
  const faults: readonly Fault[] = [
    'access denied',
    'invalid parameter',
    'throttled',
    'reset',
    'hanging',
    'server exception',
  ];

  test.each(faults)(
    'is named, keeps its record, and the Delete that follows puts it back (%s)',
    async (fault) => {
      const backwards = { step: 'put mutability', fault, times: always, from: 2 } as const;
      const run = { before: unsafe, tags, remainingMs: 6_000, fault: [blocked, backwards] };
      const failed = await bench.runInTime(run, isRefusedOnce);
      expect(failed.answer?.Status).toBe('FAILED');
      expect(failed.answer?.Reason).toMatch(
        /^bench\/repository-\d+: PutImageScanningConfiguration was refused\. A policy of the organisation forbids the change: It is blocked\. NOT PUT BACK: ImageTagMutability of bench\/repository-\d+\. /,
      );
      expect(failed.after).toEqual({ ...unsafe, mutability: 'IMMUTABLE' });
      expect(failed.claimsAfter?.original).toEqual(asClaimed(unsafe));
      expect(failed.claimsAfter?.inFlight).toMatchObject({
        before: asClaimed(unsafe),
        previous: { claims: [] },
      });
      expect(failed.tagsAfter).toEqual(tags);
      const { PhysicalResourceId } = failed.answer ?? {};
      expect(PhysicalResourceId).toMatch(/-not-put-back$/);
      expect(
        bench.printed.some((line) => line.includes('"not reverted"') && line.includes(failed.repository)),
      ).toBe(true);

      const { repository } = failed;
      const { answer, after, tagsAfter, claimsAfter } = await bench.run({
        sample: 'delete',
        repository,
        event: { PhysicalResourceId },
      });
      expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
      expect({ after, tagsAfter }).toEqual({ after: unsafe, tagsAfter: tags });
      expect(claimsIn(claimsAfter)).toBeUndefined();
    },
  );

  test('of an Update is what the Update that rolls it back begins with', async () => {
    const made = await bench.run({ before: unsafe });
    const { repository } = made;
    const properties = { MutableTags: 'latest', RequireScanning: 'true' };
    bench.server.scanning = { type: 'ENHANCED', isEverythingCovered: false };
    const backwards = { step: 'put mutability', fault: 'access denied', times: always, from: 2 } as const;
    const old = { OldResourceProperties: { RepositoryName: repository } };
    const failed = await bench.run({
      sample: 'update',
      repository,
      properties,
      event: old,
      fault: backwards,
      remainingMs: 8_000,
    });
    bench.server.scanning = { type: 'BASIC', isEverythingCovered: false };
    expect(failed.answer?.Reason).toContain('NOT PUT BACK: ');
    expect(failed.after).toMatchObject({ exclusions: ['latest'] });
    const rollback = await bench.run({
      sample: 'update',
      repository,
      event: { OldResourceProperties: { RepositoryName: repository, ...properties } },
    });
    expect(rollback.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(rollback.after).toEqual(safe);
  });

  test('after a first attempt that nobody heard of is put back too', async () => {
    const fault = [
      { step: 'put mutability', fault: 'late reset', times: 1 },
      { step: 'put mutability', fault: 'access denied', times: 1, from: 2 },
    ] as const;
    const { answer, after, tagsAfter, claimsAfter } = await bench.run({ before: unsafe, tags, fault });
    expect(answer?.Reason).toMatch(/ What had been changed was put back\.$/);
    expect({ after, tagsAfter }).toEqual({ after: unsafe, tagsAfter: tags });
    expect(claimsIn(claimsAfter)).toBeUndefined();
  });
});

describe('an attempt whose outcome is unknown, as is that of its undo', () => {
  const policy = {
    LifecyclePolicyText: JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          description: 'the newest ones stay, whatever else there is',
          selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 9 },
          action: { type: 'expire' },
        },
      ],
    }),
  };
  const cases = [
    { step: 'put mutability', fault: 'reset', left: '' },
    { step: 'put mutability', fault: 'late reset', left: '' },
    { step: 'put mutability', fault: 'late garbage', left: '' },
    { step: 'put lifecycle', fault: 'reset', left: '' },
    { step: 'put scanning', fault: 'reset', left: 'ImageTagMutability' },
    { step: 'put scanning', fault: 'late reset', left: 'ImageTagMutability' },
  ] as const;

  test('is read again before the answer says what is back and what is not', async () => {
    const properties = { LifecyclePolicy: policy };
    const sentence = (left: string, repository: string) =>
      left === '' ? ' What had been changed was put back.' : ` NOT PUT BACK: ${left} of ${repository}. `;
    const outcomes = await inParallel(cases, cases.length, ({ step, fault, left }) =>
      bench.runInTime(
        {
          ...{ before: unsafe, properties, remainingMs: 8_000, fault: { step, fault, times: always } },
          event: { LogicalResourceId: `Unknown${step}${fault}`.replaceAll(' ', '') },
        },
        // On a busy machine the time for reading again may run out: what was not read counts as not put back.
        ({ answer, repository }) => String(answer?.Reason).includes(sentence(left, repository)),
      ),
    );
    for (const [{ left }, { answer, after, lifecycleAfter, claimsAfter, repository }] of outcomes) {
      const isBack = left === '';
      expect(answer?.Reason).toContain(sentence(left, repository));
      expect({ ...after, lifecycleAfter }).toEqual({
        ...unsafe,
        ...(isBack ? {} : { mutability: 'IMMUTABLE' }),
        lifecycleAfter: undefined,
      });
      expect(answer?.PhysicalResourceId).toMatch(isBack ? /-not-created-[0-9a-f]{16}$/ : /-not-put-back$/);
      expect(claimsIn(claimsAfter) === undefined).toBe(isBack);
    }
  });

  test('is not believed to be back as long as reads may lag behind', async () => {
    bench.server.lag.ms = 1_500;
    const { answer, after } = await bench.run({
      before: unsafe,
      remainingMs: 12_000,
      fault: [
        { step: 'put mutability', fault: 'late garbage', times: 1 },
        { step: 'put mutability', fault: 'access denied', times: always, from: 2 },
      ],
    });
    bench.server.lag.ms = 0;
    expect(after).toMatchObject({ mutability: 'IMMUTABLE' });
    expect(answer?.Reason).toContain('NOT PUT BACK: ImageTagMutability');
  });
});

describe('when the clock runs out', () => {
  const calls = Array.from({ length: 12 }, (_, index) => index + 1);
  const cases = (['create', 'update', 'delete'] as const).flatMap((sample) =>
    calls.map((callNumber) => ({ sample, callNumber })),
  );
  const snapshotOf = ({ after, tagsAfter, claimsAfter }: Outcome) =>
    JSON.stringify({ after, tagsAfter, claims: claimsIn(claimsAfter) });

  test('at any call and all that follow, there is one answer in time that names what is between', async () => {
    const outcomes = await inParallel(cases, 24, async ({ sample, callNumber }) => {
      const properties = { OnDelete: 'Restore' };
      // A Delete is about whatever its resource holds: each has a resource of its own.
      const LogicalResourceId = `Settings${sample}${callNumber}`;
      const made = await bench.run({
        before: unsafe,
        tags,
        properties: sample === 'delete' ? properties : { DryRun: true },
        event: { LogicalResourceId },
      });
      const event = {
        LogicalResourceId,
        ...(sample === 'delete' ? { PhysicalResourceId: made.answer?.PhysicalResourceId } : {}),
      };
      const fault = { callNumber, fault: 'hanging', times: always } as const;
      const { repository } = made;
      const run = { sample, repository, properties, event, fault, remainingMs: 4_000 };
      return { made, outcome: await bench.runInTime(run, ({ leftMs }) => leftMs > 0) };
    });
    for (const { made, outcome } of outcomes.values()) {
      const { answer } = outcome;
      expect(outcome.thrown).toBeUndefined();
      expect(outcome.leftMs).toBeGreaterThan(0);
      // On a busy machine an answer can be sent again.
      expect(new Set(outcome.deliveries.map(({ body }) => body.toString())).size).toBe(1);
      expect(outcome.deliveries.flatMap(({ body }) => breaches(body, outcome.event))).toEqual([]);
      const isBefore = snapshotOf(outcome) === snapshotOf(made);
      if (answer?.Status === 'FAILED' && !isBefore) expect(answer.Reason).toContain('NOT PUT BACK: ');
    }
    expect(outcomes.size).toBe(36);
  });
});
