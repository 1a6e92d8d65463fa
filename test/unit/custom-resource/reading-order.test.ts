/** What a request reads at the same time, and that it writes nothing before it knows whether it is to stop. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, keysOf, type Outcome, type Run, startBench } from './support/bench.ts';
import { eventLike, propertiesLike } from './support/events.ts';
import { arnOf, safe, unsafe } from './support/registry.ts';
import { inProgress } from './support/stacks.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
  process.env.AllowExpiringImagesInUse = 'true';
  // The first run loads the SDK.
  await bench.run({ before: unsafe, remainingMs: 60_000 });
});

afterAll(() => bench.stop());

const LifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});
/** Without a preview, which has calls of its own. */
const lifecycle = { LifecyclePolicy: { LifecyclePolicyText }, ProtectPulledWithinDays: 0 };

/** An answer that comes only with the second attempt: what does not wait for it is called before. */
const hanging = { step: 'read claims', fault: 'hanging', times: 1 } as const;
// The first attempt ends after a quarter of it.
const remainingMs = 12_000;

/** The first reads, by what they are about. */
function readsOf({ calls }: Outcome, count: number): readonly string[] {
  return calls
    .slice(0, count)
    .map(({ step, repository }) => (repository.startsWith('stop:') ? 'whether to stop' : step));
}

describe('reads that do not depend on each other do not wait for each other', () => {
  test('the repositories are read before it is answered whether to stop, and nothing else is', async () => {
    const outcome = await bench.run({ before: unsafe, fault: hanging, remainingMs });
    expect(outcome).toMatchObject({ answer: { Status: 'SUCCESS' }, after: safe });
    const reads = readsOf(outcome, 4);
    expect(reads.slice(0, 2).sort()).toEqual(['describe', 'whether to stop']);
    expect(reads.slice(2)).toEqual(['whether to stop', 'read claims']);
  });

  test('a lifecycle policy that is needed anyway is read before the claims are there', async () => {
    const fault = { ...hanging, from: 2 };
    const outcome = await bench.run({ before: unsafe, properties: lifecycle, fault, remainingMs });
    expect(outcome).toMatchObject({ answer: { Status: 'SUCCESS' }, after: safe });
    const reads = readsOf(outcome, 5);
    expect(reads.slice(2, 4).sort()).toEqual(['read claims', 'read lifecycle']);
    expect(reads[4]).toBe('read claims');
  });

  test('one that only the claims ask for is read after them', async () => {
    const { repository } = await bench.run({ before: unsafe, properties: lifecycle });
    const outcome = await bench.run({ repository });
    expect(outcome.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(readsOf(outcome, 4).slice(2)).toEqual(['read claims', 'read lifecycle']);
  });
});

describe('a request whose Delete comes before it begins, but after it was confirmed, writes nothing', () => {
  const unfinished = { holder: 'gone', request: 'gone', until: 1 };

  /** Runs it where its holder has been asked to stop, and CloudFormation carries it out no longer. */
  const stopped = async (run: Run) => {
    const event = eventLike(run.sample ?? 'create', run.event ?? {});
    const [, key = ''] = keysOf(event);
    bench.server.claims.set(key, { key, version: 1, holders: [], body: '{}' });
    const states = [inProgress(event), { status: 'DELETE_COMPLETE', physicalId: 'deleted' }];
    const outcome = await bench.run({ ...run, cloudFormation: { states } });
    bench.server.claims.set(key, undefined);
    const { answer, after, calls } = outcome;
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('A Delete of') });
    expect(calls.filter(({ step }) => /^(put|write|delete)/.test(step))).toEqual([]);
    expect(after).toEqual(safe);
  };

  test('where another request has left a change unfinished', async () => {
    const { repository, claimsAfter: record } = await bench.run({ before: unsafe });
    const item = bench.server.claims.get(arnOf(repository));
    if (item === undefined || record === undefined) throw new Error('the Create has left no record');
    const previous = { original: record.original, claims: [], retained: [] };
    const inFlight = { ...unfinished, before: record.original, after: record.claims[0]?.set, previous };
    const body = JSON.stringify({ ...JSON.parse(item.body), inFlight });
    bench.server.claims.set(item.key, { ...item, body });
    await stopped({ repository, event: { LogicalResourceId: 'BesideUnfinished' } });
  });

  test('as an Update that returns to a dry run', async () => {
    const event = { LogicalResourceId: 'BackToDryRun' };
    const dry = { DryRun: true };
    const { repository, answer } = await bench.run({ before: unsafe, properties: dry, event });
    const { PhysicalResourceId } = answer ?? {};
    const update = (properties: JsonObject, old: JsonObject) => ({
      sample: 'update' as const,
      repository,
      properties,
      event: {
        ...event,
        PhysicalResourceId,
        OldResourceProperties: propertiesLike({ RepositoryName: repository, ...old }),
      },
    });
    expect((await bench.run(update({}, dry))).after).toEqual(safe);
    await stopped(update(dry, {}));
    expect((await bench.run(update(dry, {}))).after).toEqual(unsafe);
  });
});
