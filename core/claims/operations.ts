/** The operations on the claims of one repository: put one on top, roll one's own back, remove one's own. Pure. */
import { type RepositorySettings, settings } from '../settings/repository-settings.ts';
import type { Claim, Ownership } from './record.ts';

/** Puts a claim on top, in place of the holder's earlier one, which it remembers where others stood above that. */
export function putClaim(ownership: Ownership, claim: Claim): Ownership {
  const { claims } = ownership;
  const index = claims.findIndex(({ holder }) => holder === claim.holder);
  const earlier = claims[index];
  const { movedFrom: _, ...bare } = earlier ?? claim;
  const above = claims[index + 1];
  const order = claims.map(({ holder }) => holder);
  const put =
    earlier === undefined || above === undefined
      ? claim
      : { ...claim, movedFrom: { order, claim: bare, aboveAtTakeover: above.atTakeover } };
  return {
    ...ownership,
    claims: [...withoutClaim(claims, claim.holder), put],
    retained: ownership.retained.filter((each) => each.claim.holder !== claim.holder),
  };
}

/** Replaces the holder's own claim where it stands. */
export function replaceClaim(ownership: Ownership, claim: Claim): Ownership {
  const claims = ownership.claims.map((each) => (each.holder === claim.holder ? claim : each));
  return { ...ownership, claims };
}

/**
 * Brings a claim back to what it was, and below those that stood above it, before its last change moved it to the top.
 *
 * @param request the hash of the request that does so
 */
export function moveBack(
  ownership: Ownership,
  { holder, movedFrom }: Claim,
  request = movedFrom?.claim.request ?? '',
): Ownership {
  if (movedFrom === undefined) return ownership;
  const { order, claim, aboveAtTakeover } = movedFrom;
  const others = withoutClaim(ownership.claims, holder);
  const above = order.slice(order.indexOf(holder) + 1);
  const place = ownership.claims.findIndex((each) => each.holder === holder);
  const found = others.findIndex((each) => above.includes(each.holder));
  // Never above those that came since.
  const index = found < 0 ? place : Math.min(found, place);
  const upper = others.slice(index).map((each, at) => {
    if (at > 0) return each;
    // Another one than before has now taken over what it had set.
    return { ...each, atTakeover: each.holder === above[0] ? aboveAtTakeover : claim.set };
  });
  return { ...ownership, claims: [...others.slice(0, index), { ...claim, request }, ...upper] };
}

/** Brings back a claim that an Update had retained, below those that came since. */
export function reviveClaim(ownership: Ownership, holder: string, properties: string): Ownership {
  const found = ownership.retained.find(
    ({ claim }) => claim.holder === holder && claim.properties === properties,
  );
  if (found === undefined) return ownership;
  const { original } = found;
  const lifecyclePolicy = original.lifecyclePolicy ?? ownership.original.lifecyclePolicy;
  return {
    original: { ...original, lifecyclePolicy },
    claims: [found.claim, ...ownership.claims],
    retained: ownership.retained.filter((each) => each !== found),
  };
}

/**
 * How a claim is removed: the repository keeps its settings; it gets back those of the newest claim that remains, or
 * the original ones; or those before the last change, as after a Create whose end CloudFormation never heard.
 */
export type RemovalMode = 'Retain' | 'Restore' | 'Undo';

/** What is left when a claim is removed. */
export interface Removal {
  readonly ownership: Ownership;
  /** What the repository is to be set to, in those settings that still stand as the holder left them. */
  readonly target: Partial<RepositorySettings>;
  /** The holder whose claim comes into effect, if any. */
  readonly returnsTo: string | undefined;
}

/**
 * Removes a holder's claim.
 *
 * In one stack a claim that goes always gives way to the one below it: an Update that renames a resource and is rolled
 * back deletes the new one while the old one stays. Across stacks `Retain` leaves the settings to the one below.
 *
 * @param current what the repository is set to; undefined where nobody needs to know it
 */
