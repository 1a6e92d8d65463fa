import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeRecord } from '../../../core/claims/encode.ts';
import type { JsonObject } from '../../../core/json.ts';
import { isInShare, isWhole } from '../../support/share.ts';
import { type Bench, inParallel, startBench } from './support/bench.ts';
import { breaches } from './support/contract.ts';
import { bundleCrashProcess, crash } from './support/crash.ts';
import { arnOf, imagesLike, safe, unsafe } from './support/registry.ts';

let bench: Bench;
let count = 0;

beforeAll(async () => {
  bundleCrashProcess();
  bench = await startBench();
  await bench.run({ before: unsafe, remainingMs: 60_000 });
}, 180_000);

afterAll(() => bench.stop());

const policy = (countNumber: number) => ({
  LifecyclePolicy: {
    LifecyclePolicyText: JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          description: 'the newest ones stay, whatever else there is',
          selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
          action: { type: 'expire' },
        },
      ],
    }),
  },
});
const first: JsonObject = { OnDelete: 'Restore', ...policy(2) };
const second: JsonObject = { OnDelete: 'Restore', MutableTags: 'latest', ...policy(1) };
const given = { before: unsafe, images: imagesLike(3), tags: { team: 'orders' } };
const untouched = { after: unsafe, lifecycleAfter: undefined, tagsAfter: { team: 'orders' }, holders: [] };
const invented = { PhysicalResourceId: 'orders-Settings-1A2B3C4D5E6F' };

/** A crash at one call of a request, before it or after its effect, and the event that comes next. */
interface Case {
  readonly kind:
    | 'Create, then its Delete'
    | 'Create, then the same again'
    | 'Create, then that of another stack, then its Delete'
    | 'Update, then its rollback'
    | 'Delete, then the same again';
  readonly call: number;
  readonly isLate: boolean;
}
// As many calls as each of the requests makes, and two more, at which nothing is left to die.
const kinds: readonly (readonly [Case['kind'], number])[] = [
  ['Create, then its Delete', 19],
  ['Create, then the same again', 19],
  ['Create, then that of another stack, then its Delete', 19],
  ['Update, then its rollback', 18],
  ['Delete, then the same again', 11],
];
// `npm test` lets it die at two calls of five, others for each kind, before or after the call's effect; `npm run test:chaos`
// at every call, both times.
const cases: readonly Case[] = kinds.flatMap(([kind, calls], row) =>
  Array.from({ length: calls }, (_, index) => [
    { kind, call: index + 1, isLate: false },
    { kind, call: index + 1, isLate: true },
  ])
    .flat()
    .filter(({ call, isLate }) => isInShare(5, row, call, isLate ? 0 : 1)),
);

const stackOf = (name: string) => `arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/1`;

/** The claims of a repository: nothing is under way any more. */
function recordOf(repository: string) {
  const item = bench.server.claims.get(arnOf(repository));
  const record = item && decodeRecord(item);
  expect(record?.inFlight).toBeUndefined();
  return { holders: record?.claims.map(({ holder }) => holder) ?? [], original: record?.original };
}

/** One of each kind waits as in earnest; for the others the time passes at once. */
const waiting = new Set(
  kinds.map(([kind]) => cases.find((each) => each.kind === kind && each.call >= 10 && each.isLate)),
);
const isInEarnest = (each: Case) => waiting.has(each);

/** Whether the process died at the call: again, with twice the time, where it was too short for ten calls on a busy machine. */
async function runInTime(each: Case): Promise<boolean> {
  for (let remainingMs = 8_000; ; remainingMs *= 2) {
    const isDead = await runCase(each, isInEarnest(each) ? remainingMs : undefined);
    if (isDead || !isInEarnest(each) || remainingMs === 64_000) return isDead;
  }
}

