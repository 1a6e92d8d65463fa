/** What any history of resources, rollbacks, removals and sweeps must keep true, also of lifecycle policies. */
import { describe, expect, test } from '@jest/globals';
import { keeperHolder } from '../../../core/claims/keeper.ts';
import { claimOf } from '../../../core/claims/record.ts';
import {
  settings as allSettings,
  type RepositorySettings,
} from '../../../core/settings/repository-settings.ts';
import fc from '../../support/fast-check.ts';
import { like, policies, run, type Step, startWorld, unsafeNames, type World } from './support/histories.ts';

const holder = fc.constantFrom('a1', 'a2', 'b1', 'b2', 'c1');
const tags = fc.constantFrom(
  like('MUTABLE'),
  like('IMMUTABLE'),
  like('IMMUTABLE_WITH_EXCLUSION', 'latest'),
  like('IMMUTABLE_WITH_EXCLUSION', 'edge'),
  like('IMMUTABLE_WITH_EXCLUSION', 'v*'),
);
const wish = fc.record(
  { tags, scan: fc.boolean(), policy: fc.constantFrom(...policies), whenSafer: fc.constant('Keep' as const) },
  { requiredKeys: [] },
);
const mode = fc.constantFrom('Retain', 'Restore');
const kinds = {
  request: fc.record({ kind: fc.constant('request'), holder, wish }),
  back: fc.record({
    kind: fc.constantFrom('rollback', 'rollback', 'rollback to a dry run', 'undo'),
    holder,
  }),
  removal: fc.record({ kind: fc.constantFrom('remove', 'deselect'), holder, mode }),
  sweep: fc.constant({ kind: 'sweep' }),
  byHand: fc.record({ kind: fc.constant('by hand'), tags, scan: fc.boolean() }),
};
const { byHand, ...byRequests } = kinds;
const steps = (arbitraries: readonly fc.Arbitrary<unknown>[], maxLength: number) =>
  fc.array(fc.oneof(kinds.request, ...arbitraries), { maxLength }) as fc.Arbitrary<Step[]>;
const known = Object.values(byRequests);
const numRuns = Number(process.env.PROPERTY_RUNS ?? 900);

function after(history: readonly Step[], world = startWorld()): World {
  for (const each of history) run(world, each);
  return world;
}

const differing = (one: RepositorySettings, other: RepositorySettings) =>
  allSettings.filter(({ equals }) => !equals(one, other)).map(({ name }) => name);

test('what only requests have changed is as the newest claim says, and the lifecycle policy as the newest about one', () => {
  fc.assert(
    fc.property(steps(known, 14), (history) => {
      const { settings, ownership } = after(history);
      const claims = ownership?.claims ?? [];
      const newest = claims.at(-1)?.set ?? settings;
      const { lifecyclePolicy } =
        claims.findLast(({ set }) => set.lifecyclePolicy !== undefined)?.set ?? settings;
      expect(differing({ ...newest, lifecyclePolicy }, settings)).toEqual([]);
    }),
    { numRuns },
  );
});

test('nothing that is taken back or removed makes unsafe what the keeper has hardened', () => {
  fc.assert(
    fc.property(steps([...known, byHand], 16), (history) => {
      const world = startWorld();
      for (const each of history) {
        const claim = claimOf(world.ownership, keeperHolder);
        const unsafe = unsafeNames(world.settings);
        run(world, each);
        if (claim === undefined || each.kind === 'by hand') continue;
        const hardened = allSettings.filter(({ isWeaker }) => isWeaker(claim.atTakeover, claim.set));
        const fresh: readonly string[] = unsafeNames(world.settings).filter((name) => !unsafe.includes(name));
        expect(hardened.filter(({ name }) => fresh.includes(name))).toEqual([]);
      }
    }),
    { numRuns },
  );
});

test('a resource that is made beside another one of its stack, and removed, leaves everything as it was', () => {
  fc.assert(
    fc.property(steps(known, 10), kinds.request, mode, (history, made, how) => {
      const world = after(history);
      const { claims = [], retained = [] } = world.ownership ?? {};
      const own = claims.findLast(({ holder: each }) => each !== keeperHolder);
      const isKnown = [...claims, ...retained.map(({ claim }) => claim)].some(
        (each) => each.holder === made.holder,
      );
      fc.pre(own?.stack === made.holder.slice(0, 1) && !isKnown);
      const before = world.settings;
      const { holder: name } = made;
      world.wishes.delete(name);
      after([made, { kind: 'remove', holder: name, mode: how }] as Step[], world);
      expect(differing(world.settings, before)).toEqual([]);
    }),
    { numRuns: Math.ceil(numRuns / 3) },
  );
});

test('all is as it was at first once every claim is removed by Restore, in whatever order', () => {
  const { request, back, sweep } = kinds;
  fc.assert(
    fc.property(steps([request, back, sweep], 12), fc.infiniteStream(fc.nat()), (history, picks) => {
      const world = after(history);
      for (let claims = world.ownership?.claims ?? []; claims.length > 0; ) {
        const { holder: name } = claims[(picks.next().value ?? 0) % claims.length] ?? { holder: '' };
        run(world, { kind: 'remove', holder: name, mode: 'Restore' });
        claims = world.ownership?.claims ?? [];
      }
      expect(differing(world.settings, startWorld().settings)).toEqual([]);
    }),
    { numRuns },
  );
});

