/** What a Create or an Update must come to at one repository, as the documentation says. Nothing of it is left open. */
import {
  type Claim,
  type Claims,
  claimIn,
  isAbout,
  isKnownTo,
  moveBack,
  none,
  noticing,
  put,
  revive,
  type Seen,
  topOf,
  underMoved,
} from './model-claims.ts';
import { isSame, isUnsafe, keepsTags, type Part, parts, type State, safestTags } from './model-settings.ts';
import type { Wish } from './model-wishes.ts';
import type { Settings } from './registry.ts';

/** One request, as far as it matters to one repository. */
export interface Asking {
  readonly id: string;
  readonly stack: string;
  readonly request: string;
  readonly wish: Wish;
  readonly instead: string;
  readonly allowWeakening: boolean;
  /** Whether claims show that it rolls another request back. */
  readonly isRollback: boolean;
  /** The organisation's default. */
  readonly byDefault: Pick<Settings, 'mutability' | 'exclusions'>;
}

/** What must come of it; undefined: it is refused. */
export interface Expected {
  readonly state: State;
  readonly claims: Claims;
  /** The holder from which the repository is taken over. */
  readonly takenFrom: Claim | undefined;
  /** Whether a rollback leaves something as safe as it is. */
  readonly isKeptSafer: boolean;
}

interface Situation {
  readonly asking: Asking;
  readonly now: State;
  readonly seen: Seen;
  readonly claims: Claims;
  /** The same where nothing is written: what nobody was about before is not remembered. */
  readonly unwritten: Claims;
  readonly own: Claim | undefined;
  readonly top: Claim | undefined;
  /** The own claim, where the request takes its last change back. */
  readonly back: Claim | undefined;
}

export function expectedOf(asking: Asking, stored: Claims | undefined, now: State): Expected | undefined {
  const situation = situationOf(asking, stored, now);
  const { claims, own, top, back } = situation;
  // A second delivery after another resource took over: what it has asked for was done.
  if (own !== undefined && own !== top && own.request === asking.request)
    return { state: now, claims: situation.unwritten, takenFrom: undefined, isKeptSafer: false };
  const wanted = targetOf(situation);
  // Only what nobody has hardened since the stack has set it may become less safe, and no less than it was before.
  const isAllowed = (part: Part, target: Settings) =>
    asking.allowWeakening ||
    part.isAsSafe(target, now) ||
    (top?.stack === asking.stack &&
      part.isAsSafe(top.set, now) &&
      (back?.moved !== undefined || isKnownTo(claims.list, asking.stack, target, part)));
  const refused = parts.filter((part) => !isAllowed(part, wanted.target));
  if (refused.length > 0 && back === undefined && !asking.isRollback) return undefined;
  // What a rollback must not set is as it was before the Update, if it may be.
  const before =
    back === undefined
      ? wanted.target
      : refused.reduce((to, part) => part.take(to, back.before), wanted.target);
  const kept = parts.filter((part) => !isAllowed(part, before));
  const target = kept.reduce((safer, part) => part.take(safer, now), before);
  const policy = wanted.isPolicyWritten ? target.policy : (now.policy ?? none);
  const state: State = { ...target, policy: policy === none ? undefined : policy };
  const isTaken = top !== undefined && top !== own && back?.moved === undefined;
  return {
    state,
    claims: claimsAfter(situation, target, state),
    takenFrom: isTaken ? top : undefined,
    isKeptSafer: kept.length > 0,
  };
}

function situationOf(asking: Asking, stored: Claims | undefined, now: State): Situation {
  const { id, wish } = asking;
  const asked = JSON.stringify(wish);
  const earlier = stored ?? { original: { ...now, policy: undefined }, list: [], retained: [] };
  const known = revive(earlier, id, asked);
  const isPolicyLookedAt =
    wish.policy !== undefined ||
    known.list.some(({ set, before }) => set.policy !== undefined || before.policy !== undefined);
  const seen = { ...now, policy: isPolicyLookedAt ? (now.policy ?? none) : undefined };
  // Without a claim what is there is original; so is a policy that no resource was about before.
  const original =
    known.list.length === 0 ? seen : { ...known.original, policy: known.original.policy ?? seen.policy };
  const claims = { ...known, original };
  const own = claimIn(claims, id);
  const isBack = own?.instead === asked && own.asked !== asked;
  return {
    ...{ asking, now, seen, claims, own },
    unwritten: known === earlier ? earlier : claims,
    top: topOf(claims),
    back: isBack ? own : undefined,
  };
}

