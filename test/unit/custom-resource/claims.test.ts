import { describe, expect, test } from '@jest/globals';
import { decodeRecord, encodeRecord } from '../../../core/claims/encode.ts';
import { moveBack, putClaim, removeClaim, reviveClaim } from '../../../core/claims/operations.ts';
import {
  type Claim,
  type ClaimRecord,
  claimOf,
  holdersOf,
  maxClaims,
  newestClaim,
  type Ownership,
} from '../../../core/claims/record.ts';
import { isList, isObject, type Json } from '../../../core/json.ts';
import {
  settings as allSettings,
  isSameSettings,
  noPolicy,
  type RepositorySettings,
} from '../../../core/settings/repository-settings.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';
import {
  claimLike,
  knownSettings,
  ownershipLike,
  policyTexts,
  recordLike,
  someSettings,
} from './support/arbitrary-claims.ts';
import { asClaimed } from './support/claims-records.ts';
import { type Settings, safe, unsafe } from './support/registry.ts';

const itemLike = ({ repositoryArn, version }: ClaimRecord, body: string) => ({
  key: repositoryArn,
  version,
  body,
});
const reread = (record: ClaimRecord) => decodeRecord(itemLike(record, encodeRecord(record)));

/** The hash of each lifecycle policy that stands anywhere in a record. */
function namedPolicies(value: unknown): readonly string[] {
  const texts = JSON.stringify(value).matchAll(/"lifecyclePolicy":"([^"]*)"/g);
  return [...new Set([...texts].map(([, hash = '']) => hash))].filter((hash) => hash !== noPolicy).toSorted();
}

/** The path of every value within a value. */
function pathsIn(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  const entries: [string, Json][] = isList(value)
    ? value.map((each, index) => [`${index}`, each])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return [path, ...entries.flatMap(([key, each]) => pathsIn(each, [...path, key]))];
}

/** The same with null at a path. */
function withNull(value: Json, [key, ...rest]: readonly string[]): Json {
  if (key === undefined) return null;
  if (isList(value)) return value.map((each, index) => (`${index}` === key ? withNull(each, rest) : each));
  return isObject(value) ? { ...value, [key]: withNull(value[key] ?? null, rest) } : value;
}

