/** Who wants what of a repository, as the documentation says it: a list of claims, the newest last, over what was original. */
import { isSameMutability, type Part, parts, type State } from './model-settings.ts';
import type { Settings } from './registry.ts';

/** Settings as a claim remembers them: a policy's text, `none`, or undefined where no resource was about it. */
export interface Seen extends Settings {
  readonly policy: string | undefined;
}

export const none = 'none';

/** What one resource wants of one repository. */
export interface Claim {
  /** The slot of its resource. */
  readonly id: string;
  readonly stack: string;
  /** By which properties it was set, and which ones its last change replaced; of a Create, its request. */
  readonly asked: string;
  readonly instead: string;
  /** The request that changed it last. */
  readonly request: string;
  /** Whether its last change was its first. */
  readonly isNew: boolean;
  readonly set: Seen;
  /** What was there before its last change, when it came on top, and when the first claim of its stack came. */
  readonly before: Seen;
  readonly taken: Seen;
  readonly found: Seen;
  /** From below others an Update had put it on top: what it was, who stood above it, and what the first of them had found. */
  readonly moved: { readonly claim: Claim; readonly above: readonly Claim[] } | undefined;
}

/** One repository's claims. */
export interface Claims {
  readonly original: Seen;
  readonly list: readonly Claim[];
  /** Claims that an Update has released by Retain: a rollback brings them back. */
  readonly retained: readonly { readonly claim: Claim; readonly original: Seen }[];
}

export function claimIn({ list }: Claims, id: string): Claim | undefined {
  return list.find((claim) => claim.id === id);
}

/** What is in effect is the newest one's. */
export function topOf({ list }: Claims): Claim | undefined {
  return list.at(-1);
}

export const isAbout = ({ set }: Claim) => set.policy !== undefined;

/**
 * Claims once they stand over other settings. A claim that is not about the lifecycle policy lets the one below it
 * through: only the next one that is about it has taken it over.
 */
export function standingOver(above: readonly Claim[], set: Seen, found: Seen): readonly Claim[] {
  const next = set.policy === undefined ? undefined : above.find(isAbout);
  return above.map((claim, index) => {
    const policy = claim === next ? found.policy : claim.taken.policy;
    return { ...claim, taken: { ...(index === 0 ? found : claim.taken), policy } };
  });
}

/** Without one claim: those above it have then taken over what that one had. */
export function without(list: readonly Claim[], id: string): readonly Claim[] {
  const index = list.findIndex((claim) => claim.id === id);
  const gone = list[index];
  if (gone === undefined) return list;
  return [...list.slice(0, index), ...standingOver(list.slice(index + 1), gone.set, gone.taken)];
}

/** A claim comes on top; one that stood below others remembers where. */
export function put(claims: Claims, claim: Claim): Claims {
  const { list } = claims;
  const index = list.findIndex(({ id }) => id === claim.id);
  const own = list[index];
  const above = index < 0 ? [] : list.slice(index + 1);
  const moved = own === undefined || above.length === 0 ? undefined : { claim: own, above };
  // Its own earlier policy, in effect through those above it, is nothing that it finds.
  const isOwnPolicy = moved !== undefined && isAbout(moved.claim) && !above.some(isAbout);
  const policy = isOwnPolicy ? moved.claim.taken.policy : claim.taken.policy;
  return {
    ...claims,
    list: [...without(list, claim.id), { ...claim, taken: { ...claim.taken, policy }, moved }],
    retained: claims.retained.filter((each) => each.claim.id !== claim.id),
  };
}

/**
 * What comes into effect when that rollback comes: what the claim has found on top, as it is since others have gone, or
 * what it had set before where none of those that were above is left; and its own earlier policy, where none of them is
 * about one.
 */
export function underMoved({ list }: Claims, { taken, moved }: Claim): Seen {
  const left = list.filter((each) => moved?.above.some(({ id }) => id === each.id));
  const own = moved?.claim.set ?? taken;
  const policy = left.some(isAbout) ? undefined : own.policy;
  return { ...(left.length === 0 ? own : taken), policy: policy ?? taken.policy };
}

