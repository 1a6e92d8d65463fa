/** Which settings a request must not make less safe. Pure. */
import { keeperHolder, withoutKeeper } from '../core/claims/keeper.ts';
import { claimOf, knownTo, newestClaim, type Ownership } from '../core/claims/record.ts';
import { safeDefaults } from '../core/controls/index.ts';
import { isAtLeastAsSafe } from '../core/settings/mutability-order.ts';
import {
  settings as allSettings,
  type RepositorySettings,
  type Setting,
  type WritableSettingName,
} from '../core/settings/repository-settings.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import { whenSaferOf } from './desired.ts';
import type { ObservedRepository } from './observe.ts';
import type { Loss } from './outcome.ts';
import type { PlanInput, PlanState } from './plan-state.ts';

/** The settings that would become less safe without permission. */
export interface Losses {
  readonly settings: readonly WritableSettingName[];
  /** Whether nobody but the keeper stands against some of them. */
  readonly areKeepers: boolean;
}

/**
 * The settings that would become less safe without permission.
 *
 * A stack may return to what it has found or set, setting by setting, only while nobody has hardened the setting since its
 * newest claim: it must not weaken what another stack has set over its claim, nor what another client has set.
 *
 * What only the keeper has hardened may have the organisation's exclusions, and whatever the repository's tag exempts.
 */
export function refusedLosses(
  input: PlanInput,
  { settings, repository }: ObservedRepository,
  state: PlanState,
  target: RepositorySettings,
): Losses {
  if (input.allowWeakening && whenSaferOf(input.desired) !== 'Keep')
    return { settings: [], areKeepers: false };
  const refused = [
    ...new Set([
      ...lossesFrom(input, settings, state, target),
      ...belowKeeper(settings, state.ownership, target),
    ]),
  ];
  const unkept = refused.length === 0 ? undefined : withoutKeeper(state.ownership, settings);
  if (unkept === undefined) return { settings: refused, areKeepers: false };
  const others = lossesFrom(input, unkept.settings, { ...state, ...stateWithout(unkept.ownership) }, target);
  const exempt = input.exempt?.get(repository.name) ?? [];
  const isAllowed = (name: WritableSettingName) =>
    exempt.includes(name) ||
    (name === 'tagMutability' && isWithinDefault(target.tagMutability, input.policy));
  const left = refused.filter((name) => others.includes(name) || !isAllowed(name));
  return { settings: left, areKeepers: left.some((name) => !others.includes(name)) };
}

/** Whether no tag can be overwritten that MutableTags does not name. */
function isWithinDefault(tagMutability: TagMutability, policy: PlanInput['policy']): boolean {
  const { tagMutability: standard } = safeDefaults(policy);
  return standard !== undefined && isAtLeastAsSafe(tagMutability, standard);
}

/**
 * What the keeper has hardened and would become weaker than that. Somebody may have weakened it by hand, and a stack have
 * found it so: it does not return to that.
 */
function belowKeeper(
  settings: RepositorySettings,
  ownership: Ownership,
  target: RepositorySettings,
): readonly WritableSettingName[] {
  const claim = claimOf(ownership, keeperHolder);
  if (claim === undefined) return [];
  return allSettings
    .filter(({ isWeaker }) => isWeaker(target, settings) && isWeaker(target, claim.set))
    .filter(({ isWeaker }) => isWeaker(claim.atTakeover, claim.set))
    .map(({ name }) => name);
}

function stateWithout(ownership: Ownership): Pick<PlanState, 'ownership' | 'newest'> {
  return { ownership, newest: newestClaim(ownership) };
}

function lossesFrom(
  { requester }: PlanInput,
  settings: RepositorySettings,
  { ownership, newest, rollback }: PlanState,
  target: RepositorySettings,
): readonly WritableSettingName[] {
  const known = knownTo(ownership, requester.stack);
  const isAsLeft = ({ isWeaker }: Setting) =>
    newest?.stack === requester.stack && !isWeaker(newest.set, settings);
  const isKnown = ({ isWeaker }: Setting) =>
    // What others had set before it moved above them.
    rollback?.movedFrom !== undefined || known.some((each) => !isWeaker(target, each));
  return allSettings
    .filter((setting) => setting.isWeaker(target, settings) && !(isAsLeft(setting) && isKnown(setting)))
    .map(({ name }) => name);
}

/** A loss as a refusal names it. */
export function lossOf(
  setting: WritableSettingName,
  { settings }: ObservedRepository,
  target: RepositorySettings,
): Loss {
  return setting === 'tagMutability'
    ? { setting, from: settings.tagMutability, to: target.tagMutability }
    : { setting };
}