describe('a record in the table', () => {
  test('is read as it was written, with the policies that it names and no other', () => {
    fc.assert(
      fc.property(recordLike, (record) => {
        const { policies: _, ...named } = record;
        const policies = Object.fromEntries(namedPolicies(named).map((hash) => [hash, policyTexts[hash]]));
        expect(reread(record)).toEqual({ ...record, policies });
      }),
    );
  });

  test('can be read by an operator', () => {
    const claim = { ...claimOn(settingsLike('aaaaaaaaaaaaaaaa'), settingsLike(noPolicy)), since: 5 };
    const record: ClaimRecord = {
      repositoryArn: 'arn:aws:ecr:us-east-1:123456789012:repository/payments/api',
      createdAt: 1,
      version: 7,
      changedAt: 6,
      original: settingsLike(noPolicy),
      claims: [claim],
      retained: [],
      policies: policyTexts,
      inFlight: undefined,
    };
    expect(JSON.parse(encodeRecord(record))).toEqual({
      createdAt: 1,
      changedAt: 6,
      original: asClaimed(unsafe, noPolicy),
      claims: [{ ...claim, set: asClaimed(unsafe, 'aaaaaaaaaaaaaaaa') }],
      retained: [],
      policies: { aaaaaaaaaaaaaaaa: '{"rules":[1]}' },
    });
  });

  test('is none where any value of it is damaged', () => {
    fc.assert(
      fc.property(recordLike, fc.nat(), (record, pick) => {
        const body: Json = JSON.parse(encodeRecord(record));
        const paths = pathsIn(body);
        const damaged = withNull(body, paths[pick % paths.length] ?? []);
        expect(decodeRecord(itemLike(record, JSON.stringify(damaged)))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'nonsense'],
    ['a list', '[]'],
    ['half of it', '{"createdAt":1,"changedAt":'],
    ['a map of something else', '{"holder":"x"}'],
  ])('is none where the body is %s', (_what, body) => {
    expect(decodeRecord({ key: 'x', version: 1, body })).toBeUndefined();
  });

  test('keeps well under the 400 KB of an item with as many claims as there may be and long policies, each once', () => {
    const texts = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((each) => [each.repeat(16), each.repeat(30_000)]),
    );
    const hashes = Object.keys(texts);
    const five = Array.from({ length: 5 }, (_, index) => `${index}${'x'.repeat(127)}`);
    const longest = (index: number): RepositorySettings => ({
      tagMutability: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: five },
      scanOnPush: true,
      lifecyclePolicy: hashes[index % hashes.length],
    });
    // Of logical IDs of ordinary length.
    const claims = Array.from({ length: maxClaims }, (_, index) => ({
      ...claimOn(longest(index), { ...unsafeSettings, lifecyclePolicy: hashes[0] }),
      holder: `ecr-settings-RepositorySettings${index}-0123456789ab`,
    }));
    const body = encodeRecord({
      repositoryArn: 'x',
      createdAt: 1,
      version: 1,
      changedAt: 1,
      original: longest(0),
      claims,
      retained: [],
      policies: texts,
      inFlight: undefined,
    });
    for (const text of Object.values(texts)) expect(body.split(text)).toHaveLength(2);
    expect(Buffer.byteLength(body)).toBeLessThan(350_000);
  });
});

const unsafeSettings = settingsLike(undefined);

function settingsLike(lifecyclePolicy: string | undefined, settings: Settings = unsafe): RepositorySettings {
  return { ...asClaimed(settings), lifecyclePolicy } as RepositorySettings;
}

/** A claim that was put where nothing but those below it stood. */
function claimOn(set: RepositorySettings, current: RepositorySettings): Claim {
  return {
    holder: 'ecr-settings-Settings-0123456789ab',
    stack: 'arn:aws:cloudformation:us-east-1:123456789012:stack/orders/1',
    since: 0,
    request: '0123456789abcdef',
    properties: 'fedcba9876543210',
    set,
    beforeLastChange: current,
    replacedProperties: '0000000000000000',
    atTakeover: current,
    foundByStack: current,
  };
}

const holders = ({ claims }: Ownership) => claims.map(({ holder }) => holder);

describe('a claim that is put', () => {
  test('is the newest, once, and moves nobody else', () => {
    fc.assert(
      fc.property(ownershipLike, claimLike, fc.nat(), (before, given, pick) => {
        // Half of the time one's own stands there already.
        const own = before.claims[pick % (2 * before.claims.length || 1)];
        const claim = own === undefined ? given : { ...given, holder: own.holder };
        const after = putClaim(before, claim);
        expect(newestClaim(after)).toMatchObject({ holder: claim.holder, set: claim.set });
        expect(holders(after)).toEqual([
          ...holders(before).filter((holder) => holder !== claim.holder),
          claim.holder,
        ]);
        expect(after.original).toEqual(before.original);
        expect(after.retained.map((each) => each.claim.holder)).not.toContain(claim.holder);
      }),
    );
  });

  test('and undone leaves everything as it was', () => {
    fc.assert(
      fc.property(ownershipLike, claimLike, knownSettings, (before, given, current) => {
        const others = before.retained.filter(({ claim }) => claim.holder !== given.holder);
        fc.pre(claimOf(before, given.holder) === undefined && others.length === before.retained.length);
        const { movedFrom: _, ...bare } = given;
        const claim = { ...bare, beforeLastChange: current, atTakeover: current };
        const { ownership, target, returnsTo } = removeClaim(
          putClaim(before, claim),
          claim.holder,
          'Undo',
          claim.set,
        );
        expect(ownership).toEqual(before);
        expect(isSameSettings({ ...current, ...target }, current)).toBe(true);
        expect(returnsTo).toBe(newestClaim(before)?.holder);
      }),
    );
  });
});

/** What happens to one repository and its claims, as far as nobody else changes its settings. */
interface World {
  readonly ownership: Ownership;
  readonly current: RepositorySettings;
}

function putting({ ownership, current }: World, claim: Claim): World {
  const own = claimOf(ownership, claim.holder);
  // Whoever was about the lifecycle policy once stays about it.
  const lifecyclePolicy = claim.set.lifecyclePolicy ?? own?.set.lifecyclePolicy;
  const set = { ...claim.set, lifecyclePolicy };
  const { movedFrom: _, ...bare } = claim;
  const put: Claim = {
    ...bare,
    set,
    beforeLastChange: current,
    atTakeover: own !== undefined && own === newestClaim(ownership) ? own.atTakeover : current,
  };
  const after = { ...current, ...set, lifecyclePolicy: set.lifecyclePolicy ?? current.lifecyclePolicy };
  return { ownership: putClaim(ownership, put), current: after };
}

/** As relinquish.ts does: only a setting that still stands as the holder left it is given back. */
function removing({ ownership, current }: World, holder: string, mode: 'Retain' | 'Restore' | 'Undo'): World {
  const claim = claimOf(ownership, holder);
  const removal = removeClaim(ownership, holder, mode, current);
  if (claim === undefined) return { ownership: removal.ownership, current };
  const goal = { ...current, ...removal.target };
  let next = current;
  for (const { equals, take } of allSettings) if (equals(claim.set, current)) next = take(next, goal);
  return { ownership: removal.ownership, current: next };
}

const chain = fc.record({
  original: knownSettings,
  claims: fc.array(fc.tuple(claimLike, fc.constantFrom('a', 'b', 'c', 'd', 'e')), {
    minLength: 1,
    maxLength: 8,
  }),
});

function built({ original, claims }: { original: RepositorySettings; claims: [Claim, string][] }): World {
  return claims.reduce<World>((world, [claim, holder]) => putting(world, { ...claim, holder }), {
    ownership: { original, claims: [], retained: [] },
    current: original,
  });
}

describe('a chain of claims', () => {
  test('is in effect as its newest claim wants', () => {
    fc.assert(
      fc.property(chain, (given) => {
        const { ownership, current } = built(given);
        const newest = newestClaim(ownership);
        expect(newest && allSettings.every(({ equals }) => equals(newest.set, current))).toBe(true);
      }),
    );
  });

  test('that is removed by Restore, in any order, ends at what was original', () => {
    fc.assert(
      fc.property(chain, fc.infiniteStream(fc.nat()), (given, picks) => {
        let world = built(given);
        while (world.ownership.claims.length > 0) {
          const { claims } = world.ownership;
          const claim = claims[(picks.next().value ?? 0) % claims.length];
          world = removing(world, claim?.holder ?? '', 'Restore');
        }
        expect(world.current).toEqual(given.original);
        expect(world.ownership).toEqual({ original: given.original, claims: [], retained: [] });
      }),
      { numRuns: runsOf({ share: 300, whole: 1_000 }) },
    );
  });

  test.each(['Restore', 'Undo'] as const)(
    'of resources that were just made, removed by %s in any order, ends at what was original',
    (mode) => {
      fc.assert(
        fc.property(chain, fc.infiniteStream(fc.nat()), ({ original, claims }, picks) => {
          const made = claims.map(([claim], index): [Claim, string] => [
            { ...claim, isNew: true },
            `made-${index}`,
          ]);
          let world = built({ original, claims: made });
          while (world.ownership.claims.length > 0) {
            const { claims: left } = world.ownership;
            const claim = left[(picks.next().value ?? 0) % left.length];
            world = removing(world, claim?.holder ?? '', mode);
          }
          expect(world.current).toEqual(original);
        }),
      );
    },
  );

  test('moves back to where it was, with what it was', () => {
    fc.assert(
      fc.property(chain, claimLike, fc.nat(), (given, claim, pick) => {
        const before = built(given);
        const { claims } = before.ownership;
        const own = claims[pick % claims.length];
        fc.pre(own !== undefined && own !== claims.at(-1) && own.movedFrom === undefined);
        const { ownership } = putting(before, { ...claim, holder: own?.holder ?? '' });
        const moved = newestClaim(ownership);
        expect(moved && holders(moveBack(ownership, moved))).toEqual(holders(before.ownership));
        expect(moved && claimOf(moveBack(ownership, moved), moved.holder)).toEqual(own);
      }),
    );
  });
});

describe('a claim that is removed', () => {
  const modes = ['Retain', 'Restore', 'Undo'] as const;

  test.each(modes)('is gone (%s), with what was retained of it, and moves nobody else', (mode) => {
    fc.assert(
      fc.property(ownershipLike, fc.nat(), someSettings, (before, pick, current) => {
        const claim = before.claims[pick % (before.claims.length || 1)];
        const holder = claim?.holder ?? 'nobody';
        const { ownership, target, returnsTo } = removeClaim(before, holder, mode, current);
        expect(holders(ownership)).toEqual(holders(before).filter((each) => each !== holder));
        const left = before.retained.filter((each) => each.claim.holder !== holder);
        if (mode !== 'Retain') expect(ownership.retained).toEqual(left);
        expect(ownership.retained.map((each) => each.claim.holder)).toEqual(
          left.map((each) => each.claim.holder),
        );
        expect(removeClaim(ownership, holder, mode, current)).toEqual({
          ownership,
          target: {},
          returnsTo: undefined,
        });
        if (claim === undefined) expect({ target, returnsTo }).toEqual({ target: {}, returnsTo: undefined });
      }),
    );
  });

  test.each(['Restore', 'Undo'] as const)(
    'below others brings nothing back (%s) but a lifecycle policy that nobody above it has',
    (mode) => {
      fc.assert(
        fc.property(ownershipLike, fc.nat(), knownSettings, (before, pick, current) => {
          fc.pre(before.claims.length > 1);
          const index = pick % (before.claims.length - 1);
          const claim = before.claims[index];
          const above = before.claims.slice(index + 1);
          const { ownership, target, returnsTo } = removeClaim(before, claim?.holder ?? '', mode, current);
          const isPolicyAlone =
            claim?.set.lifecyclePolicy !== undefined &&
            above.every(({ set }) => set.lifecyclePolicy === undefined);
          expect(Object.keys(target)).toEqual(isPolicyAlone ? ['lifecyclePolicy'] : []);
          expect(ownership.original).toEqual(before.original);
          expect(returnsTo).toBeUndefined();
        }),
      );
    },
  );

  const orders = 'arn:aws:cloudformation:us-east-1:123456789012:stack/orders/1';
  const other = 'arn:aws:cloudformation:us-east-1:123456789012:stack/other/1';
  const latest: Settings = { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] };
  const first = {
    ...claimOn(settingsLike(undefined, latest), unsafeSettings),
    holder: 'first',
    stack: orders,
  };
  const second = (stack: string) => ({
    ...claimOn(settingsLike(undefined, safe), first.set),
    holder: 'second',
    stack,
  });
  const both = (stack: string): Ownership => ({
    original: settingsLike(noPolicy),
    claims: [first, second(stack)],
    retained: [],
  });
  const { lifecyclePolicy: _, ...asFirst } = first.set;
  const { lifecyclePolicy: __, ...asFound } = unsafeSettings;

  test.each<[string, (typeof modes)[number], string, object, string | undefined]>([
    ['returns to the one below it in its stack', 'Retain', orders, asFirst, 'first'],
    ['returns to the one below it in its stack', 'Restore', orders, asFirst, 'first'],
    ['returns to the one below it in its stack', 'Undo', orders, asFirst, 'first'],
    ['leaves the settings to another stack', 'Retain', other, {}, undefined],
    ['returns to another stack', 'Restore', other, asFirst, 'first'],
    ['returns to another stack', 'Undo', other, asFirst, 'first'],
  ])('on top %s (%s)', (_what, mode, stack, target, returnsTo) => {
    const removal = removeClaim(both(stack), 'second', mode, settingsLike(undefined, safe));
    expect({ target: removal.target, returnsTo: removal.returnsTo }).toEqual({ target, returnsTo });
    // What another stack has hardened since it took over, and left, is original from then on.
    const isKept = mode === 'Retain' && stack === other;
    expect(removal.ownership.original).toEqual(
      settingsLike(noPolicy, isKept ? { ...unsafe, mutability: 'IMMUTABLE' } : unsafe),
    );
  });

  test('by Retain leaves to another stack what it had set, as that one’s own, where it still stands', () => {
    const left = (current: Settings) =>
      removeClaim(both(other), 'second', 'Retain', settingsLike(undefined, current)).ownership.claims;
    // And what that one had found and set before it knows no weaker any more.
    const known = settingsLike(undefined, { ...unsafe, mutability: 'IMMUTABLE' });
    expect(left(safe)).toEqual([
      {
        ...first,
        set: settingsLike(undefined, safe),
        ...{ beforeLastChange: known, atTakeover: known, foundByStack: known },
      },
    ]);
    // What somebody else has changed since is not the first one's.
    expect(left({ ...latest, exclusions: ['dev'] })).toEqual([{ ...first, set: first.set }]);
  });

  test.each<[string, (typeof modes)[number], object]>([
    ['leaves the settings', 'Retain', {}],
    ['brings back what was original', 'Restore', asFound],
    ['brings back what was before its last change', 'Undo', asFirst],
  ])('alone %s (%s)', (_what, mode, target) => {
    const ownership = { original: settingsLike(noPolicy), claims: [second(orders)], retained: [] };
    expect(removeClaim(ownership, 'second', mode, undefined)).toMatchObject({ target, returnsTo: undefined });
  });

  test.each([
    ['becomes original below a claim of another stack', 'Retain', other, latest],
    ['stays with its stack', 'Retain', orders, unsafe],
    ['is given up below a claim of another stack', 'Restore', other, unsafe],
  ] as const)('below another: what it had hardened %s (%s)', (_what, mode, stack, original) => {
    const { ownership, target } = removeClaim(both(stack), 'first', mode, settingsLike(undefined, safe));
    expect(ownership.original).toEqual(settingsLike(noPolicy, original));
    const isKept = mode === 'Retain' && stack === other;
    const found = settingsLike(undefined, latest);
    expect(ownership.claims).toEqual([{ ...second(stack), atTakeover: isKept ? found : first.atTakeover }]);
    expect(target).toEqual({});
  });

  test.each(modes)('leaves what each claim has found as the one below it has set it (%s)', (mode) => {
    const isChain = ({ claims }: Ownership) =>
      claims.every(
        ({ atTakeover }, index) =>
          index === 0 ||
          allSettings
            .filter(({ name }) => name !== 'lifecyclePolicy')
            .every(({ equals }) => equals(atTakeover, claims[index - 1]?.set ?? atTakeover)),
      );
    fc.assert(
      fc.property(fc.array(claimLike, { minLength: 2, maxLength: 6 }), fc.nat(), (given, pick) => {
        const claims = given.map((claim, index) => ({
          ...claim,
          holder: `${index}`,
          atTakeover: given[index - 1]?.set ?? claim.atTakeover,
        }));
        const before: Ownership = { original: unsafeSettings, claims, retained: [] };
        const { ownership } = removeClaim(before, `${pick % claims.length}`, mode, claims.at(-1)?.set);
        expect(isChain(ownership)).toBe(true);
      }),
    );
  });

  test('alone gives back the earlier lifecycle policy, by its hash', () => {
    const claim = claimOn(settingsLike('aaaaaaaaaaaaaaaa', safe), settingsLike('bbbbbbbbbbbbbbbb'));
    const ownership = { original: settingsLike('bbbbbbbbbbbbbbbb'), claims: [claim], retained: [] };
    expect(removeClaim(ownership, claim.holder, 'Restore', undefined).target).toEqual(
      settingsLike('bbbbbbbbbbbbbbbb'),
    );
  });

  test('and retained comes back below those that came since, with what was original then', () => {
    fc.assert(
      fc.property(ownershipLike, claimLike, someSettings, (given, claim, original) => {
        fc.pre(!holdersOf({ ...given, inFlight: undefined } as ClaimRecord).includes(claim.holder));
        const retaining = { ...given, retained: [...given.retained, { claim, original }] };
        const revived = reviveClaim(retaining, claim.holder, claim.properties);
        expect(revived).toEqual({
          // A lifecycle policy that was not read then is what it was found to be since.
          original: {
            ...original,
            lifecyclePolicy: original.lifecyclePolicy ?? given.original.lifecyclePolicy,
          },
          claims: [claim, ...given.claims],
          retained: given.retained,
        });
        expect(reviveClaim(retaining, claim.holder, 'others')).toEqual(retaining);
      }),
    );
  });
});
