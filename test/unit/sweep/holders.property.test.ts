/** The keeper among stacks, in memory: what any history of requests, removals and changes by hand must keep true. */
import { expect, test } from '@jest/globals';
import { keeperHolder } from '../../../core/claims/keeper.ts';
import { type RemovalMode, removeClaim } from '../../../core/claims/operations.ts';
import { claimOf, type Ownership } from '../../../core/claims/record.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import {
  settings as allSettings,
  type RepositorySettings,
} from '../../../core/settings/repository-settings.ts';
import type { TagMutability } from '../../../core/settings/tag-mutability.ts';
import type { DesiredSettings, Requester } from '../../../reconcile/desired.ts';
import type { ObservedRepository } from '../../../reconcile/observe.ts';
import { planRepository } from '../../../reconcile/plan.ts';
import fc from '../../support/fast-check.ts';

const policy = { ...builtInPolicy, MutableTags: ['latest', 'edge'] };
const like = (mutability: TagMutability['mutability'], ...exclusions: string[]) => ({
  mutability,
  exclusions,
});
const mutable = like('MUTABLE');
const wishes: readonly TagMutability[] = [
  mutable,
  like('IMMUTABLE'),
  like('IMMUTABLE_WITH_EXCLUSION', 'latest'),
  like('IMMUTABLE_WITH_EXCLUSION', 'edge'),
  like('IMMUTABLE_WITH_EXCLUSION', 'v*'),
];
const stacks = ['a', 'b'] as const;

type Step =
  | {
      readonly kind: 'request';
      readonly stack: string;
      readonly mutability: TagMutability;
      readonly scan: boolean;
    }
  | { readonly kind: 'remove'; readonly stack: string; readonly mode: RemovalMode }
  | { readonly kind: 'by hand'; readonly mutability: TagMutability; readonly scan: boolean }
  | { readonly kind: 'sweep' };

const stack = fc.constantFrom(...stacks);
const wanted = { mutability: fc.constantFrom(...wishes), scan: fc.boolean() };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('request' as const), stack, ...wanted }),
  fc.record({ kind: fc.constant('remove' as const), stack, mode: fc.constantFrom('Retain', 'Restore') }),
  fc.record({ kind: fc.constant('by hand' as const), ...wanted }),
  { weight: 2, arbitrary: fc.constant({ kind: 'sweep' as const }) },
);

interface World {
  settings: RepositorySettings;
  ownership: Ownership | undefined;
  requests: number;
}

const startWorld = (): World => ({
  settings: { tagMutability: mutable, scanOnPush: false, lifecyclePolicy: undefined },
  ownership: undefined,
  requests: 0,
});

function observed({ settings, ownership }: World): ObservedRepository {
  const repository = {
    ...{ name: 'one', arn: 'arn:one', uri: '', registryId: '', createdAt: 1, encryption: 'AES256' },
    tagMutability: settings.tagMutability,
    scanOnPush: settings.scanOnPush,
  };
  const about = { repositoryArn: 'arn:one', createdAt: 1, version: 1, changedAt: 0, policies: {} };
  const record = ownership === undefined ? undefined : { ...about, ...ownership, inFlight: undefined };
  return { repository, settings, policyText: undefined, record, staleVersion: 0 };
}

/** @returns whether it was refused, and then for the keeper's sake alone */
function request(world: World, by: Requester, desired: DesiredSettings): 'done' | 'refused' | "the keeper's" {
  const input = {
    desired,
    requester: by,
    policy,
    allowWeakening: false,
    isRollback: false,
    keptPolicies: new Set(''),
  };
  const planned = planRepository({ ...input, now: 0 }, observed(world));
  if ('refusal' in planned)
    return planned.refusal.code === 'weakens' && planned.refusal.isKeepers === true
      ? "the keeper's"
      : 'refused';
  const { tagMutability, scanOnPush, ownership } = planned.plan;
  world.settings = {
    ...world.settings,
    ...(tagMutability === undefined ? {} : { tagMutability }),
    ...(scanOnPush === undefined ? {} : { scanOnPush }),
  };
  world.ownership = ownership ?? world.ownership;
  return 'done';
}

function requester(world: World, holder: string): Requester {
  world.requests += 1;
  const text = `${holder}-${world.requests}`;
  const hashes = { request: text, properties: text, replacedProperties: `before ${text}` };
  return { holder, stack: holder, isRollback: false, ...hashes };
}

