import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';
import { type Bench, startBench } from './support/bench.ts';
import { modelOf } from './support/model.ts';
import { commands, states } from './support/model-commands.ts';
import { choices, foreignPolicy, policies, type State } from './support/model-settings.ts';
import { keys, type Wish } from './support/model-wishes.ts';
import { type Real, realOf, type Sent, type Shot } from './support/model-world.ts';

let bench: Bench;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
  // No image is there to be previewed, so nothing has to be waited for.
  bench.server.registry.previewLooks = 0;
});

afterAll(() => bench.stop());

const newReal = () => {
  count += 1;
  return realOf(bench, `model-${count}`);
};

/**
 * The same sequences each time: 20 in `npm test`, 50 in `npm run test:chaos`. For a search among others: PROPERTY_RUNS=2000.
 */
const numRuns = runsOf({ share: 10, whole: 50 });
const parameters = process.env.PROPERTY_RUNS === undefined ? { numRuns, seed: 20_261_125 } : { numRuns };

const worlds = fc.record({
  before: fc.tuple(states, states, states),
  mutableTags: fc.constantFrom('', 'latest'),
});

describe('the life of resources', () => {
  test('is as documented, whatever happens in whatever order', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        worlds,
        fc.commands(commands, { maxCommands: 30, size: 'max' }),
        async ({ before, mutableTags }, steps) => {
          const real = newReal();
          keys.forEach((key, index) => {
            const state = before[index];
            if (state !== undefined) real.put(key, state);
          });
          process.env.MutableTags = mutableTags;
          process.env.AllowWeakening = 'false';
          const model = modelOf(mutableTags === '' ? [] : [mutableTags], seen);
          try {
            await fc.asyncModelRun(() => ({ model, real }), steps);
          } catch (error) {
            const sentence = error instanceof Error ? error.message : String(error);
            throw new Error([sentence, ...model.trace].join('\n'), { cause: error });
          } finally {
            for (const key of keys) real.remove(key);
          }
        },
      ),
      parameters,
    );
    // Sequences in which none of these came to pass would show nothing; rarer ones are not sure to come.
    const common = [
      'Create',
      'Create that was refused',
      'Update',
      'dry run',
      'second delivery',
      'take-over from another stack',
      'Restore to what was before',
    ];
    for (const what of common) expect([what, seen.get(what) ?? 0]).not.toEqual([what, 0]);
  }, 3_600_000);
});

const [tight, latest, dev] = choices;
const free: State = { mutability: 'MUTABLE', exclusions: [], scanOnPush: false, policy: undefined };
const drifted: State = { ...free, ...dev, scanOnPush: true };
const plain: Wish = {
  selection: { kind: 'exact', key: 'a1' },
  allowNoMatch: false,
  mutability: undefined,
  scanOnPush: undefined,
  policy: undefined,
  onDelete: undefined,
  dryRun: false,
};

