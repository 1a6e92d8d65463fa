/** Plans one repository: what to write, whether that is refused, and the new claims. Pure. */

import { maxClaims, type Ownership } from '../core/claims/record.ts';
import { unsafeSettings } from '../core/controls/index.ts';
import {
  settings as allSettings,
  type PolicyHash,
  type RepositorySettings,
  type WritableSettingName,
} from '../core/settings/repository-settings.ts';
import { isSameMutability } from '../core/settings/tag-mutability.ts';
import { type DesiredSettings, whenSaferOf } from './desired.ts';
import { hashOfPolicy } from './hash.ts';
import type { ObservedRepository } from './observe.ts';
import type { Note, RepositoryRefusal } from './outcome.ts';
import { claimed } from './plan-claim.ts';
import { lossOf, refusedLosses } from './plan-losses.ts';
import { type PlanInput, type PlanState, stateOf } from './plan-state.ts';
import { type Target, targetOf } from './plan-target.ts';
import { isWriting, type Writes, writesOf } from './writes.ts';

/** The plan for one repository. */
export interface Plan extends Writes {
  readonly observed: ObservedRepository;
  readonly target: RepositorySettings;
  /** The claims afterwards; undefined where they stay the same. */
  readonly ownership: Ownership | undefined;
  /** Texts of lifecycle policies, by the hashes that the claims name them by. */
  readonly policies: Readonly<Record<PolicyHash, string>>;
  /** Whether the request reverts the Update before it. */
  readonly isRollback: boolean;
  /** Whether this resource has put the current lifecycle policy. */
  readonly isOwnPolicy: boolean;
  readonly notes: readonly Note[];
}

/**
 * The writes that bring a repository to its desired settings, or why they are refused.
 *
 * Settings that the author does not set get the organisation's default, unless the repository is safer already: a
 * default never weakens. Unsafe settings of the author are handled according to Enforcement. Settings that would become
 * less safe need AllowWeakening, unless they are still as the stack has left them, and it found or set the same before. A
 * rollback is never refused: settings that it would make less safe are kept, and so they are with `WhenSafer: Keep`.
 */
export function planRepository(
  input: PlanInput,
  observed: ObservedRepository,
): { readonly plan: Plan } | { readonly refusal: RepositoryRefusal } {
  const state = stateOf(input, observed);
  const { name: repository } = observed.repository;
  const enforced = enforcedWishes(input, state);
  if (enforced !== undefined && !state.isRollback)
    return { refusal: { code: 'enforced', repository, ...enforced } };
  if (state.own === undefined && state.ownership.claims.length >= maxClaims && !state.isRollback)
    return { refusal: { code: 'too-many-claims', repository } };
  const leave = input.desired.leave?.(observed) ?? [];
  const desired = withoutLeft(
    enforced === undefined ? input.desired : withoutUnsafe(input.desired, input.policy),
    leave,
  );
  const wanted = targetOf(input, observed, state, desired);
  const { settings } = observed;
  const asked = keep(
    wanted,
    settings,
    leave.filter((setting) => setting !== 'lifecyclePolicy'),
  );
  const target = asBefore(input, observed, state, asked);
  const { settings: losses, areKeepers } = refusedLosses(input, observed, state, target.settings);
  if (losses.length === 0 || state.isRollback || whenSaferOf(desired) === 'Keep')
    return { plan: planOf(input, observed, state, desired, keep(target, settings, losses), losses) };
  return {
    refusal: {
      code: 'weakens',
      repository,
      losses: losses.map((loss) => lossOf(loss, observed, target.settings)),
      ...(areKeepers ? { isKeepers: true } : {}),
    },
  };
}

/** A lifecycle policy that stays as it is is not managed. */
function withoutLeft(desired: DesiredSettings, leave: readonly WritableSettingName[]): DesiredSettings {
  return leave.includes('lifecyclePolicy') ? { ...desired, lifecyclePolicy: undefined } : desired;
}

/** Unsafe settings that Enforcement refuses, except those that a rollback returns to. */
function enforcedWishes({ desired, policy, requester }: PlanInput, { rollback, own, isRollback }: PlanState) {
  if (policy.Enforcement !== 'Reject') return undefined;
  // The Update that is rolled back failed, so what is in effect are the settings before it.
  const isInEffect = isRollback && own?.properties === requester.properties;
  const back = rollback?.beforeLastChange ?? (isInEffect ? own?.set : undefined);
  if (back !== undefined && isWanted(desired, back)) return undefined;
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

/** The target of a rollback, as it was before the Update where it must not be as the properties say: they did not set it so. */
function asBefore(input: PlanInput, observed: ObservedRepository, state: PlanState, target: Target): Target {
  const { rollback } = state;
  return rollback === undefined
    ? target
    : keep(
        target,
        rollback.beforeLastChange,
        refusedLosses(input, observed, state, target.settings).settings,
      );
}

/** The target with these settings as they are. */
function keep(target: Target, settings: RepositorySettings, names: readonly WritableSettingName[]): Target {
  let kept = target.settings;
  for (const { name, take } of allSettings) if (names.includes(name)) kept = take(kept, settings);
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
  const isClaimed = isWriting(writes) || desired.claimsOnlyChanges !== true;
  const ownership = isClaimed
    ? claimed(input, observed, state, target.settings, isWriting(writes))
    : state.ownership;
  const isSame = ownership === state.ownership && record !== undefined && ownership.claims === record.claims;
  const texts = [policyText, desired.lifecyclePolicy].filter((text) => text !== undefined);
  const { name } = repository;
  const keptCode = state.isRollback ? 'kept-safer' : 'left-safer';
  return {
    observed,
    target: target.settings,
    ...writes,
    ownership: isSame ? undefined : ownership,
    policies: Object.fromEntries(texts.map((text) => [hashOfPolicy(text), text])),
    isRollback: state.isRollback,
    isOwnPolicy: own !== undefined && own === newest && settings.lifecyclePolicy === own.set.lifecyclePolicy,
    notes: [
      ...(isTakeOver ? [{ code: 'taken-over', repository: name, from: newest.holder } as const] : []),
      ...(losses.length > 0 ? [{ code: keptCode, repository: name, settings: losses } as const] : []),
    ],
  };
}
