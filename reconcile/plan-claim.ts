/** The claims of a repository after a request. Pure. */
import { hardenedSince, noticed } from '../core/claims/hardened.ts';
import { keeperHolder } from '../core/claims/keeper.ts';
import { moveBack, putClaim, replaceClaim } from '../core/claims/operations.ts';
import { type Claim, claimOf, type Ownership } from '../core/claims/record.ts';
import {
  settings as allSettings,
  isSameSettings,
  type RepositorySettings,
} from '../core/settings/repository-settings.ts';
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
  if (isOnTop && !isChanging) return ownership;
  if (isOnTop && isSameSettings(own.set, target))
    return foundAgain(ownership, own, settings, { requester, now });
  const { replacedProperties, holder, stack, request, properties } = requester;
  const ours = known.claims.find((each) => each.stack === stack);
  const foundByStack =
    ours === undefined ? settings : weakestFound(ours.foundByStack, known, stack, settings);
  const claim: Claim = {
    ...{ holder, stack, request, properties, replacedProperties, foundByStack },
    since: now,
    set: target,
    beforeLastChange: settings,
    atTakeover: isOnTop ? foundOnTop(known.claims.at(-1) ?? own, settings) : settings,
    ...(own === undefined ? { isNew: true } : {}),
  };
  return putClaim(withFound(known, stack, foundByStack), claim);
}

/** What a claim on top has found: the lifecycle policy only now, where it was not about one. */
function foundOnTop({ set, atTakeover }: Claim, { lifecyclePolicy }: RepositorySettings): RepositorySettings {
  return set.lifecyclePolicy === undefined ? { ...atTakeover, lifecyclePolicy } : atTakeover;
}

/** The claims after a holder has put back what another client had changed; the same object if that changes no claim. */
function foundAgain(
  ownership: Ownership,
  own: Claim,
  settings: RepositorySettings,
  { requester: { request }, now }: Pick<PlanInput, 'requester' | 'now'>,
): Ownership {
  const foundByStack = weakestFound(own.foundByStack, ownership, own.stack, settings);
  // No request of the keeper is rolled back or delivered again as a resource's is. What it has restored, and when, is what
  // drift is counted by, and what is reported where the request was stopped before it could notify anybody.
  if (own.holder === keeperHolder) {
    const { isNew: _, ...claim } = own;
    return replaceClaim(ownership, {
      ...claim,
      ...{ request, since: now, beforeLastChange: settings, foundByStack },
    });
  }
  return isSameSettings(foundByStack, own.foundByStack)
    ? ownership
    : withFound(ownership, own.stack, foundByStack);
}

/** What a stack has found all its claims know: whichever of them goes last leaves what the stack has hardened. */
function withFound(ownership: Ownership, stack: string, foundByStack: RepositorySettings): Ownership {
  const claims = ownership.claims.map((claim) =>
    claim.stack === stack ? { ...claim, foundByStack } : claim,
  );
  return { ...ownership, claims };
}

/**
 * What a stack has found, setting by setting: where it finds one less safe later on, since somebody else has changed it,
 * that is what it hardens, and what its `Retain` keeps from others. What it has made less safe itself it did not find.
 */
function weakestFound(
  found: RepositorySettings,
  { claims }: Ownership,
  stack: string,
  settings: RepositorySettings,
): RepositorySettings {
  const own = claims.filter((claim) => claim.stack === stack);
  return allSettings
    .filter(({ isWeaker }) => isWeaker(settings, found) && !isWeaker(found, settings))
    .filter(({ equals }) => !own.some(({ set }) => equals(set, settings)))
    .reduce((weakest, { take }) => take(weakest, settings), found);
}
