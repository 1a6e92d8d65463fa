/** A claim is taken back while others have claimed since. Pure. */
import { settings as allSettings, type RepositorySettings } from '../settings/repository-settings.ts';
import { notBelowKeeper } from './keeper.ts';
import { isPolicyInEffect, type Removal, removeClaim, replaceClaim, withPolicy } from './operations.ts';
import { type Claim, claimOf, type Ownership } from './record.ts';
import { takeBackLastChange } from './take-back.ts';

/**
 * Takes back what a request has claimed, while others have claimed since, as if it had never been: their claims stay, and
 * settings come back where those from which the claim had taken over have gone since, and have left the settings to it.
 *
 * @param previous what the record said before the claim
 */
export function withdrawal(ownership: Ownership, holder: string, previous: Ownership): Removal {
  const claim = claimOf(ownership, holder);
  const earlier = claimOf(previous, holder);
  const isOwn = ({ claim: each }: Ownership['retained'][number]) => each.holder === holder;
  if (claim === undefined) return { ownership, target: {}, returnsTo: undefined };
  const { ownership: left, target } =
    earlier === undefined ? removal(ownership, claim) : restoration(ownership, claim, earlier);
  const retained = [...left.retained.filter((each) => !isOwn(each)), ...previous.retained.filter(isOwn)];
  // Others must not return below what the claim had left to them.
  const isBroughtBack = earlier === undefined && previous.retained.some(isOwn);
  const original = isBroughtBack ? saferOf(previous.original, left.original) : left.original;
  return {
    ownership: { ...left, original, retained },
    target: changesOf(claim, target),
    returnsTo: undefined,
  };
}

/** One that the request has added, or brought back after an Update had released it. */
function removal(ownership: Ownership, claim: Claim): Removal {
  const added = replaceClaim(ownership, { ...claim, isNew: true });
  return removeClaim(added, claim.holder, 'Undo', undefined);
}

/** One that the holder had before. */
function restoration(
  ownership: Ownership,
  claim: Claim,
  earlier: Claim,
): Pick<Removal, 'ownership' | 'target'> {
  if (isMovedBack(claim, earlier)) {
    const index = ownership.claims.indexOf(claim);
    const [below, above] = [ownership.claims.slice(0, index), ownership.claims.slice(index + 1)];
    const { lifecyclePolicy, ...others } = withPolicy(
      earlier,
      notBelowKeeper(earlier.set, below),
      ownership.original,
    );
    return {
      ownership: replaceClaim(ownership, earlier),
      target: {
        ...(above.length === 0 ? others : {}),
        ...(isPolicyInEffect(earlier, above) ? { lifecyclePolicy } : {}),
      },
    };
  }
  const { ownership: left, target } = takeBackLastChange(ownership, claim, '');
  // What others have hardened since, and left to it, the claim that was moved back knows.
  const moved = claim.movedFrom === undefined ? undefined : claimOf(left, claim.holder);
  return { ownership: replaceClaim(left, { ...earlier, ...moved }), target };
}

/** Whether the request was a rollback, which has moved the claim back to where it was before its last change. */
function isMovedBack({ since, properties }: Claim, { movedFrom }: Claim): boolean {
  return movedFrom?.claim.since === since && movedFrom.claim.properties === properties;
}

function saferOf(one: RepositorySettings, other: RepositorySettings): RepositorySettings {
  return allSettings.reduce((safe, { safer }) => safer(safe, other), one);
}

/** What is no longer as the claim has set it: only that is written, where the repository is as the claim has set it. */
function changesOf({ set }: Claim, target: Partial<RepositorySettings>): Partial<RepositorySettings> {
  const changed = allSettings.filter(({ equals }) => !equals(set, { ...set, ...target }));
  return Object.fromEntries(changed.map(({ name }) => [name, target[name]]));
}
