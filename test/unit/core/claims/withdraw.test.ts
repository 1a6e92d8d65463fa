/** A claim that changes no setting, and is taken back after others have written the record: as if it had never been. */
import { expect, test } from '@jest/globals';
import {
  moveBack,
  putClaim,
  type Removal,
  type RemovalMode,
  removeClaim,
  reviveClaim,
} from '../../../../core/claims/operations.ts';
import { type Claim, claimOf, type Ownership } from '../../../../core/claims/record.ts';
import { withdrawal } from '../../../../core/claims/withdraw.ts';
import {
  settings as allSettings,
  isSameSettings,
  type RepositorySettings,
} from '../../../../core/settings/repository-settings.ts';
import fc from '../../../support/fast-check.ts';

/** What is there, and who wants what. */
interface World {
  readonly ownership: Ownership;
  readonly settings: RepositorySettings;
}

/** What a stack asks for, or that it is deleted; each stack has one resource. */
type Step =
  | { readonly do: 'put'; readonly holder: string; readonly set: RepositorySettings }
  | { readonly do: 'remove'; readonly holder: string; readonly mode: RemovalMode };

const withdrawn = 'withdrawn';

function settingsOf(mutability: 'MUTABLE' | 'IMMUTABLE', scanOnPush: boolean): RepositorySettings {
  return { tagMutability: { mutability, exclusions: [] }, scanOnPush, lifecyclePolicy: undefined };
}
const unsafe = settingsOf('MUTABLE', false);

/** No request makes a repository less safe. */
function safest(one: RepositorySettings, other: RepositorySettings): RepositorySettings {
  return allSettings.reduce((safe, { safer }) => safer(safe, other), one);
}

function put(
  { ownership, settings }: World,
  holder: string,
  set: RepositorySettings,
  request = 'earlier',
): World {
  const own = claimOf(ownership, holder);
  const claim: Claim = {
    ...{ holder, stack: holder, since: 0, request, properties: request, replacedProperties: '', set },
    ...{ beforeLastChange: settings, foundByStack: own?.foundByStack ?? settings },
    atTakeover: own !== undefined && own === ownership.claims.at(-1) ? own.atTakeover : settings,
    ...(own === undefined ? { isNew: true } : {}),
  };
  const { lifecyclePolicy = settings.lifecyclePolicy } = set;
  const known = ownership.claims.length === 0 ? { ...ownership, original: settings } : ownership;
  return { ownership: putClaim(known, claim), settings: { ...set, lifecyclePolicy } };
}

/** What is written where the repository still has what the holder has set. */
function removed(
  { ownership, settings }: World,
  holder: string,
  { ownership: left, target }: Removal,
): World {
  const claim = claimOf(ownership, holder);
  const goal = { ...settings, ...target };
  const ours = allSettings.filter(({ equals }) => claim !== undefined && equals(claim.set, settings));
  return { ownership: left, settings: ours.reduce((into, { take }) => take(into, goal), settings) };
}

function remove(world: World, holder: string, mode: RemovalMode): World {
  return removed(world, holder, removeClaim(world.ownership, holder, mode, world.settings));
}

function after(world: World, steps: readonly Step[]): World {
  return steps.reduce(
    (at, step) =>
      step.do === 'put'
        ? put(at, step.holder, safest(at.settings, step.set))
        : remove(at, step.holder, step.mode),
    world,
  );
}

const holders = ['one', 'two', 'three', withdrawn];
const someSettings = fc.constantFrom(unsafe, settingsOf('IMMUTABLE', false), settingsOf('IMMUTABLE', true));
const start: World = { ownership: { original: unsafe, claims: [], retained: [] }, settings: unsafe };

function stepsOf(holders: readonly string[], modes: readonly RemovalMode[]): fc.Arbitrary<readonly Step[]> {
  const holder = fc.constantFrom(...holders);
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ do: fc.constant('put' as const), holder, set: someSettings }),
    fc.record({ do: fc.constant('remove' as const), holder, mode: fc.constantFrom(...modes) }),
  );
  return fc.array(step, { maxLength: 5 });
}

