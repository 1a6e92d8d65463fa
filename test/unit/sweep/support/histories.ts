/** Histories of requests, rollbacks, removals and sweeps of one repository, in memory: as batches and requests plan them. */
import { keeperHolder } from '../../../../core/claims/keeper.ts';
import { type Removal, type RemovalMode, removeClaim } from '../../../../core/claims/operations.ts';
import { claimOf, type Ownership } from '../../../../core/claims/record.ts';
import { takeBackLastChange } from '../../../../core/claims/take-back.ts';
import { builtInPolicy } from '../../../../core/policy/policy.ts';
import {
  settings as allSettings,
  noPolicy,
  type RepositorySettings,
  type WritableSettingName,
} from '../../../../core/settings/repository-settings.ts';
import type { TagMutability } from '../../../../core/settings/tag-mutability.ts';
import type { DesiredSettings, Requester, WhenSafer } from '../../../../reconcile/desired.ts';
import { hashOfPolicy } from '../../../../reconcile/hash.ts';
import type { ObservedRepository } from '../../../../reconcile/observe.ts';
import { planRepository } from '../../../../reconcile/plan.ts';

/** The properties of a resource; its stack is the first letter of its name. */
export interface Wish {
  readonly tags?: TagMutability | undefined;
  readonly scan?: boolean | undefined;
  readonly policy?: string | undefined;
  readonly whenSafer?: WhenSafer | undefined;
}

export type Step =
  | { readonly kind: 'request'; readonly holder: string; readonly wish: Wish }
  /** To the properties before; to a dry run where it is one. */
  | { readonly kind: 'rollback' | 'rollback to a dry run'; readonly holder: string }
  /** Of a Create whose answer was lost. */
  | { readonly kind: 'undo'; readonly holder: string }
  | { readonly kind: 'remove' | 'deselect'; readonly holder: string; readonly mode: RemovalMode }
  | { readonly kind: 'by hand'; readonly tags: TagMutability; readonly scan: boolean }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'exempt'; readonly names: readonly WritableSettingName[] };

export interface World {
  settings: RepositorySettings;
  ownership: Ownership | undefined;
  requests: number;
  /** Of each resource, the newest last; the one before it only where an Update may be rolled back. */
  readonly wishes: Map<string, readonly Wish[]>;
  exempt: readonly WritableSettingName[];
}

export const like = (mutability: TagMutability['mutability'], ...exclusions: string[]): TagMutability => ({
  mutability,
  exclusions,
});
export const policies = ['{"rules":[1]}', '{"rules":[2]}'];
const texts = Object.fromEntries(policies.map((text) => [hashOfPolicy(text), text]));

export const startWorld = (): World => ({
  settings: { tagMutability: like('MUTABLE'), scanOnPush: false, lifecyclePolicy: noPolicy },
  ownership: undefined,
  requests: 0,
  wishes: new Map(),
  exempt: [],
});

/** The settings that are not safe. */
export const unsafeNames = ({ tagMutability, scanOnPush }: RepositorySettings): WritableSettingName[] => [
  ...(tagMutability.mutability.startsWith('MUTABLE') ? (['tagMutability'] as const) : []),
  ...(scanOnPush ? [] : (['scanOnPush'] as const)),
];

function observed({ settings, ownership }: World): ObservedRepository {
  const { tagMutability, scanOnPush, lifecyclePolicy = '' } = settings;
  const names = { name: 'one', arn: 'arn:one', uri: '', registryId: '', createdAt: 1, encryption: 'AES256' };
  const about = { repositoryArn: 'arn:one', createdAt: 1, version: 1, changedAt: 0, policies: texts };
  const record = ownership === undefined ? undefined : { ...about, ...ownership, inFlight: undefined };
  const repository = { ...names, tagMutability, scanOnPush };
  return { repository, settings, policyText: texts[lifecyclePolicy], record, staleVersion: 0 };
}

/** @returns whether it was refused */
function request(world: World, requester: Requester, desired: DesiredSettings): boolean {
  const planned = planRepository(
    {
      ...{ desired, requester, allowWeakening: false, isRollback: requester.isRollback === true },
      ...{ keptPolicies: new Set(''), now: 0, exempt: new Map([['one', world.exempt]]) },
      policy: { ...builtInPolicy, MutableTags: ['latest', 'edge'] },
    },
    observed(world),
  );
  if ('refusal' in planned) return true;
  const { tagMutability, scanOnPush, lifecyclePolicy, ownership, target } = planned.plan;
  world.settings = {
    tagMutability: tagMutability ?? world.settings.tagMutability,
    scanOnPush: scanOnPush ?? world.settings.scanOnPush,
    lifecyclePolicy: (lifecyclePolicy === undefined ? world.settings : target).lifecyclePolicy,
  };
  world.ownership = ownership ?? world.ownership;
  return false;
}