const unsafeNames = ({ tagMutability, scanOnPush }: RepositorySettings) => [
  ...(tagMutability.mutability.startsWith('MUTABLE') ? (['tagMutability'] as const) : []),
  ...(scanOnPush ? [] : (['scanOnPush'] as const)),
];

/** As a batch does it. */
function sweep(world: World): void {
  const properties = 'keeper';
  request(
    world,
    { ...requester(world, keeperHolder), properties, replacedProperties: properties },
    {
      ...{ tagMutability: undefined, scanOnPush: undefined, lifecyclePolicy: undefined },
      whenSafer: 'Keep',
      claimsOnlyChanges: true,
      leave: ({ settings }) =>
        allSettings
          .map(({ name }) => name)
          .filter((name) => !unsafeNames(settings).some((each) => each === name)),
    },
  );
}

function remove(world: World, holder: string, mode: RemovalMode): void {
  const { ownership, settings } = world;
  const claim = claimOf(ownership, holder);
  if (ownership === undefined || claim === undefined) return;
  const removal = removeClaim(ownership, holder, mode, settings);
  const goal = { ...settings, ...removal.target };
  for (const { equals, take } of allSettings)
    if (equals(claim.set, settings)) world.settings = take(world.settings, goal);
  const { original, claims, retained } = removal.ownership;
  world.ownership = claims.length + retained.length === 0 ? undefined : { original, claims, retained };
}

function run(world: World, one: Step): ReturnType<typeof request> {
  switch (one.kind) {
    case 'request':
      return request(world, requester(world, one.stack), {
        ...{ tagMutability: one.mutability, scanOnPush: one.scan, lifecyclePolicy: undefined },
      });
    case 'remove':
      remove(world, one.stack, one.mode);
      return 'done';
    case 'by hand':
      world.settings = { ...world.settings, tagMutability: one.mutability, scanOnPush: one.scan };
      return 'done';
    case 'sweep':
      sweep(world);
      return 'done';
    default:
      return one satisfies never;
  }
}

const isWeaker = (one: RepositorySettings, other: RepositorySettings) =>
  allSettings.filter((each) => each.isWeaker(one, other)).map(({ name }) => name);

test('a sweep makes a repository safe, and never less safe', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (history) => {
      const world = startWorld();
      for (const one of history) run(world, one);
      const before = world.settings;
      sweep(world);
      expect(isWeaker(world.settings, before)).toEqual([]);
      expect(unsafeNames(world.settings)).toEqual([]);
      const claims = world.ownership;
      sweep(world);
      expect(world.ownership).toBe(claims);
    }),
    { numRuns: 2_000 },
  );
});

test('while the keeper has a claim, no removal and no request makes a repository unsafe', () => {
  let hardened = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.array(step, { maxLength: 8 }), (history, later) => {
      const world = startWorld();
      for (const one of history) run(world, one);
      sweep(world);
      const claim = claimOf(world.ownership, keeperHolder);
      if (claim === undefined) return;
      hardened += 1;
      const own = isWeaker(claim.atTakeover, claim.set).filter((name) => name !== 'lifecyclePolicy');
      for (const one of later.filter(({ kind }) => kind !== 'by hand')) {
        run(world, one);
        const unsafe: readonly string[] = unsafeNames(world.settings);
        expect(own.filter((name) => unsafe.includes(name))).toEqual([]);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(hardened).toBeGreaterThan(100);
});

test('exclusions within MutableTags are never refused for the keeper', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 12 }),
      stack,
      fc.constantFrom(...wishes.slice(1, 4)),
      (history, by, mutability) => {
        const world = startWorld();
        for (const one of history) run(world, one);
        expect(run(world, { kind: 'request', stack: by, mutability, scan: true })).not.toBe("the keeper's");
      },
    ),
    { numRuns: 2_000 },
  );
});

test('what only the keeper has changed is as it was once it is released', () => {
  fc.assert(
    fc.property(fc.constantFrom(...wishes), fc.boolean(), fc.nat(3), (mutability, scan, sweeps) => {
      const world = startWorld();
      run(world, { kind: 'by hand', mutability, scan });
      const before = world.settings;
      for (let count = 0; count <= sweeps; count += 1) sweep(world);
      remove(world, keeperHolder, 'Restore');
      expect(world.settings).toEqual(before);
    }),
  );
});
