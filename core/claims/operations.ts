/** Operations on the claims of a repository: put a claim on top, roll it back, remove it. Pure. */
import { type RepositorySettings, settings } from '../settings/repository-settings.ts';
import { retaining } from './hardened.ts';
import { keeperHolder, notBelowKeeper } from './keeper.ts';
import type { Claim, Ownership } from './record.ts';
import { foundAtMove, foundBelow, takenOver, withoutClaim } from './takeover.ts';

/** Puts a claim on top, in place of the holder's earlier one, which is recorded if others were above it. */
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
      : {
          ...claim,
          atTakeover: foundAtMove(claim.atTakeover, earlier, claims.slice(index + 1)),
          movedFrom: { order, claim: bare, aboveAtTakeover: above.atTakeover },
        };
  return {
    ...ownership,
    claims: [...withoutClaim(claims, claim.holder), put],
    retained: ownership.retained.filter((each) => each.claim.holder !== claim.holder),
  };
}

/** Replaces the holder's claim in its position. */
export function replaceClaim(ownership: Ownership, claim: Claim): Ownership {
  const claims = ownership.claims.map((each) => (each.holder === claim.holder ? claim : each));
  return { ...ownership, claims };
}

/**
 * Restores a claim to its state and position before its last change moved it to the top.
 *
 * @param request the hash of the request that does so
 */
export function moveBack(
  ownership: Ownership,
  moved: Claim,
  request = moved.movedFrom?.claim.request ?? '',
): Ownership {
  const { holder, movedFrom } = moved;
  if (movedFrom === undefined) return ownership;
  const { order, claim, aboveAtTakeover } = movedFrom;
  const others = withoutClaim(ownership.claims, holder);
  const above = order.slice(order.indexOf(holder) + 1);
  const place = ownership.claims.findIndex((each) => each.holder === holder);
  const found = others.findIndex((each) => above.includes(each.holder));
  // Never above those that came since.
  const index = found < 0 ? place : Math.min(found, place);
  const isAboutPolicy = claim.set.lifecyclePolicy !== undefined;
  const upper = takenOver(others.slice(index), claim.set, claim.set).map((each, at) => {
    // Unless another one than before has now taken over what it had set.
    if (at > 0 || each.holder !== above[0]) return each;
    // A policy that the claim lets through may be gone since.
    const { lifecyclePolicy } = isAboutPolicy ? aboveAtTakeover : each.atTakeover;
    return { ...each, atTakeover: { ...aboveAtTakeover, lifecyclePolicy } };
  });
  const back = { ...claim, request, atTakeover: foundBelow([...others.slice(index), moved], claim) };
  return { ...ownership, claims: [...others.slice(0, index), back, ...upper] };
}

/** Restores a claim that an Update had released by `Retain`, below newer ones. */
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
 * How a claim is removed: the repository keeps its settings; it gets those of the newest remaining claim, or the
 * original ones; or those before the last change, as after a Create whose response CloudFormation did not receive.
 */
export type RemovalMode = 'Retain' | 'Restore' | 'Undo';

/** The result of removing a claim. */
export interface Removal {
  readonly ownership: Ownership;
  /** The settings to write, where the repository still has the holder's value. */
  readonly target: Partial<RepositorySettings>;
  /** The holder whose claim comes into effect, if any. */
  readonly returnsTo: string | undefined;
}

/**
 * Removes a holder's claim.
 *
 * Within one stack the claim below always comes into effect: an Update that renames a resource and is rolled back
 * deletes the new one while the old one stays. Across stacks, `Retain` leaves the settings to the claim below.
 *
 * @param current the repository's settings; undefined if they are not needed
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
  const lower = claims.slice(0, index);
  const below = lower.at(-1);
  // The keeper may have come in between at any time.
  const isOfStack = lower.findLast((each) => each.holder !== keeperHolder)?.stack === claim.stack;
  if (below !== undefined && (mode !== 'Retain' || isOfStack))
    return {
      ownership: left,
      target: withPolicy(claim, notBelowKeeper(claim.atTakeover, lower), original),
      returnsTo: below.holder,
    };
  if (mode === 'Retain')
    return { ownership: handDown(left, claim, below, current), target: {}, returnsTo: undefined };
  return {
    ownership: left,
    target: withPolicy(claim, mode === 'Undo' ? foundBy(claim) : original, original),
    returnsTo: undefined,
  };
}

/**
 * The settings before the last change of a claim. A new one may have found those of a claim that has gone since and has
 * handed down what it had found itself.
 */