/** The settings that are wanted; the policy in them is the one to be claimed, which may have been changed by others. */
function targetOf(situation: Situation): { readonly target: Seen; readonly isPolicyWritten: boolean } {
  const { asking, seen, own, top, back } = situation;
  if (back?.moved !== undefined) return movedTarget(situation, back);
  const { wish, stack } = asking;
  const isPolicyBack = back?.before.policy !== undefined && back.set.policy === seen.policy;
  const isOwnPolicy = own !== undefined && !above(situation, own).some(isAbout);
  const inherited = isOwnPolicy ? own : top?.stack === stack ? top : undefined;
  const policy = wish.policy ?? (isPolicyBack ? back.before.policy : inherited?.set.policy);
  const isPolicyWritten = wish.policy !== undefined || isPolicyBack;
  const { mutability, exclusions } = wish.mutability ?? defaultFor(situation);
  const scanOnPush = wish.scanOnPush ?? true;
  return { target: { mutability, exclusions, scanOnPush, policy }, isPolicyWritten };
}

function above({ claims: { list } }: Situation, claim: Claim): readonly Claim[] {
  return list.slice(list.indexOf(claim) + 1);
}

/** What had been below others goes below them again: what is in effect is theirs, as it was before if it was its own since. */
function movedTarget(situation: Situation, back: Claim) {
  const { asking, now, seen, claims, own, top } = situation;
  const isInEffect = own === top;
  const under = underMoved(claims, back);
  const isAsked = isInEffect && under.policy === asking.wish.policy;
  const isStillSet = back.set.policy === seen.policy && (isInEffect || isAbout(back));
  const isThrough = !above(situation, back).some(isAbout);
  const isPolicyBack = isThrough && under.policy !== undefined && (isAsked || isStillSet);
  const policy = isPolicyBack ? under.policy : back.set.policy;
  return { target: { ...(isInEffect ? under : now), policy }, isPolicyWritten: isPolicyBack };
}

/** What is left out becomes the default, unless the same properties have led to something safe before; nothing weaker. */
function defaultFor({ asking, now, own, top, back }: Situation): Pick<Settings, 'mutability' | 'exclusions'> {
  const isSameAgain = own !== undefined && own === top && own.asked === JSON.stringify(asking.wish);
  const led = isSameAgain ? own.set : back?.before;
  if (led !== undefined && !isUnsafe(led)) return led;
  if (keepsTags(asking.byDefault, now)) return asking.byDefault;
  return isUnsafe(now) ? safestTags(asking.byDefault, now) : now;
}

function claimsAfter(
  { asking, now, seen, claims, unwritten, own, top, back }: Situation,
  target: Seen,
  state: State,
): Claims {
  const { id, stack, wish, instead, request } = asking;
  const known = noticing(claims, now);
  const knownOwn = claimIn(known, id);
  if (back?.moved !== undefined && knownOwn !== undefined) return moveBack(known, knownOwn, request);
  const isOnTop = own !== undefined && own === top;
  // A second delivery, and what somebody else has changed since, leave the claim as it is.
  if (isOnTop && isSame(state, now)) return unwritten;
  if (isOnTop && isSame(own.set, target)) return foundAgain(unwritten, own, seen);
  const found = foundBy(known, stack, seen);
  return put(withFound(known, stack, found), {
    ...{ id, stack, found, asked: JSON.stringify(wish), instead, request, moved: undefined },
    isNew: own === undefined,
    set: target,
    before: seen,
    taken: isOnTop ? takenOnTop(knownOwn ?? own, seen) : seen,
  });
}

/** A lifecycle policy is found when a claim comes to be about one. */
function takenOnTop(own: Claim, seen: Seen): Seen {
  return isAbout(own) ? own.taken : { ...own.taken, policy: seen.policy };
}

/** What somebody else had made less safe, a resource has put back. */
function foundAgain(claims: Claims, own: Claim, seen: Seen): Claims {
  return withFound(claims, own.stack, foundBy(claims, own.stack, seen));
}

/** What a stack has found is the same for each of its resources. */
function withFound(claims: Claims, stack: string, found: Seen): Claims {
  return { ...claims, list: claims.list.map((each) => (each.stack === stack ? { ...each, found } : each)) };
}

/** What a stack has found: the least safe, but for what it has set itself. */
function foundBy({ list }: Claims, stack: string, seen: Seen): Seen {
  const own = list.filter((each) => each.stack === stack);
  const [first] = own;
  if (first === undefined) return seen;
  return parts
    .filter((part) => part.isAsSafe(first.found, seen) && !own.some(({ set }) => part.isSame(set, seen)))
    .reduce((found, part) => part.take(found, seen), first.found);
}