/** A world in which a claim was taken back, the same if it had never been, and an order in which all claims go. */
function bothWays() {
  const others = holders.filter((holder) => holder !== withdrawn);
  return fc
    .tuple(
      stepsOf(holders, ['Restore', 'Retain']),
      stepsOf(others, ['Restore']),
      fc.shuffledSubarray(holders, { minLength: holders.length }),
    )
    .map(([before, between, order]) => {
      const found = after(start, before);
      const isOnTop = found.ownership.claims.at(-1)?.holder === withdrawn;
      // One that is on top already is not written again.
      const claimed = isOnTop ? found : put(found, withdrawn, found.settings, 'withdrawn');
      const [overtaken, never] = alike(claimed, found, between);
      const taken = withdrawal(overtaken.ownership, withdrawn, found.ownership);
      return {
        never: endsOf(never, order),
        back: endsOf(isOnTop ? overtaken : removed(overtaken, withdrawn, taken), order),
      };
    });
}

/**
 * Both worlds after these steps; without a request where what it would find is not the same in both: what it finds is its
 * own, and is not taken back.
 */
function alike(one: World, other: World, steps: readonly Step[]): readonly [World, World] {
  return steps.reduce(
    ([left, right], step) =>
      step.do === 'put' && !isSameSettings(left.settings, right.settings)
        ? [left, right]
        : [after(left, [step]), after(right, [step])],
    [one, other] as const,
  );
}

/** A world, and what it becomes as one after another is deleted. */
function endsOf(world: World, order: readonly string[]): readonly World[] {
  let last = world;
  const later = order.map((holder) => {
    last = remove(last, holder, 'Restore');
    return last;
  });
  return [world, ...later];
}

const bare = ({ settings, ownership: { claims } }: World) => ({
  settings,
  claims: claims.map(({ holder, set, atTakeover }) => ({ holder, set, atTakeover })),
});

test('is as if it had never been, now and when others go later', () => {
  fc.assert(
    fc.property(bothWays(), ({ back, never }) => {
      expect(back.map(bare)).toEqual(never.map(bare));
    }),
    { numRuns: 300 },
  );
});

const hardened = settingsOf('IMMUTABLE', true);
const policyOf = (settings: RepositorySettings, lifecyclePolicy: string) => ({
  ...settings,
  lifecyclePolicy,
});

test('a claim that has moved to the top moves back below those that have taken over before it', () => {
  const found = put(put(start, withdrawn, unsafe), 'one', hardened);
  const claimed = put(found, withdrawn, hardened, 'withdrawn');
  const overtaken = put(claimed, 'two', hardened);
  const back = withdrawal(overtaken.ownership, withdrawn, found.ownership);
  expect(back.target).toEqual({});
  expect(back.ownership.claims.map(({ holder }) => holder)).toEqual([withdrawn, 'one', 'two']);
});

test('a rollback that is taken back leaves what the Update before it had set in effect', () => {
  const found = put(put(put(start, withdrawn, unsafe), 'one', hardened), withdrawn, hardened, 'update');
  const claim = claimOf(found.ownership, withdrawn);
  if (claim === undefined) throw new Error('the claim is there');
  const moved = { ...found, ownership: moveBack(found.ownership, claim, 'rollback') };
  const back = (world: World) =>
    removed(world, withdrawn, withdrawal(world.ownership, withdrawn, found.ownership));
  expect(back(moved).settings).toEqual(hardened);
  const alone = back(remove(moved, 'one', 'Restore'));
  expect(alone.settings).toEqual(hardened);
  expect(alone.ownership.claims).toMatchObject([{ holder: withdrawn, request: 'update', set: hardened }]);
});

test('a claim that a rollback has brought back is released again, and gives back what it was left', () => {
  const claim = claimOf(put(start, withdrawn, hardened).ownership, withdrawn);
  if (claim === undefined) throw new Error('the claim is there');
  const released: Ownership = { ...start.ownership, retained: [{ claim, original: unsafe }] };
  const found = put({ ownership: released, settings: unsafe }, 'one', hardened);
  const revived = { ...found, ownership: reviveClaim(found.ownership, withdrawn, claim.properties) };
  const overtaken = remove(put(revived, withdrawn, hardened, 'rollback'), 'one', 'Restore');
  const back = removed(overtaken, withdrawn, withdrawal(overtaken.ownership, withdrawn, found.ownership));
  expect(back).toEqual({ ownership: { ...released, claims: [] }, settings: unsafe });
});

test('a lifecycle policy that was there before the claim stays where others have claimed since', () => {
  const found = put({ ...start, settings: policyOf(unsafe, 'found') }, 'one', unsafe);
  const claimed = put(found, withdrawn, policyOf(unsafe, 'found'), 'withdrawn');
  const overtaken = put(claimed, 'two', unsafe);
  const { ownership } = overtaken;
  const original = policyOf(unsafe, 'older');
  expect(withdrawal({ ...ownership, original }, withdrawn, found.ownership).target).toEqual({});
});