function foundBy({ isNew, atTakeover, beforeLastChange }: Claim): RepositorySettings {
  return isNew === true ? atTakeover : beforeLastChange;
}

/** Whether the lifecycle policy of a claim is in effect: those above it have none of their own. */
export function isPolicyInEffect({ set }: Claim, above: readonly Claim[]): boolean {
  return set.lifecyclePolicy !== undefined && above.every((each) => each.set.lifecyclePolicy === undefined);
}

/** Removes a claim that is not in effect, except its lifecycle policy if those above have none of their own. */
function removeBelow(left: Ownership, claim: Claim, above: readonly Claim[], mode: RemovalMode): Removal {
  if (mode === 'Retain') {
    // A stack that took over must not be able to undo the hardening that the other stack retained.
    // Where that one has another claim above, its settings are that claim's.
    const isForeign = above.every(({ stack }) => stack !== claim.stack);
    const ownership = isForeign ? retaining(left, claim, { by: claim.set, parts: settings }, true) : left;
    const isHanded = isPolicyInEffect(claim, above);
    return {
      ownership: isHanded
        ? handPolicyDown(ownership, claim, ownership.claims.length - above.length)
        : ownership,
      target: {},
      returnsTo: undefined,
    };
  }
  if (!isPolicyInEffect(claim, above)) return { ownership: left, target: {}, returnsTo: undefined };
  const lower = left.claims.slice(0, -above.length).findLast(({ set }) => set.lifecyclePolicy !== undefined);
  const found = mode === 'Undo' ? foundBy(claim).lifecyclePolicy : undefined;
  const lifecyclePolicy = found ?? lower?.set.lifecyclePolicy ?? left.original.lifecyclePolicy;
  return { ownership: left, target: { lifecyclePolicy }, returnsTo: undefined };
}

/**
 * The settings that a claim of another stack retains become those of the claim below, where they are still set. What it
 * has hardened since its stack found it, neither that one nor an earlier one can undo.
 */
function handDown(
  left: Ownership,
  claim: Claim,
  below: Claim | undefined,
  current: RepositorySettings | undefined,
): Ownership {
  if (current === undefined) return left;
  const parts = settings.filter(({ equals }) => equals(claim.set, current));
  const harder = parts.filter(({ isWeaker }) => isWeaker(claim.foundByStack, claim.set));
  const hardened = retaining(left, claim, { by: claim.set, parts: harder }, false);
  if (below === undefined) return hardened;
  const known = hardened.claims.find(({ holder }) => holder === below.holder) ?? below;
  const { lifecyclePolicy } = known.set;
  const set = { ...parts.reduce((into, { take }) => take(into, current), below.set), lifecyclePolicy };
  const handed = replaceClaim(hardened, { ...known, set });
  const isPolicyKept = claim.set.lifecyclePolicy === current.lifecyclePolicy;
  return isPolicyKept ? handPolicyDown(handed, claim, handed.claims.length) : handed;
}

/** The lifecycle policy that a claim retains becomes that of the next one below that manages it, if there is one. */
function handPolicyDown(left: Ownership, { set: { lifecyclePolicy } }: Claim, index: number): Ownership {
  const next = left.claims.slice(0, index).findLast(({ set }) => set.lifecyclePolicy !== undefined);
  return lifecyclePolicy === undefined || next === undefined
    ? left
    : replaceClaim(left, { ...next, set: { ...next.set, lifecyclePolicy } });
}

/** The target, with a lifecycle policy only if the claim manages it. */
export function withPolicy(
  { set }: Claim,
  target: RepositorySettings,
  original: RepositorySettings,
): Partial<RepositorySettings> {
  const { lifecyclePolicy = original.lifecyclePolicy, ...rest } = target;
  return set.lifecyclePolicy === undefined || lifecyclePolicy === undefined
    ? rest
    : { ...rest, lifecyclePolicy };
}
