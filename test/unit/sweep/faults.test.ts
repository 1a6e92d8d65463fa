import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AwsCallError } from '../../../aws/call-error.ts';
import { maxSweepMs } from '../../../sweep/batch.ts';
import { readLines } from '../../../sweep/files.ts';
import type { SweepItem } from '../../../sweep/items.ts';
import type { RepositoryResult } from '../../../sweep/results.ts';
import { summariseSweep } from '../../../sweep/summarise.ts';
import type { Step } from '../custom-resource/support/operations.ts';
import { repositoryLike, safe, unsafe } from '../custom-resource/support/registry.ts';
import { type Keeper, startKeeper } from './support/keeper.ts';

let keeper: Keeper;
beforeAll(async () => {
  keeper = await startKeeper();
});
afterAll(() => keeper.stop());

const names = Array.from({ length: 12 }, (_, index) => `team/${String(index).padStart(2, '0')}`);
const one = 'team/04';
beforeEach(() => {
  const { registry, claims, plans, calls, limits } = keeper.server;
  registry.repositories.clear();
  for (const name of names) registry.repositories.set(name, repositoryLike(unsafe));
  for (const { key } of claims.list()) claims.set(key, undefined);
  plans.clear();
  limits.clear();
  calls.length = 0;
  keeper.objects.before = async () => undefined;
});

const settingsOf = (name: string) => keeper.server.registry.repositories.get(name)?.settings;
const others = names.filter((name) => name !== one);

/** Each repository once, in the order of the list. */
function expectAll(results: readonly RepositoryResult[]): void {
  expect(results.map(({ name }) => name)).toEqual(names);
  expect(results.map(({ index }) => index)).toEqual(names.map((_, index) => index));
}

/** How many of each state the summary accounts for. */
async function accounted(sweep: string) {
  const { states } = await summariseSweep(sweep, {
    store: keeper.objects,
    now: Date.now,
    reports: () => [],
    notify: async () => undefined,
  });
  return states;
}

test.each<[Step, string | undefined]>([
  ['put mutability', 'PutImageTagMutability'],
  ['put scanning', 'PutImageScanningConfiguration'],
])(
  'one repository of which %s is denied fails by itself, and keeps its settings',
  async (step, operation) => {
    keeper.server.plans.set(one, [{ step, fault: 'access denied', times: Number.POSITIVE_INFINITY }]);
    const { results, of, map } = await keeper.sweep();
    expectAll(results);
    expect(of.get(one)).toMatchObject({
      state: 'failed',
      changes: [],
      reason: { code: 'failed', error: 'AccessDeniedException', operation },
    });
    expect(settingsOf(one)).toEqual(unsafe);
    expect(others.map((name) => of.get(name)?.state)).toEqual(others.map(() => 'hardened'));
    expect(others.map(settingsOf)).toEqual(others.map(() => safe));
    // What may not succeed later is no failure of the batch.
    expect(map.failed).toEqual([]);
  },
);

test('what cannot be read of a repository is unknown in its audit, and does not stop anything', async () => {
  keeper.server.plans.set(one, [
    { step: 'read lifecycle', fault: 'access denied', times: 99 },
    { step: 'see images', fault: 'access denied', times: 99 },
  ]);
  const { results, of } = await keeper.sweep();
  expectAll(results);
  expect(of.get(one)).toMatchObject({
    state: 'hardened',
    atRisk: { unknown: { code: 'denied', action: 'ecr:GetLifecyclePolicy' } },
    audit: { images: { unknown: { code: 'denied' } }, lifecyclePolicy: { unknown: { code: 'denied' } } },
  });
});

test('a repository that is deleted, whenever it is, has a result', async () => {
  const prepared = await keeper.prepare({});
  keeper.server.registry.repositories.delete(one);
  const Items: SweepItem[] = [];
  for await (const item of readLines<SweepItem>(prepared.itemsKey, keeper.objects)) Items.push(item);
  keeper.server.plans.set('team/07', [{ step: 'put mutability', fault: 'repository gone', times: 99 }]);
  const { sweep, action } = prepared;
  expect(await keeper.batch({ BatchInput: { sweep, action }, Items }, {})).toEqual({
    states: { deleted: 2, hardened: 10 },
  });
});

