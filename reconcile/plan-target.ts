/** The desired settings of one repository. Pure. */
import type { Claim } from '../core/claims/record.ts';
import { inEffectAfterMove } from '../core/claims/takeover.ts';
import { safeDefaults, unsafeSettings } from '../core/controls/index.ts';
import { isAtLeastAsSafe, saferMutability } from '../core/settings/mutability-order.ts';
import { noPolicy, type PolicyHash, type RepositorySettings } from '../core/settings/repository-settings.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { DesiredSettings, Requester } from './desired.ts';
import { hashOfPolicy } from './hash.ts';
import type { ObservedRepository } from './observe.ts';
import type { PlanInput, PlanState } from './plan-state.ts';

/** The desired settings, and whether a lifecycle policy that differs is written. */
export interface Target {
  readonly settings: RepositorySettings;
  readonly isPolicyWritten: boolean;
}

export function targetOf(
  input: PlanInput,
  observed: ObservedRepository,
  state: PlanState,
  desired: DesiredSettings,
): Target {
  const { policy, requester, keptPolicies } = input;
  const { own, newest, rollback, isServed } = state;
  const { settings } = observed;
  if (isServed) return { settings, isPolicyWritten: false };
  const isMovedBack = rollback?.movedFrom !== undefined;
  const back = isMovedBack ? inEffectAfterMove(state.ownership.claims, rollback) : rollback?.beforeLastChange;
  // Below another claim its own was not in effect before either: then nothing changes, unless a third one has taken
  // over since, but a lifecycle policy that is in effect through those above it.
  if (isMovedBack && rollback !== newest) return movedBackBelow(input, observed, state, back);
  // The same properties mean the same settings.
  const isSame = own !== undefined && own === newest && own.properties === requester.properties;
  const known = isSame ? own.set : back;
  const lifecycle = keptPolicies.has(observed.repository.name)
    ? { hash: settings.lifecyclePolicy, isWritten: false }
    : policyTarget(
        // The policy that others had put over its own is restored; where they are gone, its own.
        isMovedBack && back?.lifecyclePolicy !== hashOfPolicy(desired.lifecyclePolicy)
          ? { ...desired, lifecyclePolicy: undefined }
          : desired,
        settings,
        state,
        { requester, back: back?.lifecyclePolicy, known: known?.lifecyclePolicy },
      );
  const target = { lifecyclePolicy: lifecycle.hash };
  const isPolicyWritten = lifecycle.isWritten;
  if (isMovedBack && back !== undefined) return { settings: { ...back, ...target }, isPolicyWritten };
  return {
    isPolicyWritten,
    settings: {
      ...target,
      tagMutability: mutabilityTarget(
        desired.tagMutability,
        settings.tagMutability,
        policy,
        known?.tagMutability,
      ),
      scanOnPush: scanTarget(desired.scanOnPush, policy),
    },
  };
}

/** What a claim that others are above leaves in effect as it is, but for a lifecycle policy that they have let through. */
function movedBackBelow(
  { keptPolicies, requester }: PlanInput,
  { settings, repository }: ObservedRepository,
  state: PlanState,
  back: RepositorySettings | undefined,
): Target {
  const set = state.rollback?.set.lifecyclePolicy;
  const isPolicyWritten =
    set !== undefined &&
    set === settings.lifecyclePolicy &&
    policyClaim(state, requester) === state.rollback &&
    !keptPolicies.has(repository.name);
  const { lifecyclePolicy } = (isPolicyWritten ? back : undefined) ?? settings;
  return { settings: { ...settings, lifecyclePolicy }, isPolicyWritten };
}

/** The claim whose lifecycle policy stays this resource's: its own, or that in effect, if it is one of its stack. */
function policyClaim(
  { own, newest, ownership: { claims } }: PlanState,
  { stack }: Requester,
): Claim | undefined {
  const above = own === undefined ? claims : claims.slice(claims.indexOf(own) + 1);
  if (own !== undefined && above.every(({ set }) => set.lifecyclePolicy === undefined)) return own;
  return newest?.stack === stack ? newest : undefined;
}

function mutabilityTarget(
  desired: TagMutability | undefined,
  current: TagMutability,
  policy: PlanInput['policy'],
  known: TagMutability | undefined,
): TagMutability {
  const isOverridden = policy.Enforcement === 'Override';
  const isUnsafe = (tagMutability: TagMutability) => unsafeSettings({ tagMutability }, policy).length > 0;
  if (desired !== undefined && !(isOverridden && isUnsafe(desired))) return desired;
  if (known !== undefined && !isUnsafe(known)) return known;
  const { tagMutability: fallback } = safeDefaults(policy);
  if (fallback === undefined) return current;
  if (isAtLeastAsSafe(fallback, current)) return fallback;
  // If two exclude different tags, neither is safer: the current one is kept, unless it leaves most tags mutable.
  return isUnsafe(current) ? saferMutability(fallback, current) : current;
}

function scanTarget(desired: boolean | undefined, policy: PlanInput['policy']): boolean {
  const isOverridden = policy.Enforcement === 'Override' && desired === false;
  return isOverridden || desired === undefined ? (safeDefaults(policy).scanOnPush ?? true) : desired;
}

/**
 * The desired lifecycle policy; undefined if this resource does not manage it.
 *
 * @param known the one that the same properties meant before: parameters of the organisation may have changed since
 */
function policyTarget(
  { lifecyclePolicy, isPolicyBuilt = false }: DesiredSettings,
  current: RepositorySettings,
  state: PlanState,
  {
    requester,
    back,
    known,
  }: Pick<PlanInput, 'requester'> & Readonly<Record<'back' | 'known', PolicyHash | undefined>>,
): { readonly hash: PolicyHash | undefined; readonly isWritten: boolean } {
  if (lifecyclePolicy !== undefined) {
    const isKnown = isPolicyBuilt && known !== undefined && known !== noPolicy;
    return { hash: isKnown ? known : hashOfPolicy(lifecyclePolicy), isWritten: true };
  }
  // A policy that another client has put since is kept.
  if (back !== undefined && current.lifecyclePolicy === state.own?.set.lifecyclePolicy)
    return { hash: back, isWritten: true };
  return { hash: policyClaim(state, requester)?.set.lifecyclePolicy, isWritten: false };
}