describe('a sequence that the search has found', () => {
  let real: Real;

  beforeEach(() => {
    real = newReal();
    for (const key of keys) real.put(key, free);
    process.env.MutableTags = '';
    process.env.AllowWeakening = 'false';
  });

  const send = (type: Sent['type'], wish: Wish, more: Partial<Sent> = {}) =>
    real.send({ stack: 'one', logicalId: 'Settings', type, wish, requestId: randomUUID(), ...more });
  const a1 = () => real.world().get('a1');
  /** Without how often and when the record was written. */
  const wholeOf = (shot: Shot | undefined) => {
    const { original, claims, retained } = shot?.record ?? {};
    return { state: shot?.state, original, claims, retained };
  };

  test('a Delete releases what an Update that was a dry run no longer selects', async () => {
    const { id } = await send('Create', { ...plain, onDelete: 'Restore' });
    const dry: Wish = { ...plain, selection: { kind: 'exact', key: 'b' }, onDelete: 'Restore', dryRun: true };
    await send('Update', dry, { old: { ...plain, onDelete: 'Restore' }, id });
    await send('Delete', dry, { id });
    expect(a1()).toMatchObject({ state: free, record: undefined });
  });

  test('a Delete that retains, and is blocked while a repository goes back to its earlier holder, leaves it whole', async () => {
    await send('Create', plain);
    process.env.AllowWeakening = 'true';
    const loose: Wish = { ...plain, mutability: dev };
    const renamed = { logicalId: 'Renamed' };
    const { id } = await send('Create', loose, renamed);
    const held = a1();
    for (const from of [1, 2]) {
      await send('Delete', loose, { ...renamed, id, block: { key: 'a1', step: 'write claims', from } });
      expect([from, wholeOf(a1())]).toEqual([from, wholeOf(held)]);
    }
  });

  test('a rollback by which a default returns to what was before is the same at its second delivery', async () => {
    const { id } = await send('Create', plain);
    real.put('a1', drifted);
    const other: Wish = { ...plain, mutability: latest };
    await send('Update', other, { old: plain, id });
    const rollback = () => send('Update', plain, { old: other, id });
    expect((await rollback()).after.get('a1')?.state).toEqual(drifted);
    expect((await rollback()).writes).toEqual([]);
  });

  test('an Update of nothing but ServiceTimeout is not taken for the rollback of the one before', async () => {
    const { id } = await send('Create', plain);
    process.env.AllowWeakening = 'true';
    await send('Create', { ...plain, mutability: dev }, { logicalId: 'Renamed' });
    const again = () => send('Update', plain, { old: plain, id });
    expect((await again()).after.get('a1')?.state).toMatchObject({ ...tight });
    expect((await again()).writes).toEqual([]);
  });

  test('the Delete of a Create that failed, and whose second delivery succeeded, undoes that', async () => {
    const requestId = randomUUID();
    const failed = await send('Create', plain, {
      requestId,
      block: { key: 'a1', step: 'put mutability', from: 1 },
    });
    expect(failed).toMatchObject({ status: 'FAILED' });
    expect(a1()).toMatchObject({ state: free, record: undefined });
    await send('Create', plain, { requestId });
    await send('Delete', plain, { id: failed.id });
    expect(a1()).toMatchObject({ state: free, record: undefined });
  });

  test('the Delete of such a Create leaves no repository half-way, where it is blocked', async () => {
    const requestId = randomUUID();
    const tidy: Wish = { ...plain, policy: policies[0] };
    const failed = await send('Create', tidy, {
      requestId,
      block: { key: 'a1', step: 'write claims', from: 1 },
    });
    await send('Create', tidy, { requestId });
    const held = a1();
    await send('Delete', tidy, { id: failed.id, block: { key: 'a1', step: 'put scanning', from: 1 } });
    expect(wholeOf(a1())).toEqual(wholeOf(held));
  });

  test('the Delete of such a Create ends that a repository which was taken from it goes back to it', async () => {
    const requestId = randomUUID();
    const failed = await send('Create', plain, {
      requestId,
      block: { key: 'a1', step: 'write claims', from: 1 },
    });
    await send('Create', plain, { requestId });
    const second = await send('Create', plain, { logicalId: 'Renamed' });
    await send('Delete', plain, { id: failed.id });
    await send('Delete', plain, { logicalId: 'Renamed', id: second.id });
    expect(a1()?.record).toBeUndefined();
  });

  test("what somebody else has set is not taken for the earlier holder's, to which a repository goes back", async () => {
    const restoring: Wish = { ...plain, onDelete: 'Restore' };
    const { id } = await send('Create', restoring);
    const second = await send('Create', plain, { stack: 'two' });
    real.put('a1', drifted);
    await send('Delete', plain, { stack: 'two', id: second.id });
    await send('Delete', restoring, { id });
    // Setting by setting: scanning was still as it had been set.
    expect(a1()).toMatchObject({ state: { ...drifted, scanOnPush: false }, record: undefined });
  });

  test("what somebody else had set before a take-over is not taken for the earlier holder's either", async () => {
    const restoring: Wish = { ...plain, onDelete: 'Restore' };
    const renamed = { logicalId: 'Renamed' };
    const { id } = await send('Create', restoring);
    real.put('a1', drifted);
    const second = await send('Create', restoring, renamed);
    await send('Delete', restoring, { ...renamed, id: second.id });
    expect(a1()?.state).toEqual(drifted);
    await send('Delete', restoring, { id });
    expect(a1()).toMatchObject({ state: { ...drifted, scanOnPush: false }, record: undefined });
  });

  test('a lifecycle policy that was put after a take-over goes when the repository goes back', async () => {
    const renamed = { logicalId: 'Renamed' };
    await send('Create', plain);
    const { id } = await send('Create', plain, renamed);
    const tidy: Wish = { ...plain, policy: policies[0] };
    await send('Update', tidy, { ...renamed, old: plain, id });
    await send('Delete', tidy, { ...renamed, id });
    expect(a1()?.state.policy).toBeUndefined();
  });

  test('a lifecycle policy that an earlier holder in another stack had put does not hinder what is given back', async () => {
    const tidy: Wish = { ...plain, policy: policies[0] };
    const restoring: Wish = { ...plain, onDelete: 'Restore' };
    const first = await send('Create', tidy);
    const { id } = await send('Create', restoring, { stack: 'two' });
    await send('Delete', tidy, { id: first.id });
    process.env.AllowWeakening = 'true';
    await send('Delete', restoring, { stack: 'two', id });
    // The policy was never this one's, so it stays; and what the other stack had hardened and left is original now.
    const hardened = { ...free, ...tight, scanOnPush: true };
    expect(a1()).toMatchObject({ state: { ...hardened, policy: policies[0] }, record: undefined });
  });

  test('a claim that a rollback moves back stays below those that came since, although none of the others is left', async () => {
    process.env.AllowWeakening = 'true';
    const renamed = { logicalId: 'Renamed' };
    const { id } = await send('Create', plain);
    const second = await send('Create', plain, renamed);
    const loose: Wish = { ...plain, scanOnPush: false };
    await send('Update', loose, { old: plain, id });
    const other = await send('Create', { ...plain, mutability: dev }, { stack: 'two' });
    await send('Delete', plain, { ...renamed, id: second.id });
    const held = a1()?.state;
    await send('Update', plain, { old: loose, id });
    expect(a1()?.record?.claims.map(({ holder }) => holder)).toEqual([id, other.id]);
    expect(a1()?.state).toEqual(held);
  });

  test('the rollback of an Update below another resource brings back its lifecycle policy, and the earlier one later', async () => {
    const renamed = { logicalId: 'Renamed' };
    const [week, fortnight] = policies;
    const { id } = await send('Create', { ...plain, policy: week });
    const second = await send('Create', { ...plain, policy: fortnight }, renamed);
    await send('Update', { ...plain, policy: foreignPolicy }, { old: { ...plain, policy: week }, id });
    await send('Update', { ...plain, policy: week }, { old: { ...plain, policy: foreignPolicy }, id });
    expect(a1()?.state.policy).toBe(fortnight);
    await send('Delete', { ...plain, policy: fortnight }, { ...renamed, id: second.id });
    expect(a1()?.state.policy).toBe(week);
  });

  test('a second delivery after another resource has taken over changes nothing', async () => {
    const requestId = randomUUID();
    await send('Create', plain, { requestId });
    await send('Create', { ...plain, mutability: latest }, { stack: 'two' }).then(({ status }) =>
      expect(status).toBe('FAILED'),
    );
    const other = await send('Create', plain, { stack: 'two' });
    expect((await send('Create', plain, { requestId })).writes).toEqual([]);
    expect(a1()?.record?.claims.at(-1)?.holder).toBe(other.id);
  });

  test('an Update that failed does not take the lifecycle policy that it read for the original one', async () => {
    const { id } = await send('Create', plain);
    const tidy: Wish = { ...plain, policy: policies[0], onDelete: 'Restore' };
    const block = { key: 'a1', step: 'put lifecycle', from: 1 } as const;
    await send('Update', tidy, { old: plain, id, block });
    real.put('a1', { ...free, ...tight, scanOnPush: true, policy: foreignPolicy });
    await send('Update', tidy, { old: plain, id });
    await send('Delete', tidy, { id });
    expect(a1()).toMatchObject({ state: { ...free, policy: foreignPolicy }, record: undefined });
  });

  test('a Create that failed, of several, releases those that can be released when one is blocked', async () => {
    const requestId = randomUUID();
    const both: Wish = { ...plain, selection: { kind: 'pattern', pattern: 'a*' } };
    const failed = await send('Create', both, {
      requestId,
      block: { key: 'a1', step: 'put mutability', from: 1 },
    });
    await send('Create', both, { requestId });
    const held = a1();
    const { reason } = await send('Delete', both, {
      id: failed.id,
      block: { key: 'a1', step: 'put scanning', from: 1 },
    });
    expect(reason).toContain('stay behind');
    expect(wholeOf(a1())).toEqual(wholeOf(held));
    expect(real.world().get('a2')).toMatchObject({ state: free, record: undefined });
  });

  test('a rollback from above others that are gone since ends at what its own resource had set', async () => {
    process.env.AllowWeakening = 'true';
    const { id } = await send('Create', plain);
    const loose: Wish = { ...plain, scanOnPush: false };
    const second = await send('Create', loose, { stack: 'two' });
    const again: Wish = { ...plain, allowNoMatch: true };
    await send('Update', again, { old: plain, id });
    await send('Delete', loose, { stack: 'two', id: second.id });
    const rollback = () => send('Update', plain, { old: again, id });
    expect((await rollback()).after.get('a1')?.state).toMatchObject({ ...tight, scanOnPush: true });
    expect((await rollback()).writes).toEqual([]);
  });

  test('a rollback from above a lifecycle policy that is gone since brings back its own, once', async () => {
    const tidy: Wish = { ...plain, policy: policies[0] };
    const { id } = await send('Create', tidy);
    const over: Wish = { ...plain, policy: policies[1], onDelete: 'Restore' };
    const second = await send('Create', over, { logicalId: 'Renamed' });
    const again: Wish = { ...plain, allowNoMatch: true };
    await send('Update', again, { old: tidy, id });
    await send('Delete', over, { logicalId: 'Renamed', id: second.id });
    const rollback = () => send('Update', tidy, { old: again, id });
    expect((await rollback()).after.get('a1')?.state).toMatchObject({ policy: policies[0] });
    expect((await rollback()).writes).toEqual([]);
  });

  test('what a resource hardens again after another client has weakened it, its Retain keeps from others', async () => {
    const restoring: Wish = { ...plain, onDelete: 'Restore' };
    const { id } = await send('Create', restoring);
    const second = await send('Create', plain, { stack: 'two' });
    real.put('a1', free);
    const again: Wish = { ...plain, allowNoMatch: true };
    await send('Update', again, { old: plain, stack: 'two', id: second.id });
    await send('Delete', again, { stack: 'two', id: second.id });
    await send('Delete', restoring, { id });
    expect(a1()?.state).toMatchObject({ ...tight });
  });

  test('a rollback to a dry run leaves what another resource has taken over since', async () => {
    process.env.AllowWeakening = 'true';
    const dry: Wish = { ...plain, dryRun: true };
    const { id } = await send('Create', dry);
    await send('Update', plain, { old: dry, id });
    const loose: Wish = { ...plain, scanOnPush: false };
    await send('Update', loose, { old: plain, id });
    const dryAgain: Wish = { ...dry, allowNoMatch: true };
    await send('Update', dryAgain, { old: loose, id });
    const second = await send('Create', loose, { stack: 'two' });
    await send('Update', loose, { old: dryAgain, id });
    await send('Create', { ...loose, mutability: dev }, { logicalId: 'Renamed' });
    const held = a1()?.state;
    await send('Update', dryAgain, { old: loose, id });
    expect(a1()?.state).toEqual(held);
    expect(second.status).toBe('SUCCESS');
  });

  test('a rollback to a dry run over a pattern tells what became of the repositories that it takes back', async () => {
    const many: Wish = { ...plain, selection: { kind: 'pattern', pattern: 'a*' } };
    const dry: Wish = { ...many, dryRun: true };
    const { id } = await send('Create', dry);
    await send('Create', plain, { logicalId: 'Renamed' });
    await send('Update', many, { old: dry, id });
    const { status, reason } = await send('Update', dry, { old: many, id });
    expect({ status, reason }).toEqual({
      ...{ status: 'SUCCESS', reason: expect.stringMatching(/\/a1 returns to ecr-settings-Renamed-/) },
    });
  });
});