test('throttling and faults that pass cost time only', async () => {
  keeper.server.limits.set('PutImageTagMutability', 10);
  keeper.server.plans.set(one, [{ step: 'put scanning', fault: 'server exception', times: 2 }]);
  const { results } = await keeper.sweep({ batchSize: 3 });
  expectAll(results);
  expect(results.every(({ state }) => state === 'hardened')).toBe(true);
});

test('what a batch does not reach in its time is tried again, and what it has finished is kept', async () => {
  keeper.server.plans.set(one, [{ step: 'put mutability', fault: 'hanging', times: 1 }]);
  const { results, map } = await keeper.sweep({ batchMs: 3_000, againMs: 60_000, attempts: 8, batchSize: 6 });
  expectAll(results);
  expect(map.failed).toEqual([]);
  expect(results.filter(({ state }) => state !== 'hardened')).toEqual([]);
  expect(names.map(settingsOf)).toEqual(names.map(() => safe));
});

test('a batch whose time is over has a result for each repository, and fails', async () => {
  keeper.server.plans.set(one, [
    { step: 'read lifecycle', fault: 'hanging', times: Number.POSITIVE_INFINITY },
  ]);
  const { results, map, sweep } = await keeper.sweep({ batchMs: 1_500, batchSize: 6 });
  expectAll(results);
  expect(map.failed).toContain(0);
  expect(results.find(({ name }) => name === one)).toMatchObject({
    state: 'failed',
    reason: { code: 'not-reached' },
  });
  // Only what was not finished is swept again, with the same place in the list.
  keeper.server.plans.clear();
  const open = results.filter(({ state }) => state === 'failed').map(({ index }) => index);
  const again = await keeper.sweep({ again: sweep });
  expect(again.repositories).toBe(open.length);
  expect(again.results.map(({ index }) => index)).toEqual(open);
  expect(again.results.every(({ state }) => state === 'hardened')).toBe(true);
  // The whole list again, each once.
  expect(await accounted(again.sweep)).toEqual({ hardened: names.length });
  expect((await keeper.sweep({ again: again.sweep })).repositories).toBe(0);
});

test('a function that is killed before it writes its results leaves nothing half done for the next attempt', async () => {
  let killed = 0;
  keeper.objects.before = async (call, key) => {
    if (call !== 'put' || !key.includes('/results/') || killed === 1) return;
    killed += 1;
    throw new AwsCallError('PutObject', undefined, new Error('killed'));
  };
  const { results, map } = await keeper.sweep({ attempts: 2 });
  expect(killed).toBe(1);
  expectAll(results);
  expect(map.failed).toEqual([]);
  // It was the first attempt that has hardened them.
  expect(results.every(({ state, changes }) => state === 'hardened' && changes.length === 2)).toBe(true);
  expect(names.map(settingsOf)).toEqual(names.map(() => safe));
});

test('what a release has released before its function was killed counts as released already', async () => {
  await keeper.sweep();
  let killed = 0;
  keeper.objects.before = async (call, key) => {
    if (call !== 'put' || !key.includes('/results/') || killed === 1) return;
    killed += 1;
    throw new AwsCallError('PutObject', undefined, new Error('killed'));
  };
  const { results, sweep } = await keeper.sweep({ action: 'release', attempts: 2 });
  expect(killed).toBe(1);
  expectAll(results);
  expect(await accounted(sweep)).toEqual({ 'already-released': names.length });
  expect(names.map(settingsOf)).toEqual(names.map(() => unsafe));
});

