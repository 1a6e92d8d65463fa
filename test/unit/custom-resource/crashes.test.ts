import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, inParallel, startBench } from './support/bench.ts';
import { breaches } from './support/contract.ts';
import { crash } from './support/crash.ts';
import { imagesLike, safe, unsafe } from './support/registry.ts';

let bench: Bench;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
  await bench.run({ before: unsafe, remainingMs: 60_000 });
}, 60_000);

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
const untouched = { after: unsafe, lifecycleAfter: undefined, tagsAfter: { team: 'orders' } };
const invented = { PhysicalResourceId: 'orders-Settings-1A2B3C4D5E6F' };

/** A crash at one call of a request, before it or after its effect, and the event that comes next. */
interface Case {
  readonly kind:
    | 'Create, then its Delete'
    | 'Create, then the same again'
    | 'Update, then its rollback'
    | 'Delete, then the same again';
  readonly call: number;
  readonly isLate: boolean;
}
// More calls than any of the requests makes: those at which nothing is left to die are counted apart.
const kinds: readonly (readonly [Case['kind'], number])[] = [
  ['Create, then its Delete', 14],
  ['Create, then the same again', 14],
  ['Update, then its rollback', 13],
  ['Delete, then the same again', 7],
];
const cases: readonly Case[] = kinds.flatMap(([kind, calls]) =>
  Array.from({ length: calls }, (_, index) => [
    { kind, call: index + 1, isLate: false },
    { kind, call: index + 1, isLate: true },
  ]).flat(),
);

/** Whether the process died at the call; everything that must hold afterwards is expected here. */
async function runCase({ kind, call, isLate }: Case): Promise<boolean> {
  count += 1;
  const repository = `crashed/repository-${count}`;
  const at = { repository, call, isLate };
  const next = async (run: Parameters<Bench['run']>[0]) => {
    const outcome = await bench.run({ repository, remainingMs: 60_000, ...run });
    expect(outcome.deliveries.flatMap(({ body }) => breaches(body, outcome.event))).toEqual([]);
    expect(outcome.deliveries).toHaveLength(1);
    expect({ kind, call, isLate, answer: outcome.answer }).toMatchObject({ answer: { Status: 'SUCCESS' } });
    return outcome;
  };
  switch (kind) {
    case 'Create, then its Delete': {
      await bench.run({ ...given, repository, properties: { DryRun: true } });
      const isDead = await crash(bench.server, { sample: 'create', properties: first, ...at });
      expect({
        kind,
        call,
        isLate,
        ...(await next({ sample: 'delete', properties: first, event: invented })),
      }).toMatchObject(untouched);
      return isDead;
    }
    case 'Create, then the same again': {
      await bench.run({ ...given, repository, properties: { DryRun: true } });
      const isDead = await crash(bench.server, { sample: 'create', properties: first, ...at });
      const { after, tagsAfter } = await next({ sample: 'create', properties: first });
      expect(after).toEqual(safe);
      expect(tagsAfter).toMatchObject({ 'ecr-hardening:found': 'MUTABLE/scan=off/lifecycle=none.' });
      return isDead;
    }
    case 'Update, then its rollback': {
      const made = await bench.run({ ...given, repository, properties: first, remainingMs: 60_000 });
      const properties = (one: JsonObject) => ({ RepositoryName: repository, ...one });
      const event = (old: JsonObject) => ({
        PhysicalResourceId: made.answer?.PhysicalResourceId,
        OldResourceProperties: properties(old),
      });
      const isDead = await crash(bench.server, {
        sample: 'update',
        properties: second,
        event: event(first),
        ...at,
      });
      const { after, lifecycleAfter } = await next({
        sample: 'update',
        properties: first,
        event: event(second),
      });
      expect({ kind, call, isLate, after }).toEqual({ kind, call, isLate, after: made.after });
      expect(lifecycleAfter).toBe(made.lifecycleAfter);
      return isDead;
    }
    case 'Delete, then the same again': {
      const made = await bench.run({ ...given, repository, properties: first, remainingMs: 60_000 });
      const event = { PhysicalResourceId: made.answer?.PhysicalResourceId };
      const isDead = await crash(bench.server, { sample: 'delete', properties: first, event, ...at });
      expect({
        kind,
        call,
        isLate,
        ...(await next({ sample: 'delete', properties: first, event })),
      }).toMatchObject(untouched);
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
      const results = await inParallel(own, 4, runCase);
      // The last calls of the list may be those that there were not: all but two of them have to have died.
      const died = [...results.values()].filter((isDead) => isDead).length;
      expect(results.size).toBe(2 * calls);
      expect(died).toBeGreaterThanOrEqual(2 * (calls - 2));
    },
    300_000,
  );
});