export function removeClaim(
  ownership: Ownership,
  holder: string,
  mode: RemovalMode,
  current: RepositorySettings | undefined,
): Removal {
  const { claims, original } = ownership;
  const index = claims.findIndex((claim) => claim.holder === holder);
  const claim = claims[index];
  const retained = ownership.retained.filter((each) => each.claim.holder !== holder);
  if (claim === undefined) return { ownership: { ...ownership, retained }, target: {}, returnsTo: undefined };
  const rest = withoutClaim(claims, holder);
  const left: Ownership = { original, claims: rest, retained };
  const above = claims.slice(index + 1);
  if (above.length > 0) return removeBelow(left, claim, above, mode);
  const below = claims[index - 1];
  if (below !== undefined && (mode !== 'Retain' || below.stack === claim.stack))
    return {
      ownership: left,
      target: withPolicy(claim, claim.atTakeover, original),
      returnsTo: below.holder,
    };
  if (mode === 'Retain')
    return { ownership: handDown(left, claim, below, current), target: {}, returnsTo: undefined };
  const target = mode === 'Undo' ? claim.beforeLastChange : original;
  return { ownership: left, target: withPolicy(claim, target, original), returnsTo: undefined };
}

/** Takes the last change of a holder's claim back: the claim goes where that change had put it, else it is as before. */
export function takeBackLastChange(ownership: Ownership, claim: Claim, properties: string): Removal {
  if (claim.isNew === true) return removeClaim(ownership, claim.holder, 'Undo', undefined);
  const { beforeLastChange } = claim;
  const left =
    claim.movedFrom === undefined
      ? replaceClaim(ownership, { ...claim, set: beforeLastChange, properties })
      : moveBack(ownership, claim);
  return {
    ownership: left,
    target: withPolicy(claim, beforeLastChange, ownership.original),
    returnsTo: undefined,
  };
}

/** A claim goes that is not in effect; but its lifecycle policy is where those above it have none of their own. */
function removeBelow(left: Ownership, claim: Claim, above: readonly Claim[], mode: RemovalMode): Removal {
  if (mode === 'Retain') {
    // Who took over from another stack must not be able to undo what that stack had hardened and left.
    const isForeign = above.some(({ stack }) => stack !== claim.stack);
    const original = isForeign ? saferOf(left.original, claim.set) : left.original;
    return { ownership: { ...left, original }, target: {}, returnsTo: undefined };
  }
  const isPolicyInEffect =
    claim.set.lifecyclePolicy !== undefined && above.every(({ set }) => set.lifecyclePolicy === undefined);
  if (!isPolicyInEffect) return { ownership: left, target: {}, returnsTo: undefined };
  const lower = left.claims.slice(0, -above.length).findLast(({ set }) => set.lifecyclePolicy !== undefined);
  const lifecyclePolicy = lower?.set.lifecyclePolicy ?? left.original.lifecyclePolicy;
  return { ownership: left, target: { lifecyclePolicy }, returnsTo: undefined };
}

/** What a claim of another stack leaves in effect becomes what the one below it has set, where it still stands. */
function handDown(
  left: Ownership,
  claim: Claim,
  below: Claim | undefined,
  current: RepositorySettings | undefined,
): Ownership {
  if (below === undefined || current === undefined) return left;
  let { set } = below;
  for (const { equals, take } of settings) if (equals(claim.set, current)) set = take(set, current);
  const { lifecyclePolicy } = below.set;
  // A lifecycle policy is handed down where both are about it.
  const isPolicyOurs = claim.set.lifecyclePolicy !== undefined && lifecyclePolicy !== undefined;
  const kept = isPolicyOurs ? set : { ...set, lifecyclePolicy };
  return replaceClaim(left, { ...below, set: kept });
}

/** The target with a lifecycle policy only where the claim was about it. */
function withPolicy(
  { set }: Claim,
  target: RepositorySettings,
  original: RepositorySettings,
): Partial<RepositorySettings> {
  const { lifecyclePolicy = original.lifecyclePolicy, ...rest } = target;
  return set.lifecyclePolicy === undefined || lifecyclePolicy === undefined
    ? rest
    : { ...rest, lifecyclePolicy };
}

/** In each setting the safer of two; the first where neither is. */
function saferOf(one: RepositorySettings, other: RepositorySettings): RepositorySettings {
  let safer = one;
  for (const { isWeaker, take } of settings) if (isWeaker(one, other)) safer = take(safer, other);
  return safer;
}

/** The claims without a holder's; the one above it has then taken over from the one below it. */
function withoutClaim(claims: readonly Claim[], holder: string): readonly Claim[] {
  const index = claims.findIndex((claim) => claim.holder === holder);
  const gone = claims[index];
  if (gone === undefined) return claims;
  return claims.flatMap((claim, at) => {
    if (at === index) return [];
    return [at === index + 1 ? { ...claim, atTakeover: gone.atTakeover } : claim];
  });
}
