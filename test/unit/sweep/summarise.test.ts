import { describe, expect, test } from '@jest/globals';
import { latestKey, sweepKeys } from '../../../sweep/keys.ts';
import type { ResultState } from '../../../sweep/results.ts';
import fc from '../../support/fast-check.ts';
import { nameOf, resultOf, world } from './support/world.ts';

describe('the summary of a sweep', () => {
  test('accounts for every repository exactly once, whatever the batches have written', async () => {
    const states = fc.constantFrom<ResultState>('safe', 'hardened', 'refused', 'failed');
    const written = fc.array(fc.array(fc.tuple(fc.nat(40), states), { minLength: 1, maxLength: 8 }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(40), { maxLength: 30 }), written, async (some, files) => {
        const { write, summarise, reported } = world();
        const listed = some.toSorted((one, other) => one - other);
        // A file is named by its first index, and may hold what another one holds as well.
        const batches = new Map(
          files
            .map((file) => new Map(file))
            .map((file) => [...file].toSorted(([one], [other]) => one - other))
            .map((file) => [file[0]?.[0], file.map(([index, state]) => resultOf(index, state))] as const),
        );
        await write({ sweep: 'one', listed, batches: [...batches.values()] });
        const summary = await summarise('one');
        expect(reported.map(({ index }) => index)).toEqual(listed);
        expect(summary.repositories).toBe(listed.length);
        const counted = Object.values(summary.states).reduce((sum, count) => sum + count, 0);
        expect(counted).toBe(listed.length);
        for (const { index, state } of reported) {
          const found = [...batches.values()].flat().filter((each) => each.index === index);
          const finished = found.filter((each) => each.state !== 'failed');
          if (finished.length > 0) expect(finished.map((each) => each.state)).toContain(state);
          else expect(state).toBe('failed');
        }
      }),
      { numRuns: 100 },
    );
  });

  test('says by which error a batch without results has failed', async () => {
    const { write, summarise, reported, store } = world();
    await write({ sweep: 'one', listed: [0, 1, 2], batches: [[resultOf(0, 'safe')]] });
    const input = JSON.stringify({ BatchInput: { sweep: 'one' }, Items: [{ index: 1 }] });
    await store.put(
      `${sweepKeys('one').map}/0b7c/FAILED_0.json`,
      JSON.stringify([{ Error: 'Lambda.Unknown', Cause: 'a secret', Input: input, Status: 'FAILED' }]),
    );
    const summary = await summarise('one');
    expect(reported.slice(1).map(({ state, reason }) => ({ state, reason }))).toEqual([
      { state: 'failed', reason: { code: 'no-result', error: 'Lambda.Unknown' } },
      { state: 'failed', reason: { code: 'no-result' } },
    ]);
    expect(summary.states).toEqual({ safe: 1, failed: 2 });
    expect(JSON.stringify(summary)).not.toContain('secret');
  });

  test('notifies only of what has changed since the last sweep', async () => {
    const { write, summarise, sent } = world();
    await write({
      sweep: 'one',
      listed: [0, 1, 2, 3],
      batches: [[resultOf(0, 'safe'), resultOf(1, 'hardened'), resultOf(2, 'refused'), resultOf(3, 'safe')]],
    });
    await write({
      sweep: 'two',
      startedAt: '2026-11-29T00:00:00Z',
      listed: [0, 1, 2, 4, 5],
      batches: [
        [
          resultOf(0, 'hardened'),
          resultOf(1, 'safe'),
          resultOf(2, 'refused'),
          resultOf(4, 'safe'),
          resultOf(5, 'exempt'),
        ],
      ],
    });
    expect((await summarise('one')).previous).toBeUndefined();
    expect((await summarise('two')).previous).toBe('one');
    expect(sent.map(({ changes }) => changes)).toEqual([
      [],
      [
        { value: { kind: 'state', before: 'safe', state: 'hardened' }, count: 1, names: [nameOf(0)] },
        { value: { kind: 'gone' }, count: 1, names: [nameOf(3)] },
        { value: { kind: 'new', state: 'exempt' }, count: 1, names: [nameOf(5)] },
      ],
    ]);
  });

  test('sends nothing twice when it is retried, and fails none of its reports', async () => {
    const { write, summarise, sent, store, reported } = world();
    await write({ sweep: 'one', listed: [0], batches: [[resultOf(0, 'safe')]] });
    store.before = async (call, key) => {
      if (call === 'put' && key === latestKey) throw new Error('the bucket does not respond');
    };
    await expect(summarise('one')).rejects.toThrow('the bucket does not respond');
    store.before = async () => undefined;
    await summarise('one');
    expect(sent).toHaveLength(1);
    expect(reported).toEqual([]);
    expect(store.objects.get(latestKey)?.toString()).toContain('"sweep":"one"');
  });

  test('of what was swept again covers the whole list, with the newest result that is finished', async () => {
    const { write, summarise, reported } = world();
    await write({
      sweep: 'one',
      listed: [0, 1, 2],
      batches: [[resultOf(0, 'hardened'), resultOf(1, 'failed'), resultOf(2, 'failed')]],
    });
    await summarise('one');
    await write({
      sweep: 'two',
      again: 'one',
      startedAt: '2026-11-28T01:00:00Z',
      listed: [1, 2],
      batches: [[resultOf(1, 'hardened')]],
    });
    const { states, changes } = await summarise('two');
    expect(reported.map(({ state }) => state)).toEqual(['hardened', 'hardened', 'failed']);
    expect(states).toEqual({ hardened: 2, failed: 1 });
    expect(changes).toEqual([
      { value: { kind: 'state', before: 'failed', state: 'hardened' }, count: 1, names: [nameOf(1)] },
    ]);
  });

  test('of two sweeps at once the one that began last is compared with next', async () => {
    const { write, summarise, store } = world();
    await write({ sweep: 'early', startedAt: '2026-11-28T00:00:00Z', listed: [], batches: [] });
    await write({ sweep: 'late', startedAt: '2026-11-28T00:01:00Z', listed: [], batches: [] });
    await summarise('late');
    await summarise('early');
    expect(store.objects.get(latestKey)?.toString()).toContain('"sweep":"late"');
  });

  test('what goes on with an older sweep neither hides nor undoes what a newer one has found', async () => {
    const { write, summarise, store } = world();
    await write({ sweep: 'old', listed: [0, 1], batches: [[resultOf(0, 'safe'), resultOf(1, 'failed')]] });
    await summarise('old');
    await write({
      sweep: 'new',
      startedAt: '2026-11-29T00:00:00Z',
      listed: [0, 1, 2],
      batches: [[resultOf(0, 'refused'), resultOf(1, 'failed'), resultOf(2, 'refused')]],
    });
    await summarise('new');
    await write({
      sweep: 'again',
      again: 'old',
      startedAt: '2026-11-30T00:00:00Z',
      listed: [1],
      batches: [[resultOf(1, 'hardened')]],
    });
    const { changes, previous } = await summarise('again');
    expect(previous).toBe('old');
    expect(changes).toEqual([
      { value: { kind: 'state', before: 'failed', state: 'hardened' }, count: 1, names: [nameOf(1)] },
    ]);
    expect(store.objects.get(latestKey)?.toString()).toContain('"sweep":"new"');
  });

  test('a pointer to the latest sweep that cannot be read is replaced', async () => {
    const { write, summarise, store } = world();
    await store.put(latestKey, '{"sweep":');
    await write({ sweep: 'one', listed: [0], batches: [[resultOf(0, 'safe')]] });
    expect((await summarise('one')).previous).toBeUndefined();
    expect(store.objects.get(latestKey)?.toString()).toContain('"sweep":"one"');
  });

  test('a sweep whose files have expired is none to compare with: what was there before it is not new', async () => {
    const { write, summarise, store } = world();
    await write({ sweep: 'one', listed: [0], batches: [[resultOf(0, 'refused')]] });
    await summarise('one');
    for (const key of store.objects.keys()) if (key.startsWith('sweeps/')) store.objects.delete(key);
    await write({
      sweep: 'two',
      startedAt: '2027-03-01T00:00:00Z',
      listed: [0],
      batches: [[resultOf(0, 'refused')]],
    });
    expect(await summarise('two')).toMatchObject({ previous: undefined, changes: [] });
  });

  test('what only a newer list has is not gone', async () => {
    const { write, summarise } = world();
    await write({ sweep: 'early', listed: [0], batches: [[resultOf(0, 'safe')]] });
    await write({
      sweep: 'late',
      startedAt: '2026-11-28T00:01:00Z',
      listed: [0, 1],
      batches: [[resultOf(0, 'safe'), resultOf(1, 'safe')]],
    });
    await summarise('late');
    expect((await summarise('early')).changes).toEqual([]);
  });
});
