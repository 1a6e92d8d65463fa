/** A claim is taken back while others have claimed since. Pure. */
import { type Removal, replaceClaim } from './operations.ts';
import { type Claim, claimOf, type Ownership } from './record.ts';
import { takeBackLastChange } from './take-back.ts';
import { withoutClaim } from './takeover.ts';

/**
 * The same with the settings that come back: those from which the claim had taken over may have gone since, and have left
 * the settings to it.
 */
export function withdrawal(ownership: Ownership, holder: string, previous: Ownership): Removal {
  const claim = claimOf(ownership, holder);
  const { target } = claim === undefined ? { target: {} } : takeBackLastChange(ownership, claim, '');
  return { ownership: withdrawClaim(ownership, holder, previous), target, returnsTo: undefined };
}

/** Takes back what a request has claimed, while others have claimed since: their claims, and what is in effect, stay. */
export function withdrawClaim(ownership: Ownership, holder: string, previous: Ownership): Ownership {
  const earlier = previous.claims.find((claim) => claim.holder === holder);
  const isOwn = ({ claim }: Ownership['retained'][number]) => claim.holder === holder;
  return {
    ...replaceOrRemove(ownership, holder, earlier),
    retained: [...ownership.retained.filter((each) => !isOwn(each)), ...previous.retained.filter(isOwn)],
  };
}

function replaceOrRemove(ownership: Ownership, holder: string, earlier: Claim | undefined): Ownership {
  return earlier === undefined
    ? { ...ownership, claims: withoutClaim(ownership.claims, holder) }
    : replaceClaim(ownership, earlier);
}
