/** The claims of a repository after a request. Pure. */
import { hardenedSince, noticed } from '../core/claims/hardened.ts';
import { moveBack, putClaim } from '../core/claims/operations.ts';
import { type Claim, claimOf, type Ownership } from '../core/claims/record.ts';
import { isSameSettings, type RepositorySettings } from '../core/settings/repository-settings.ts';
import type { ObservedRepository } from './observe.ts';
import type { PlanInput, PlanState } from './plan-state.ts';

/** The claims once the settings are in effect; the same object if no claim changes. */
export function claimed(
  { requester, now }: PlanInput,
  { settings }: ObservedRepository,
  { ownership, own, newest, rollback, isServed }: PlanState,
  target: RepositorySettings,
  isChanging: boolean,
): Ownership {
  if (isServed) return ownership;
  const known = noticed(ownership, hardenedSince(ownership, settings));
  const moved = rollback?.movedFrom === undefined ? undefined : claimOf(known, rollback.holder);
  if (moved !== undefined) return moveBack(known, moved, requester.request);
  const isOnTop = own !== undefined && own === newest;
  // A duplicate delivery finds the claim of the first one, and must not overwrite it; and what another client has
  // changed since does not count as set by this resource.
  if (isOnTop && (!isChanging || isSameSettings(own.set, target))) return ownership;
  const { replacedProperties, holder, stack, request, properties } = requester;
  const ours = known.claims.find((each) => each.stack === stack);
  const claim: Claim = {
    ...{ holder, stack, request, properties, replacedProperties },
    since: now,
    set: target,
    beforeLastChange: settings,
    atTakeover: (isOnTop ? known.claims.at(-1) : undefined)?.atTakeover ?? settings,
    foundByStack: ours?.foundByStack ?? settings,
    ...(own === undefined ? { isNew: true } : {}),
  };
  return putClaim(known, claim);
}
