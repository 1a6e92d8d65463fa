/** What one repository is to be set to. Pure. */
import type { Claim } from '../core/claims/record.ts';
import { safeDefaults, unsafeSettings } from '../core/controls/index.ts';
import type { PolicyHash, RepositorySettings } from '../core/settings/repository-settings.ts';
import { isAtLeastAsSafe, type TagMutability } from '../core/settings/tag-mutability.ts';
import type { DesiredSettings } from './desired.ts';
import { hashOfPolicy } from './hash.ts';
import type { ObservedRepository } from './observe.ts';
import type { PlanInput, PlanState } from './plan-state.ts';

/** The settings to reach, and whether the lifecycle policy is to be written where it differs. */
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
  const lifecycle = keptPolicies.has(observed.repository.name)
    ? { hash: settings.lifecyclePolicy, isWritten: false }
    : policyTarget(
        // What others had put over its own policy comes back.
        rollback?.movedFrom === undefined ? desired : { ...desired, lifecyclePolicy: undefined },
        settings,
        own ?? sameStackClaim(newest, input),
        rollback,
      );
  const target = { lifecyclePolicy: lifecycle.hash };
  const isPolicyWritten = lifecycle.isWritten;
  // Below another claim its own was not in effect before either: then everything is as it was, unless a third one has
  // taken over since.
  if (rollback?.movedFrom !== undefined)
    return rollback === newest
      ? { settings: { ...rollback.beforeLastChange, ...target }, isPolicyWritten }
      : { settings, isPolicyWritten: false };
  // The same properties once more mean the same.
  const isSame = own !== undefined && own === newest && own.properties === requester.properties;
  const known = isSame ? own.set : rollback?.beforeLastChange;
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

function sameStackClaim(newest: Claim | undefined, { requester }: PlanInput): Claim | undefined {
  return newest?.stack === requester.stack ? newest : undefined;
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
  // Of two that exclude different tags neither is safer: then what is stays.
  return fallback !== undefined && isAtLeastAsSafe(fallback, current) ? fallback : current;
}

function scanTarget(desired: boolean | undefined, policy: PlanInput['policy']): boolean {
  const isOverridden = policy.Enforcement === 'Override' && desired === false;
  return isOverridden || desired === undefined ? (safeDefaults(policy).scanOnPush ?? true) : desired;
}

/** The lifecycle policy that the repository is to have; undefined where this resource is not about it. */
function policyTarget(
  { lifecyclePolicy }: DesiredSettings,
  current: RepositorySettings,
  own: Claim | undefined,
  rollback: Claim | undefined,
): { readonly hash: PolicyHash | undefined; readonly isWritten: boolean } {
  if (lifecyclePolicy !== undefined) return { hash: hashOfPolicy(lifecyclePolicy), isWritten: true };
  const back = rollback?.beforeLastChange.lifecyclePolicy;
  // A policy that somebody else has put since stays.
  if (back !== undefined && current.lifecyclePolicy === own?.set.lifecyclePolicy)
    return { hash: back, isWritten: true };
  return { hash: own?.set.lifecyclePolicy, isWritten: false };
}
