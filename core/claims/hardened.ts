/**
 * What others have hardened: whoever knows weaker settings from before must not return to them. Pure.
 *
 * Whatever a claim has found, set or replaced stays known to it only as far as it is at least as safe as what others have
 * hardened since, setting by setting.
 */
import { type RepositorySettings, type Setting, settings } from '../settings/repository-settings.ts';
import type { Claim, Ownership } from './record.ts';

/** Settings that others have hardened: only these parts of them count. */
export interface Hardening {
  readonly by: RepositorySettings;
  readonly parts: readonly Setting[];
}

/**
 * What another client has hardened since the newest claim was set: the parts that are safer than it has left them, or
 * that exclude other tags.
 */
export function hardenedSince({ claims }: Ownership, now: RepositorySettings): Hardening {
  const newest = claims.at(-1);
  const parts =
    newest === undefined
      ? []
      : settings.filter(({ equals, isWeaker }) => !equals(newest.set, now) && isWeaker(newest.set, now));
  return { by: now, parts };
}

/** Claims after another client has hardened a repository: every claim is from before that. */
export function noticed(ownership: Ownership, hardening: Hardening): Ownership {
  if (hardening.parts.length === 0) return ownership;
  const harden = hardenWith(hardening);
  return {
    original: harden(ownership.original),
    claims: ownership.claims.map((claim) => hardenClaim(claim, harden)),
    retained: ownership.retained.map(({ claim, original }) => ({
      claim: hardenClaim(claim, harden),
      original: harden(original),
    })),
  };
}

/**
 * Claims after one of another stack was removed and its settings were retained: they are kept whatever the others know.
 *
 * What a claim has found stays what the one below it has set: that is what comes into effect again, and the record then
 * says what is there.
 *
 * @param isNewestKept whether what the newest claim has set is in effect, and stays
 */
export function retaining(
  ownership: Ownership,
  gone: Claim,
  hardening: Hardening,
  isNewestKept: boolean,
): Ownership {
  const harden = hardenWith(hardening);
  const isOthers = (claim: Claim | undefined) => claim !== undefined && claim.stack !== gone.stack;
  const { claims } = ownership;
  const newest = claims.at(-1);
  const hardened = claims.map((claim, index) => {
    if (isOthers(claim)) {
      const all = hardenClaim(claim, harden);
      return isNewestKept && claim === newest ? { ...all, set: claim.set } : all;
    }
    return {
      ...claim,
      set: isOthers(claims[index + 1]) ? harden(claim.set) : claim.set,
      atTakeover: isOthers(claims[index - 1]) ? harden(claim.atTakeover) : claim.atTakeover,
    };
  });
  return {
    original: harden(ownership.original),
    claims: hardened,
    retained: ownership.retained.map((one) =>
      isOthers(one.claim) ? { claim: hardenClaim(one.claim, harden), original: harden(one.original) } : one,
    ),
  };
}

type Harden = (one: RepositorySettings) => RepositorySettings;

function hardenWith({ by, parts }: Hardening): Harden {
  return (one) => parts.reduce((safer, setting) => setting.safer(safer, by), one);
}

function hardenClaim({ movedFrom, ...claim }: Claim, harden: Harden): Claim {
  return {
    ...claim,
    set: harden(claim.set),
    beforeLastChange: harden(claim.beforeLastChange),
    atTakeover: harden(claim.atTakeover),
    foundByStack: harden(claim.foundByStack),
    ...(movedFrom === undefined
      ? {}
      : {
          movedFrom: {
            ...movedFrom,
            claim: hardenClaim(movedFrom.claim, harden),
            aboveAtTakeover: harden(movedFrom.aboveAtTakeover),
          },
        }),
  };
}