/** The rollback of an Update that had put a claim on top puts it back, and all is as it was. */
export function moveBack(claims: Claims, own: Claim, request: string): Claims {
  const { moved } = own;
  if (moved === undefined) return claims;
  const others = without(claims.list, own.id);
  const index = others.findIndex(({ id }) => moved.above.some((each) => each.id === id));
  // Down at most: those that came since stay above.
  const place = claims.list.indexOf(own);
  const at = index < 0 ? place : Math.min(index, place);
  const upper = standingOver(others.slice(at), moved.claim.set, moved.claim.set).map((claim, position) => {
    const earlier = moved.above[0];
    if (position > 0 || earlier?.id !== claim.id) return claim;
    const { policy } = isAbout(moved.claim) ? earlier.taken : claim.taken;
    return { ...claim, taken: { ...earlier.taken, policy } };
  });
  const back = { ...moved.claim, request, moved: undefined };
  return { ...claims, list: [...others.slice(0, at), back, ...upper] };
}

/** The rollback of an Update that had released by Retain finds its claim again, below those that came since. */
export function revive(claims: Claims, id: string, asked: string): Claims {
  const found = claims.retained.find(({ claim }) => claim.id === id && claim.asked === asked);
  if (found === undefined) return claims;
  const policy = found.original.policy ?? claims.original.policy;
  return {
    original: { ...found.original, policy },
    list: [found.claim, ...claims.list],
    retained: claims.retained.filter((each) => each !== found),
  };
}

/** What becomes of one repository when a claim goes. */
export interface Removal {
  readonly claims: Claims;
  readonly state: State;
  /** Whether a setting that was to come back was changed by somebody else. */
  readonly isForeign: boolean;
  readonly returnsTo: Claim | undefined;
}

export type RemovalMode = 'Retain' | 'Restore' | 'Undo';

/** A claim goes. */
export function remove(claims: Claims, id: string, mode: RemovalMode, now: State): Removal {
  const { list, original } = claims;
  const retained = claims.retained.filter(({ claim }) => claim.id !== id);
  const index = list.findIndex((claim) => claim.id === id);
  const own = list[index];
  const left: Claims = { original, list: without(list, id), retained };
  const stays: Removal = { claims: left, state: now, isForeign: false, returnsTo: undefined };
  if (own === undefined) return stays;
  const below = list[index - 1];
  const above = list.slice(index + 1);
  const back = (target: Partial<Seen>) => ({ ...stays, ...giveBack(own, target, now) });
  if (above.length > 0) {
    if (mode !== 'Retain') return back(policyBelow(own, list.slice(0, index), above, original));
    // Who took over from another stack must not be able to undo what that stack had hardened and left.
    const isForeign = above.every(({ stack }) => stack !== own.stack);
    const known = isForeign ? hardened(left, own.set, parts, own.stack, true) : left;
    return { ...stays, claims: above.some(isAbout) ? known : policyHandedDown(known, own, index) };
  }
  const whole = (target: Seen): Partial<Seen> => ({
    ...target,
    policy: isAbout(own) ? (target.policy ?? original.policy) : undefined,
  });
  // In one stack the Delete of a new resource may be a rollback; across stacks Retain leaves the settings.
  if (below !== undefined && (mode !== 'Retain' || below.stack === own.stack))
    return { ...back(whole(own.taken)), returnsTo: below };
  const before = own.isNew ? own.taken : own.before;
  if (mode !== 'Retain') return back(whole(mode === 'Undo' ? before : original));
  // What it has hardened since its stack found it, and is still as it has set it.
  const kept = parts.filter((part) => part.isSame(own.set, now) && !part.isAsSafe(own.found, own.set));
  const known = hardened(left, own.set, kept, own.stack, false);
  return { ...stays, claims: below === undefined ? known : handedDown(known, own, below, now) };
}

/** A policy in effect goes with its claim, although the claim is not the newest. */
function policyBelow(
  own: Claim,
  below: readonly Claim[],
  above: readonly Claim[],
  original: Seen,
): Partial<Seen> {
  const isInEffect = own.set.policy !== undefined && above.every(({ set }) => set.policy === undefined);
  if (!isInEffect) return {};
  const lower = below.findLast(({ set }) => set.policy !== undefined);
  return { policy: lower?.set.policy ?? original.policy };
}

/** Part by part, where it still stands as the claim has set it. */
export function giveBack(
  { set }: Claim,
  target: Partial<Seen>,
  now: State,
): Pick<Removal, 'state' | 'isForeign'> {
  const { mutability, exclusions, scanOnPush, policy } = { ...now, ...target };
  const goal = { mutability, exclusions };
  const isMutabilityOurs = isSameMutability(set, now);
  const isScanOurs = set.scanOnPush === now.scanOnPush;
  const isPolicyOurs = set.policy === undefined || set.policy === (now.policy ?? none);
  const isPolicyMeant = target.policy !== undefined;
  const goalPolicy = policy === none ? undefined : policy;
  return {
    state: {
      ...(isMutabilityOurs ? goal : { mutability: now.mutability, exclusions: now.exclusions }),
      scanOnPush: isScanOurs ? scanOnPush : now.scanOnPush,
      policy: isPolicyMeant && isPolicyOurs ? goalPolicy : now.policy,
    },
    isForeign:
      (!isMutabilityOurs && !isSameMutability(goal, now)) ||
      (!isScanOurs && scanOnPush !== now.scanOnPush) ||
      (isPolicyMeant && !isPolicyOurs && goalPolicy !== now.policy),
  };
}