function put(world: World, holder: string, wish: Wish, replaced: Wish | undefined, isRollback: boolean) {
  world.requests += 1;
  const name = `request ${world.requests}`;
  const replacedProperties = replaced === undefined ? name : JSON.stringify(replaced);
  const properties = JSON.stringify(wish);
  return request(
    world,
    { holder, stack: holder.slice(0, 1), request: name, properties, replacedProperties, isRollback },
    {
      ...{ tagMutability: wish.tags, scanOnPush: wish.scan, lifecyclePolicy: wish.policy },
      whenSafer: wish.whenSafer ?? 'Refuse',
    },
  );
}

/** As a batch does it. */
function sweep(world: World): void {
  world.requests += 1;
  const properties = 'keeper';
  const hashes = { request: `sweep ${world.requests}`, properties, replacedProperties: properties };
  request(
    world,
    { holder: keeperHolder, stack: keeperHolder, isRollback: false, ...hashes },
    {
      ...{ tagMutability: undefined, scanOnPush: undefined, lifecyclePolicy: undefined },
      ...{ whenSafer: 'Keep', claimsOnlyChanges: true },
      leave: ({ settings }) =>
        allSettings
          .map(({ name }) => name)
          .filter((name) => !unsafeNames(settings).includes(name) || world.exempt.includes(name)),
    },
  );
}

/** Writes what comes back where it is still as the claim has set it. */
function relinquish(world: World, holder: string, { target, ownership }: Removal, isRetained: boolean): void {
  const before = world.ownership;
  const claim = claimOf(before, holder);
  if (before === undefined || claim === undefined) return;
  const goal = { ...world.settings, ...target };
  for (const { equals, take } of allSettings)
    if (equals(claim.set, world.settings)) world.settings = take(world.settings, goal);
  const { original, claims } = ownership;
  const more = isRetained ? [{ claim, original: before.original }] : [];
  const retained = [...ownership.retained, ...more];
  world.ownership = claims.length + retained.length === 0 ? undefined : { original, claims, retained };
}

export function run(world: World, step: Step): void {
  switch (step.kind) {
    case 'by hand':
      world.settings = { ...world.settings, tagMutability: step.tags, scanOnPush: step.scan };
      return;
    case 'sweep':
      sweep(world);
      return;
    case 'exempt':
      world.exempt = step.names;
      return;
    default:
      runFor(world, step);
  }
}

function runFor(world: World, step: Extract<Step, { readonly holder: string }>): void {
  const { holder } = step;
  const { ownership, wishes } = world;
  const [before, now] = (wishes.get(holder) ?? []).slice(-2);
  const claim = claimOf(ownership, holder);
  if (step.kind === 'request') {
    const replaced = now ?? before;
    if (JSON.stringify(replaced) === JSON.stringify(step.wish)) return;
    const isRefused = put(world, holder, step.wish, replaced, false);
    if (!isRefused) wishes.set(holder, replaced === undefined ? [step.wish] : [replaced, step.wish]);
    return;
  }
  if (step.kind === 'rollback') {
    if (before === undefined || now === undefined) return;
    put(world, holder, before, now, true);
    wishes.set(holder, [before]);
    return;
  }
  if (ownership === undefined || claim === undefined) return;
  if (step.kind === 'rollback to a dry run') {
    const properties = JSON.stringify(before);
    if (now === undefined || claim.replacedProperties !== properties || claim.properties === properties)
      return;
    relinquish(world, holder, takeBackLastChange(ownership, claim, properties), false);
    wishes.set(holder, before === undefined ? [] : [before]);
    return;
  }
  const isUndo = step.kind === 'undo';
  if (isUndo && (claim.isNew !== true || now !== undefined)) return;
  const mode = 'mode' in step ? step.mode : 'Undo';
  const isRetained = step.kind === 'deselect' && mode === 'Retain';
  relinquish(world, holder, removeClaim(ownership, holder, mode, world.settings), isRetained);
  if (step.kind !== 'deselect') wishes.delete(holder);
}
