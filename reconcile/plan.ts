/** What has to be written to one repository, whether it may be, and what is to be claimed. Pure. */

import { maxClaims, type Ownership } from '../core/claims/record.ts';
import { unsafeSettings } from '../core/controls/index.ts';
import {
  settings as allSettings,
  type PolicyHash,
  type RepositorySettings,
  type WritableSettingName,
  weakenedSettings,
} from '../core/settings/repository-settings.ts';
import { isSameMutability } from '../core/settings/tag-mutability.ts';
import type { DesiredSettings } from './desired.ts';
import { hashOfPolicy } from './hash.ts';
import type { ObservedRepository } from './observe.ts';
import type { Loss, Note, RepositoryRefusal } from './outcome.ts';
import { claimed } from './plan-claim.ts';
import { type PlanInput, type PlanState, stateOf } from './plan-state.ts';
import { type Target, targetOf } from './plan-target.ts';
import { isWriting, type Writes, writesOf } from './writes.ts';

/** What is going to be done to one repository. */
export interface Plan extends Writes {
  readonly observed: ObservedRepository;
  readonly target: RepositorySettings;
  /** The claims afterwards; undefined where they stay the same. */
  readonly ownership: Ownership | undefined;
  /** Texts of lifecycle policies, by the hashes that the claims name them by. */
  readonly policies: Readonly<Record<PolicyHash, string>>;
  /** Whether the request takes back the Update before it. */
  readonly isRollback: boolean;
  /** Whether the lifecycle policy that is there was put by this resource. */
  readonly isOwnPolicy: boolean;
  readonly notes: readonly Note[];
}

/**
 * The writes that bring a repository to what is desired, or why they are refused.
 *
 * What the author left out becomes the organisation's default, unless the repository is safer already: a default
 * never weakens. What the author asked for and is unsafe is answered as the organisation's Enforcement says. What
 * would be less safe than it is needs AllowWeakening, unless this stack found or set no better itself. A rollback is
 * never refused: what would be less safe then stays.
 */
export function planRepository(
  input: PlanInput,
  observed: ObservedRepository,
): { readonly plan: Plan } | { readonly refusal: RepositoryRefusal } {
  const state = stateOf(input, observed);
  const { name: repository } = observed.repository;
  const enforced = enforcedWishes(input, state);
  if (enforced !== undefined && state.rollback === undefined)
    return { refusal: { code: 'enforced', repository, ...enforced } };
  if (state.own === undefined && state.ownership.claims.length >= maxClaims)
    return { refusal: { code: 'too-many-claims', repository } };
  const desired = enforced === undefined ? input.desired : withoutUnsafe(input.desired, input.policy);
  const target = targetOf(input, observed, state, desired);
  const losses = refusedLosses(input, observed, state, target.settings);
  if (losses.length === 0 || state.rollback !== undefined)
    return { plan: planOf(input, observed, state, desired, keepSafer(target, observed, losses), losses) };
  const { settings: wanted } = target;
  return {
    refusal: { code: 'weakens', repository, losses: losses.map((loss) => lossOf(loss, observed, wanted)) },
  };
}

/** Unsafe wishes that Enforcement refuses; not those that a stack goes back to, as a stricter application lets it. */
function enforcedWishes({ desired, policy }: PlanInput, { rollback }: PlanState) {
  if (policy.Enforcement !== 'Reject') return undefined;
  if (rollback !== undefined && isWanted(desired, rollback.beforeLastChange)) return undefined;
  const { tagMutability, scanOnPush } = desired;
  const unsafe = unsafeSettings({ tagMutability, scanOnPush }, policy);
  if (unsafe.length === 0) return undefined;
  return {
    tagMutability: unsafe.includes('tagMutability') ? tagMutability : undefined,
    isScanOff: unsafe.includes('scanOnPush'),
  };
}

function isWanted({ tagMutability, scanOnPush }: DesiredSettings, back: RepositorySettings): boolean {
  return (
    (tagMutability === undefined || isSameMutability(tagMutability, back.tagMutability)) &&
    (scanOnPush === undefined || scanOnPush === back.scanOnPush)
  );
}

function withoutUnsafe(desired: DesiredSettings, policy: PlanInput['policy']): DesiredSettings {
  const { tagMutability, scanOnPush } = desired;
  const unsafe = unsafeSettings({ tagMutability, scanOnPush }, policy);
  return {
    ...desired,
    tagMutability: unsafe.includes('tagMutability') ? undefined : tagMutability,
    scanOnPush: unsafe.includes('scanOnPush') ? undefined : scanOnPush,
  };
}

/** The settings that would become less safe and may not. */
function refusedLosses(
  { allowWeakening, requester }: PlanInput,
  { settings }: ObservedRepository,
  { ownership, newest, rollback }: PlanState,
  target: RepositorySettings,
): readonly WritableSettingName[] {
  const losses = weakenedSettings(settings, target);
  if (losses.length === 0 || allowWeakening || rollback?.movedFrom !== undefined) return [];
  // What another stack has set over it is not this one's to weaken.
  const isOurs = newest?.stack === requester.stack;
  const ours = isOurs ? ownership.claims.filter(({ stack }) => stack === requester.stack) : [];
  const known = ours.flatMap((claim) => [claim.foundByStack, claim.set, claim.beforeLastChange]);
  return known.some((each) => weakenedSettings(each, target).length === 0) ? [] : losses;
}

function lossOf(
  setting: WritableSettingName,
  { settings }: ObservedRepository,
  target: RepositorySettings,
): Loss {
  return setting === 'tagMutability'
    ? { setting, from: settings.tagMutability, to: target.tagMutability }
    : { setting };
}

function keepSafer(
  target: Target,
  { settings }: ObservedRepository,
  losses: readonly WritableSettingName[],
): Target {
  let kept = target.settings;
  for (const { name, take } of allSettings) if (losses.includes(name)) kept = take(kept, settings);
  return { ...target, settings: kept };
}

function planOf(
  input: PlanInput,
  observed: ObservedRepository,
  state: PlanState,
  desired: DesiredSettings,
  target: Target,
  losses: readonly WritableSettingName[],
): Plan {
  const { settings, repository, record, policyText } = observed;
  const { newest, own, rollback } = state;
  const writes = writesOf(observed, target, desired);
  const isTakeOver =
    newest !== undefined && newest !== own && rollback?.movedFrom === undefined && !state.isServed;
  const ownership = claimed(input, observed, state, target.settings, isWriting(writes));
  const isSame = ownership === state.ownership && record !== undefined && ownership.claims === record.claims;
  const texts = [policyText, desired.lifecyclePolicy].filter((text) => text !== undefined);
  const { name } = repository;
  return {
    observed,
    target: target.settings,
    ...writes,
    ownership: isSame ? undefined : ownership,
    policies: Object.fromEntries(texts.map((text) => [hashOfPolicy(text), text])),
    isRollback: rollback !== undefined,
    isOwnPolicy: own !== undefined && own === newest && settings.lifecyclePolicy === own.set.lifecyclePolicy,
    notes: [
      ...(isTakeOver ? [{ code: 'taken-over', repository: name, from: newest.holder } as const] : []),
      ...(losses.length > 0 ? [{ code: 'kept-safer', repository: name, settings: losses } as const] : []),
    ],
  };
}
