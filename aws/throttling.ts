/**
 * Tells the two kinds of throttling apart: a limit, which throttles what is too fast, and chance, such as other callers
 * or a service in trouble, which throttles a share of the calls however slow they are.
 */

/** What the latest calls show. */
export type Verdict =
  /** So many are throttled that there must be a limit. */
  | 'limit'
  /** The limit that was set after few calls is none. */
  | 'no limit'
  /** It may be chance: be slower for a while. */
  | 'measure'
  /** It was chance, since a slower pace did not help. */
  | 'chance'
  /** It was the limit. */
  | 'helped';

/** The results of the calls of one operation. */
export interface Throttling {
  /** Records the result of one call, of those that began under the current limit. */
  add(isThrottled: boolean): Verdict | undefined;
  /** The share of calls that chance throttles, 0 to 1. */
  byChance(): number;
}

// Of a few calls most, or of many a third: one call in five that chance throttles is far from both.
const few = { calls: 20, throttled: 14 };
const many = { calls: 200, throttled: 66 };
// After that many calls a limit that chance has set shows as such.
const maxThrottledByChance = 0.3;

/** From how many calls on, and at which share of throttled ones, chance is suspected. */
export const observedCalls = 40;
// A limit alone throttles one in eleven, and at first nearly all; chance is somewhere between.
const suspiciousShare = 0.2;
const minSuspiciousShare = 0.12;
const maxSuspiciousShare = 0.5;
// A measurement takes so many calls, or fewer if a slower pace helps at once.
const measuredCalls = 25;
const helpedCalls = 15;
// A slower pace does not change what chance throttles; of what a limit throttles it leaves less than that.
const helpedShare = 0.5;
// More than that is not left to chance.
const maxByChance = 0.4;
// Calls from one measurement to the next, as long as chance throttles.
const callsBetween = 200;

type Phase = 'unlimited' | 'early' | 'limited' | 'measuring';

interface State {
  phase: Phase;
  latest: boolean[];
  calls: number;
  chance: number;
  /** The share before a measurement. */
  before: number;
}

export function startThrottling(): Throttling {
  const state: State = { phase: 'unlimited', latest: [], calls: 0, chance: 0, before: 0 };
  return {
    add(isThrottled) {
      state.calls += 1;
      state.latest.push(isThrottled);
      if (state.latest.length > many.calls) state.latest.shift();
      switch (state.phase) {
        case 'unlimited':
          return isThrottled ? lookForLimit(state) : undefined;
        case 'early':
          return confirm(state);
        case 'limited':
          return observe(state);
        case 'measuring':
          return measure(state);
        default:
          return state.phase satisfies never;
      }
    },
    byChance: () => state.chance,
  };
}

function throttledOf({ latest }: State, calls: number): number {
  return latest.slice(-calls).filter(Boolean).length;
}

function enter(state: State, phase: Phase, verdict: Verdict): Verdict {
  Object.assign(state, { phase, latest: [], calls: 0 });
  return verdict;
}

function lookForLimit(state: State): Verdict | undefined {
  const { length } = state.latest;
  const ofFew = throttledOf(state, few.calls);
  // Nothing has got through yet.
  if (ofFew === length && length < few.throttled) return enter(state, 'early', 'limit');
  const isLimit =
    ofFew >= few.throttled || (length === many.calls && throttledOf(state, many.calls) >= many.throttled);
  return isLimit ? enter(state, 'limited', 'limit') : undefined;
}

function confirm(state: State): Verdict | undefined {
  if (state.latest.length < few.calls) return undefined;
  if (throttledOf(state, few.calls) <= few.calls * maxThrottledByChance)
    return enter(state, 'unlimited', 'no limit');
  state.phase = 'limited';
  return undefined;
}

function observe(state: State): Verdict | undefined {
  if (state.latest.length < observedCalls) return undefined;
  state.before = throttledOf(state, observedCalls) / observedCalls;
  if (state.chance > 0) return state.calls < callsBetween ? undefined : enter(state, 'measuring', 'measure');
  // Both halves, so that a share that only rises or falls is none.
  const half = observedCalls / 2;
  const later = throttledOf(state, half) / half;
  const shares = [later, 2 * state.before - later];
  const isSteady = Math.min(...shares) > minSuspiciousShare && Math.max(...shares) < maxSuspiciousShare;
  const isSuspicious = state.before > suspiciousShare && isSteady;
  return isSuspicious ? enter(state, 'measuring', 'measure') : undefined;
}

function measure(state: State): Verdict | undefined {
  const { length } = state.latest;
  const throttled = throttledOf(state, measuredCalls);
  const isHelpedSoon = length === helpedCalls && throttled <= 1;
  if (length < measuredCalls && !isHelpedSoon) return undefined;
  const share = throttled / length;
  const isHelped = isHelpedSoon || share < state.before * helpedShare;
  const measured = isHelped || share > maxByChance ? 0 : share;
  state.chance = state.chance === 0 || measured === 0 ? measured : (state.chance + measured) / 2;
  return enter(state, 'limited', measured === 0 ? 'helped' : 'chance');
}
