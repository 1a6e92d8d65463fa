/** The keeper's claims: it hardens what nobody has asked for, so it refuses others less than a stack does. Pure. */
import { unsafeSettings } from '../controls/index.ts';
import { builtInPolicy } from '../policy/policy.ts';
import {
  settings as allSettings,
  type RepositorySettings,
  type Setting,
} from '../settings/repository-settings.ts';
import { type Claim, claimOf, newestClaim, type Ownership } from './record.ts';
import { withoutClaim } from './takeover.ts';

/** The keeper's name as a holder; those of resources begin otherwise. */
export const keeperHolder = 'keeper';

/** A repository as it would be if the keeper had never hardened it. */
export interface Unkept {
  readonly ownership: Ownership;
  readonly settings: RepositorySettings;
}

/** @returns undefined if the keeper has no claim */
export function withoutKeeper(ownership: Ownership, settings: RepositorySettings): Unkept | undefined {
  const claim = claimOf(ownership, keeperHolder);
  if (claim === undefined) return undefined;
  const claims = withoutClaim(ownership.claims, keeperHolder);
  if (newestClaim(ownership) !== claim) return { ownership: { ...ownership, claims }, settings };
  // What somebody else has changed since is not the keeper's.
  const found = allSettings
    .filter(({ equals }) => equals(claim.set, settings))
    .reduce((before, { take }) => take(before, claim.atTakeover), settings);
  // Of a policy that it did not manage the claim knows nothing.
  const isPolicyKnown = claim.set.lifecyclePolicy !== undefined;
  const { lifecyclePolicy } = isPolicyKnown ? found : settings;
  return { ownership: { ...ownership, claims }, settings: { ...found, lifecyclePolicy } };
}

/**
 * What comes back is at least as safe as the keeper's claim, however far below: what was found may have been weakened by
 * hand. What a claim above the keeper's has set stays so if it is safe, or if that claim has made it less safe, and not as
 * its stack has found it: then it was allowed to.
 */
export function notBelowKeeper(found: RepositorySettings, lower: readonly Claim[]): RepositorySettings {
  const index = lower.findIndex(({ holder }) => holder === keeperHolder);
  const keepers = lower[index];
  if (keepers === undefined) return found;
  const above = lower.slice(index + 1);
  const { tagMutability, scanOnPush } = found;
  const unsafe = unsafeSettings({ tagMutability, scanOnPush }, builtInPolicy);
  const isAllowed = ({ name, equals, isWeaker }: Setting) =>
    above.some(
      ({ set, atTakeover, foundByStack }) =>
        equals(set, found) &&
        (!unsafe.includes(name) || (isWeaker(set, atTakeover) && !equals(set, foundByStack))),
    );
  return allSettings
    .filter((setting) => !isAllowed(setting))
    .reduce((safe, { safer }) => safer(safe, keepers.set), found);
}
