/** A claim is taken back while others have claimed since. Pure. */
import { replaceClaim } from './operations.ts';
import type { Claim, Ownership } from './record.ts';
import { withoutClaim } from './takeover.ts';

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