test('what was hardened before a function was killed is reported, also by the sweep that goes on, and with what is left', async () => {
  const exempt = 'team/02';
  const tags = new Map([['ecr-hardening:exempt', 'TagImmutability: a vendor moves its tags']]);
  keeper.server.registry.repositories.set(exempt, repositoryLike(unsafe, { tags }));
  keeper.objects.before = async (call, key) => {
    if (call === 'put' && key.includes('/results/'))
      throw new AwsCallError('PutObject', undefined, new Error('killed'));
  };
  const { sweep } = await keeper.sweep();
  keeper.objects.before = async () => undefined;
  keeper.server.calls.length = 0;
  const { results, of } = await keeper.sweep({ again: sweep });
  expectAll(results);
  expect(keeper.server.calls.filter(({ step }) => step.startsWith('put'))).toEqual([]);
  expect(results.every(({ state }) => state === 'hardened')).toBe(true);
  expect(of.get(one)?.changes).toHaveLength(2);
  expect(of.get(exempt)?.changes).toEqual([{ setting: 'scanOnPush', before: false, after: true }]);
  // A later sweep found them safe.
  expect((await keeper.sweep()).of.get(one)?.state).toBe('safe');
});

test('a bucket that fails leaves no result, and the batch is known as failed', async () => {
  keeper.objects.before = async (call, key) => {
    if (call === 'put' && key.endsWith('results/00000000.jsonl'))
      throw new AwsCallError('PutObject', undefined, new Error('no'));
  };
  const { results, map, sweep } = await keeper.sweep({ batchSize: 6, attempts: 2 });
  expect(map.failed).toEqual([0]);
  expect(results.map(({ name }) => name)).toEqual(names.slice(6));
  keeper.objects.before = async () => undefined;
  expect(await accounted(sweep)).toEqual({ failed: 6, hardened: 6 });
});

test('a sweep that has run for 20 hours leaves the rest, so that it is reported within the day', async () => {
  const readAt = Date.now() - maxSweepMs - 60_000;
  const { results, map, sweep } = await keeper.sweep({ readAt, batchSize: 6 });
  expectAll(results);
  expect(results.every(({ reason }) => reason?.code === 'not-reached')).toBe(true);
  // It is not tried again, which takes time.
  expect(map.failed).toEqual([]);
  expect(names.map(settingsOf)).toEqual(names.map(() => unsafe));
  const again = await keeper.sweep({ again: sweep });
  expect(await accounted(again.sweep)).toEqual({ hardened: names.length });
});

test('what is out of KeeperScope since is not swept again, and does not fail the sweep', async () => {
  const denied = [
    { step: 'put mutability', fault: 'access denied', times: Number.POSITIVE_INFINITY },
  ] as const;
  for (const name of [one, 'team/05']) keeper.server.plans.set(name, [...denied]);
  const { sweep } = await keeper.sweep();
  keeper.server.plans.clear();
  const again = await keeper.sweep({ again: sweep, scope: `*,!${one}` });
  expect(again.results.map(({ name, state }) => [name, state])).toEqual([['team/05', 'hardened']]);
  expect(settingsOf(one)).toEqual(unsafe);
  expect(await accounted(again.sweep)).toEqual({ hardened: names.length - 1 });
});

test('a record of claims that cannot be read is reported by a release', async () => {
  await keeper.sweep({ scope: one });
  const [stored] = keeper.server.claims.list();
  if (stored === undefined) throw new Error('it has a record');
  keeper.server.claims.set(stored.key, { ...stored, body: 'nonsense' });
  const { of } = await keeper.sweep({ action: 'release' });
  expect(of.get(one)).toMatchObject({ state: 'failed', reason: { error: 'DamagedRecord' } });
});

test('two sweeps at once do no harm', async () => {
  const [first, second] = await Promise.all([keeper.sweep({ batchSize: 4 }), keeper.sweep({ batchSize: 3 })]);
  for (const { results } of [first, second]) {
    expectAll(results);
    expect(results.filter(({ state }) => state !== 'hardened' && state !== 'safe')).toEqual([]);
  }
  expect(names.map(settingsOf)).toEqual(names.map(() => safe));
  // Nobody has changed what it found already changed: it gives back what there was.
  await keeper.sweep({ action: 'release' });
  expect(names.map(settingsOf)).toEqual(names.map(() => unsafe));
});
