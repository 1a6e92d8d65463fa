/** Takes the last change of a claim back, for a rollback to a dry run. Pure. */
import { notBelowKeeper } from './keeper.ts';
import { isPolicyInEffect, moveBack, type Removal, removeClaim, withPolicy } from './operations.ts';
import type { Claim, Ownership } from './record.ts';
import { inEffectAfterMove, takenOver } from './takeover.ts';

/** Reverts the last change of a claim: a claim that it added is removed, any other is restored. */
export function takeBackLastChange(ownership: Ownership, claim: Claim, properties: string): Removal {
  if (claim.isNew === true) return removeClaim(ownership, claim.holder, 'Undo', undefined);
  const { claims, original } = ownership;
  const index = claims.indexOf(claim);
  const [below, above] = [claims.slice(0, index), claims.slice(index + 1)];
  const before = notBelowKeeper(claim.beforeLastChange, below);
  // A claim that was not about the lifecycle policy does not become so.
  const isAboutPolicy = claim.set.lifecyclePolicy !== undefined;
  const set = isAboutPolicy ? before : { ...before, lifecyclePolicy: undefined };
  const restored = [{ ...claim, set, properties }, ...takenOver(above, claim.set, set)];
  const isMoved = claim.movedFrom !== undefined;
  const left = isMoved ? moveBack(ownership, claim) : { ...ownership, claims: [...below, ...restored] };
  const back = isMoved ? notBelowKeeper(inEffectAfterMove(claims, claim), below) : set;
  const { lifecyclePolicy, ...others } = withPolicy(claim, back, original);
  const policy = isPolicyInEffect(claim, above) ? { lifecyclePolicy } : {};
  // What another resource has taken over since is in effect.
  return {
    ownership: left,
    target: above.length > 0 ? policy : { ...others, ...policy },
    returnsTo: undefined,
  };
}