/** Whether the process died at the call; everything that must hold afterwards is expected here. */
async function runCase({ kind, call, isLate }: Case, remainingMs: number | undefined): Promise<boolean> {
  count += 1;
  const name = `${count}`;
  const repository = `crashed/repository-${name}`;
  // A resource of its own: a Delete releases whatever its resource holds.
  const own = { StackId: stackOf(`crashed-${name}`) };
  const at = { repository, call, isLate, remainingMs };
  const next = async (run: Parameters<Bench['run']>[0]) => {
    const outcome = await bench.run({
      repository,
      remainingMs: 60_000,
      ...run,
      event: { ...own, ...run.event },
    });
    expect(outcome.deliveries.flatMap(({ body }) => breaches(body, outcome.event))).toEqual([]);
    expect(outcome.deliveries).toHaveLength(1);
    const { Status: status, Reason: reason } = outcome.answer ?? {};
    const ok = { kind, call, isLate, status: 'SUCCESS' };
    expect({ ...ok, status, reason }).toEqual({ ...ok, reason });
    return { kind, call, isLate, ...outcome, ...recordOf(repository) };
  };
  const make = () => next({ ...given, properties: first });
  const give = () => next({ ...given, properties: { DryRun: true } });
  switch (kind) {
    case 'Create, then its Delete': {
      await give();
      const isDead = await crash(bench.server, { sample: 'create', properties: first, event: own, ...at });
      const after = await next({ sample: 'delete', properties: first, event: invented });
      expect(after).toMatchObject({ kind, call, isLate, ...untouched });
      return isDead;
    }
    case 'Create, then the same again': {
      await give();
      const event = { ...own, RequestId: `create-${name}` };
      const isDead = await crash(bench.server, { sample: 'create', properties: first, event, ...at });
      const after = await next({ sample: 'create', properties: first, event });
      const original = {
        tagMutability: { mutability: 'MUTABLE' },
        scanOnPush: false,
        lifecyclePolicy: 'none',
      };
      const holders = [after.answer?.PhysicalResourceId];
      expect(after).toMatchObject({ kind, call, isLate, after: safe, holders, original });
      return isDead;
    }
    case 'Create, then that of another stack, then its Delete': {
      await give();
      const isDead = await crash(bench.server, { sample: 'create', properties: first, event: own, ...at });
      const other = { StackId: stackOf(`other-${name}`) };
      const made = await next({ sample: 'create', properties: first, event: other });
      const id = made.answer?.PhysicalResourceId;
      // A Create that died after its end had succeeded, and keeps its claim.
      expect(made.holders.at(-1)).toBe(id);
      if (made.holders.length === 1) {
        const event = { ...other, PhysicalResourceId: id };
        expect(await next({ sample: 'delete', properties: first, event })).toMatchObject({
          kind,
          call,
          isLate,
          ...untouched,
        });
      }
      return isDead;
    }
    case 'Update, then its rollback': {
      const made = await make();
      const properties = (one: JsonObject) => ({ RepositoryName: repository, ...one });
      const event = (old: JsonObject) => ({
        ...own,
        PhysicalResourceId: made.answer?.PhysicalResourceId,
        OldResourceProperties: properties(old),
      });
      const isDead = await crash(bench.server, {
        sample: 'update',
        properties: second,
        event: event(first),
        ...at,
      });
      const { after, lifecycleAfter, holders, original } = await next({
        sample: 'update',
        properties: first,
        event: event(second),
      });
      expect({ kind, call, isLate, after }).toEqual({ kind, call, isLate, after: made.after });
      expect(lifecycleAfter).toBe(made.lifecycleAfter);
      expect({ holders, original }).toEqual({ holders: made.holders, original: made.original });
      return isDead;
    }
    case 'Delete, then the same again': {
      const made = await make();
      const event = { ...own, PhysicalResourceId: made.answer?.PhysicalResourceId };
      const isDead = await crash(bench.server, { sample: 'delete', properties: first, event, ...at });
      const after = await next({ sample: 'delete', properties: first, event });
      expect(after).toMatchObject({ kind, call, isLate, ...untouched });
      return isDead;
    }
    default:
      return kind satisfies never;
  }
}

describe('a process that dies at any call leaves what the next event brings to its end', () => {
  test.each(kinds)(
    '%s',
    async (kind, calls) => {
      const own = cases.filter((each) => each.kind === kind);
      expect(own.length).toBeGreaterThan(isWhole ? 2 * calls - 1 : calls / 3);
      const results = await inParallel(own, 4, runInTime);
      // The last calls of the list may be those that there were not: in all others it has to have died.
      const survived = [...results].filter(([, isDead]) => !isDead).map(([{ call }]) => call);
      expect(survived.filter((call) => call < calls - 1)).toEqual([]);
    },
    300_000,
  );
});
