/**
 * What each claim found when it was put on top of those below it, kept true while others go and move. Pure.
 *
 * A claim that is not about the lifecycle policy lets the one below it through: whose policy a claim took over from is
 * the next one below that is about it.
 */
import type { PolicyHash, RepositorySettings } from '../settings/repository-settings.ts';
import type { Claim } from './record.ts';

/** The claims without a holder's; the one above it has then taken over from the one below. */
export function withoutClaim(claims: readonly Claim[], holder: string): readonly Claim[] {
  const index = claims.findIndex((claim) => claim.holder === holder);
  const gone = claims[index];
  return gone === undefined
    ? claims
    : [...claims.slice(0, index), ...takenOver(claims.slice(index + 1), gone.set, gone.atTakeover)];
}

/** Claims above one of those settings, once they have taken over from others. */
export function takenOver(
  above: readonly Claim[],
  { lifecyclePolicy }: RepositorySettings,
  found: RepositorySettings,
): readonly Claim[] {
  const [first, ...others] = above;
  if (first === undefined) return [];
  const lowest = { ...first, atTakeover: { ...found, lifecyclePolicy: first.atTakeover.lifecyclePolicy } };
  return lifecyclePolicy === undefined
    ? [lowest, ...others]
    : withPolicyFound([lowest, ...others], found.lifecyclePolicy);
}

function withPolicyFound(claims: readonly Claim[], found: PolicyHash | undefined): readonly Claim[] {
  const next = claims.findIndex(isAboutPolicy);
  return claims.map((claim, index) =>
    index === next ? { ...claim, atTakeover: { ...claim.atTakeover, lifecyclePolicy: found } } : claim,
  );
}

/**
 * What a claim found when it moved to the top: its own earlier lifecycle policy, which was in effect through those
 * above it, is not part of it.
 */
export function foundAtMove(
  found: RepositorySettings,
  earlier: Claim,
  above: readonly Claim[],
): RepositorySettings {
  return isAboutPolicy(earlier) && !above.some(isAboutPolicy)
    ? { ...found, lifecyclePolicy: earlier.atTakeover.lifecyclePolicy }
    : found;
}

/**
 * What a claim finds that moves back below others: since those below it may have gone meanwhile, what the one above it has
 * found without it, and of a lifecycle policy the next one above it that is about it.
 */
export function foundBelow(above: readonly Claim[], claim: Claim): RepositorySettings {
  const { atTakeover } = above[0] ?? claim;
  const { lifecyclePolicy } =
    (isAboutPolicy(claim) ? above.find(isAboutPolicy) : undefined)?.atTakeover ?? claim.atTakeover;
  return { ...atTakeover, lifecyclePolicy };
}

/**
 * What comes into effect when a claim that had moved to the top moves back: what it found there, as it is since others
 * have gone, or what it had set itself where none of those above it is left; and its own earlier lifecycle policy, where
 * none of them is about one.
 */
export function inEffectAfterMove(
  claims: readonly Claim[],
  { holder, atTakeover, movedFrom }: Claim,
): RepositorySettings {
  const order = movedFrom?.order ?? [];
  const above = order.slice(order.indexOf(holder) + 1);
  const left = claims.filter((each) => above.includes(each.holder));
  const own = movedFrom?.claim.set ?? atTakeover;
  const policy = left.some(isAboutPolicy) ? undefined : own.lifecyclePolicy;
  return {
    ...(left.length === 0 ? own : atTakeover),
    lifecyclePolicy: policy ?? atTakeover.lifecyclePolicy,
  };
}

function isAboutPolicy({ set }: Claim): boolean {
  return set.lifecyclePolicy !== undefined;
}
