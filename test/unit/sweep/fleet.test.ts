import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sweepFleet } from '../../../bench/sweep-fleet.ts';
import { kindOf, nameOf } from '../../../bench/sweep-registry.ts';
import { readLines } from '../../../sweep/files.ts';
import { sweepKeys } from '../../../sweep/keys.ts';
import type { RepositoryResult } from '../../../sweep/results.ts';

const { stackTraceLimit } = Error;
beforeAll(() => {
  // Whatever is missing is an error of which nobody sees the stack.
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

test('1,000 repositories at limited rates: none is lost, none twice, with few calls, about as fast as it can be', async () => {
  const repositories = 1000;
  const perSecond = 100;
  const { fleet, figures, map } = await sweepFleet({
    ...{ repositories, perSecond, latencyMs: 25, atOnce: 10, batchSize: 25, batchMs: 120_000 },
    // As in a registry of 40 pages: what a batch reads must not depend on how many repositories there are.
    ...{ mode: 'Mend', pageSize: 25 },
  });
  const results: RepositoryResult[] = [];
  for await (const key of fleet.objects.list(sweepKeys('bench').results))
    for await (const result of readLines<RepositoryResult>(key, fleet.objects)) results.push(result);
  expect(results.map(({ index }) => index)).toEqual(
    Array.from({ length: repositories }, (_, index) => index),
  );
  const names = Array.from({ length: repositories }, (_, index) => nameOf(index)).toSorted();
  expect(results.map(({ name }) => name)).toEqual(names);
  const isUnsafe = ({ name }: RepositoryResult) => kindOf(Number(name.slice(-6))) === 'unsafe';
  expect(results.filter(isUnsafe).filter(({ state }) => state !== 'hardened')).toEqual([]);
  expect(map).toMatchObject({ batches: 40, failed: [] });
  expect(map.largestBytes).toBeLessThan(256 * 1024);
  // One call of each operation for a repository, and a few for a batch.
  const { calls } = fleet.registry;
  expect(Math.max(...calls.values())).toBe(repositories);
  // A page each for the list, and for each batch one read before its changes, and one or two after them.
  expect(calls.get('DescribeRepositories')).toBeLessThanOrEqual(4 * 40);
  // In virtual time, so that it does not depend on the machine, but on chance: with four batches each, ten functions have no
  // time to find equal parts of the rate, and the last one may end late. bench/sweep.ts holds 1.2 over 100,000.
  expect(figures.get('batches')?.milliseconds).toBeLessThan(2 * (repositories / perSecond) * 1000);
});
