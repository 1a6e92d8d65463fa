/** The keeper's claims: it hardens what nobody has asked for, so it refuses others less than a stack does. Pure. */
import { settings as allSettings, type RepositorySettings } from '../settings/repository-settings.ts';
import { claimOf, newestClaim, type Ownership } from './record.ts';
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