describe('a history that the search has found', () => {
  const [week, fortnight] = policies;
  const sweep: Step = { kind: 'sweep' };
  const request = (name: string, wanted: object): Step => ({ kind: 'request', holder: name, wish: wanted });
  const remove = (name: string, how: 'Retain' | 'Restore'): Step => ({
    kind: 'remove',
    holder: name,
    mode: how,
  });
  const found = startWorld().settings;
  const vendors = like('MUTABLE');
  const exempt: Step = { kind: 'exempt', names: ['tagMutability'] };

  test.each<[string, readonly Step[], Partial<RepositorySettings>]>([
    [
      'an exempt setting stays after the rename of its resource is rolled back',
      [
        sweep,
        exempt,
        request('a1', { tags: vendors }),
        request('a2', { tags: vendors }),
        remove('a2', 'Retain'),
      ],
      { tagMutability: vendors },
    ],
    [
      'the lifecycle policy of a renamed resource goes with the rollback, also where the keeper came in between',
      [
        request('a1', { scan: false }),
        sweep,
        request('a2', { scan: true, policy: week }),
        remove('a2', 'Retain'),
      ],
      { lifecyclePolicy: 'none' },
    ],
    [
      'a lifecycle policy that another claim of the stack had put goes with it, though the first one comes on top without one',
      [
        request('a1', { policy: week }),
        request('a2', { policy: fortnight }),
        request('a1', {}),
        remove('a2', 'Restore'),
        remove('a1', 'Restore'),
      ],
      found,
    ],
    [
      'a lifecycle policy that a resource found, and whose own one is gone, does not come back',
      [
        sweep,
        request('b1', { policy: week }),
        request('a1', {}),
        remove('b1', 'Restore'),
        request('a1', { policy: week }),
        remove('a1', 'Restore'),
      ],
      { lifecyclePolicy: 'none' },
    ],
    [
      'a lifecycle policy that is retained is the earlier resource’s, also with the keeper in between',
      [
        request('a1', { scan: false, policy: week }),
        sweep,
        request('b1', { policy: fortnight }),
        remove('b1', 'Retain'),
        remove('a1', 'Restore'),
      ],
      { lifecyclePolicy: 'none' },
    ],
    [
      'a rollback to a dry run takes a lifecycle policy back that others have let through',
      [
        request('a1', {}),
        request('a1', { policy: week }),
        request('b1', {}),
        { kind: 'rollback to a dry run', holder: 'a1' },
      ],
      { lifecyclePolicy: 'none' },
    ],
    [
      'a rollback that moves a claim back takes such a policy back too',
      [
        request('a1', {}),
        request('b1', {}),
        request('a1', { policy: week }),
        request('c1', {}),
        { kind: 'rollback', holder: 'a1' },
      ],
      { lifecyclePolicy: 'none' },
    ],
    [
      'what was weakened by hand does not come back with a rollback to a dry run',
      [
        sweep,
        request('a1', {}),
        { kind: 'by hand', tags: vendors, scan: false },
        request('a1', { tags: like('IMMUTABLE') }),
        { kind: 'rollback to a dry run', holder: 'a1' },
      ],
      { tagMutability: like('IMMUTABLE_WITH_EXCLUSION', 'latest', 'edge'), scanOnPush: true },
    ],
    [
      'what is taken back below another claim does not come back with that one',
      [
        request('a1', { scan: false }),
        request('a1', { tags: vendors }),
        sweep,
        { kind: 'rollback to a dry run', holder: 'a1' },
        remove(keeperHolder, 'Restore'),
        remove('a1', 'Restore'),
      ],
      found,
    ],
    [
      'a lifecycle policy that a claim had let through, and that is gone, does not come back over it once it is moved back',
      [
        request('a2', { policy: week }),
        request('c1', {}),
        request('b2', { policy: fortnight }),
        request('c1', { policy: week }),
        request('a2', {}),
        { kind: 'rollback', holder: 'c1' },
        remove('a2', 'Restore'),
        remove('b2', 'Restore'),
      ],
      { lifecyclePolicy: 'none' },
    ],
    [
      'what one resource has put back, another one of its stack leaves with Retain',
      [
        request('c1', { scan: true }),
        request('a1', {}),
        request('a2', {}),
        { kind: 'by hand', tags: vendors, scan: false },
        request('a2', { scan: true }),
        remove('a2', 'Retain'),
        remove('a1', 'Retain'),
        remove('c1', 'Restore'),
      ],
      { tagMutability: like('IMMUTABLE_WITH_EXCLUSION', 'latest', 'edge'), scanOnPush: true },
    ],
    [
      'what WhenSafer: Keep has left is as it was after a rollback',
      [
        sweep,
        request('a1', { tags: vendors, whenSafer: 'Keep' }),
        request('a1', { tags: like('IMMUTABLE') }),
        { kind: 'rollback', holder: 'a1' },
      ],
      { tagMutability: like('IMMUTABLE_WITH_EXCLUSION', 'latest', 'edge') },
    ],
  ])('%s', (_what, history, expected) => {
    expect(after(history).settings).toMatchObject(expected);
  });
});