/** What another stack leaves in effect becomes what the one below it has set, where it still stands. */
function handedDown(left: Claims, own: Claim, below: Claim, now: State): Claims {
  const set: Seen = {
    ...below.set,
    ...(isSameMutability(own.set, now) ? { mutability: now.mutability, exclusions: now.exclusions } : {}),
    ...(own.set.scanOnPush === now.scanOnPush ? { scanOnPush: now.scanOnPush } : {}),
  };
  const list = left.list.map((claim) => (claim.id === below.id ? { ...claim, set } : claim));
  const isPolicyKept = own.set.policy === (now.policy ?? none);
  return isPolicyKept ? policyHandedDown({ ...left, list }, own, list.length) : { ...left, list };
}

/** A lifecycle policy that stays is from then on that of the next one below that is about one. */
function policyHandedDown(left: Claims, { set: { policy } }: Claim, index: number): Claims {
  const next = policy === undefined ? undefined : left.list.slice(0, index).findLast(isAbout);
  const list = left.list.map((claim) =>
    claim === next ? { ...claim, set: { ...claim.set, policy } } : claim,
  );
  return { ...left, list };
}

/**
 * What others have hardened: whatever was found or set before is remembered no weaker than that.
 *
 * @param of the stack that has hardened it, which may take it back; undefined: another client
 * @param isTopKept whether what the newest claim has set is in effect
 */
export function hardened(
  claims: Claims,
  by: Settings,
  which: readonly Part[],
  of: string | undefined,
  isTopKept: boolean,
): Claims {
  const safest = (one: Seen): Seen => which.reduce((safer, part) => part.safest(safer, by), one);
  const each = (claim: Claim): Claim => ({
    ...claim,
    set: isTopKept && claim === topOf(claims) ? claim.set : safest(claim.set),
    before: safest(claim.before),
    taken: safest(claim.taken),
    found: safest(claim.found),
    moved: claim.moved && {
      claim: each(claim.moved.claim),
      above: claim.moved.above.map((one) => ({ ...one, taken: safest(one.taken) })),
    },
  });
  const isOthers = (claim: Claim | undefined) => claim !== undefined && claim.stack !== of;
  // What one has set is what the one above it has found: both or none become safer.
  const unlessOwn = (claim: Claim, index: number): Claim =>
    isOthers(claim)
      ? each(claim)
      : {
          ...claim,
          set: isOthers(claims.list[index + 1]) ? safest(claim.set) : claim.set,
          taken: isOthers(claims.list[index - 1]) ? safest(claim.taken) : claim.taken,
        };
  return {
    original: safest(claims.original),
    list: claims.list.map(unlessOwn),
    retained: claims.retained.map((one) =>
      one.claim.stack === of ? one : { claim: each(one.claim), original: safest(one.original) },
    ),
  };
}

/** The same for what another client has hardened since the newest claim. */
export function noticing(claims: Claims, now: Settings): Claims {
  const top = topOf(claims);
  const which = top === undefined ? [] : parts.filter((part) => !part.isAsSafe(top.set, now));
  return hardened(claims, now, which, undefined, false);
}

/** What a stack has found, set and had before in its claims above others'; and what it found first, where there are none. */
export function knownOf(list: readonly Claim[], stack: string): readonly Settings[] {
  const last = list.filter((claim) => claim.stack !== stack).at(-1);
  const own = last === undefined ? list : list.slice(list.indexOf(last) + 1);
  const found = last === undefined ? own.map((claim) => claim.found) : [];
  return [
    ...own.flatMap(({ set, before }) => [set, before]),
    ...own.slice(0, 1).map(({ taken }) => taken),
    ...found,
  ];
}

/** Whether one setting is no less safe than it was when a stack has found or set it. */
export function isKnownTo(list: readonly Claim[], stack: string, settings: Settings, part: Part): boolean {
  return knownOf(list, stack).some((known) => part.isAsSafe(settings, known));
}
