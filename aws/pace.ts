/** How fast one operation is called, so that throttling costs little time. */
import { setMaxListeners } from 'node:events';
import { observedCalls, startThrottling, type Verdict } from './throttling.ts';

/** The pace of one operation; AWS publishes no rates for ECR's, so it is measured. */
export interface Pace {
  /** Waits until the next call may begin, first come, first served; rejects if the signal is aborted. */
  turn(signal: AbortSignal): Promise<void>;
  /** Records the result of a call that began at that time, by the clock's `now`. */
  record(outcome: 'responded' | 'throttled', begunAt: number): void;
  /** Calls a second; undefined while the service has no limit that shows. */
  perSecond(): number | undefined;
}

/** A clock with timers. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Runs once after so many milliseconds, unless the function that is returned is called before. */
  after(milliseconds: number, run: () => void): () => void;
}

const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

// A response makes the pace faster and a throttling makes it slower by ten times as much, in such a way that it grows by
// a seventh in a second without any throttling. So it comes to rest a little above the service's rate, where one call in
// eleven is throttled: no time is lost. What chance throttles besides is added to that share, so that it does not slow the
// pace down. (It was chosen by simulation: rates of 1 to 300 a second, buckets of 1 to 200, responses in 25 ms to 1 s.)
const growth = 0.15;
const throttledShare = 1 / 11;
// While it is measured whether a slower pace helps.
const measuringFactor = 0.6;
// Calls a second: never fewer; and never fewer at first, since what is too fast is corrected within a few
// calls, and what is too slow only in seconds.
const slowest = 1;
const slowestFirst = 20;
// The maximum delay of a timer that is made up for.
const maxLagMs = 50;

/**
 * Unlimited until throttling shows a limit; then at the rate at which the service has just responded, a little faster with
 * each response, and slower with each throttling.
 */
export function startPace(clock: Clock = systemClock): Pace {
  const responses = countResponses(clock);
  const line = startLine(clock);
  const throttling = startThrottling();
  let limitedAt = Number.POSITIVE_INFINITY;
  let pace = Number.POSITIVE_INFINITY;
  /** The pace at each of the latest calls, the oldest first. */
  let paces: number[] = [];
  let isMeasuring = false;
  const limit = (perSecond: number) => {
    pace = Math.max(slowest, perSecond);
    line.setPace(isMeasuring ? Math.max(slowest, pace * measuringFactor) : pace);
  };
  const adapt = (isThrottled: boolean) => {
    paces = [...paces.slice(1 - observedCalls), pace];
    const share = throttledShare + throttling.byChance();
    const cut = (growth * (1 - share)) / share;
    limit(isThrottled ? pace - Math.min(cut, pace / 2) : pace + growth);
  };
  const obey = (verdict: Verdict) => {
    isMeasuring = verdict === 'measure';
    if (verdict === 'limit' || verdict === 'measure') limitedAt = clock.now();
    if (verdict === 'limit') {
      limit(Math.max(slowestFirst, responses.perSecond()));
    } else if (verdict === 'no limit') limit(Number.POSITIVE_INFINITY);
    // What chance has throttled has made it too slow.
    else limit(verdict === 'chance' ? Math.max(pace, paces[0] ?? 0) : pace);
  };
  const isLimited = () => pace !== Number.POSITIVE_INFINITY;
  return {
    turn: line.turn,
    perSecond: () => (isLimited() ? pace : undefined),
    record(outcome, begunAt) {
      const isThrottled = outcome === 'throttled';
      if (!isThrottled) responses.add();
      // What began without any limit says nothing about this one.
      if (isLimited() && begunAt <= limitedAt) return;
      const verdict = throttling.add(isThrottled);
      if (verdict !== undefined) obey(verdict);
      // What is throttled then is only counted.
      else if (isLimited() && !(isMeasuring && isThrottled)) adapt(isThrottled);
    },
  };
}

/** The callers that wait for their turn. */
interface Line {
  turn(signal: AbortSignal): Promise<void>;
  perSecond(): number;
  /** Also for callers that already wait: their earlier schedule would be too fast. */
  setPace(perSecond: number): void;
}

function startLine(clock: Clock): Line {
  let pace = Number.POSITIVE_INFINITY;
  let lastAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  const waiting = new Set<() => void>();
  const schedule = () => {
    cancel?.();
    cancel = undefined;
    const [next] = waiting;
    if (next === undefined) return;
    const begin = () => {
      // After a pause at most as many calls at once as after any other delay.
      lastAt = Math.max(lastAt + 1000 / pace, clock.now() - maxLagMs);
      waiting.delete(next);
      next();
      schedule();
    };
    cancel = clock.after(Math.max(0, lastAt + 1000 / pace - clock.now()), begin);
  };
  return {
    perSecond: () => pace,
    async turn(signal) {
      if (pace === Number.POSITIVE_INFINITY) return;
      const place = waitFor(signal);
      waiting.add(place.begin);
      if (cancel === undefined) schedule();
      try {
        await place.turn;
      } catch (error) {
        waiting.delete(place.begin);
        schedule();
        throw error;
      }
    },
    setPace(perSecond) {
      // The first limit: the call that was throttled is the last one that began.
      if (pace === Number.POSITIVE_INFINITY) lastAt = clock.now();
      pace = perSecond;
      if (waiting.size > 0) schedule();
    },
  };
}

/** A turn that `begin` gives, unless the signal is aborted before. */
function waitFor(signal: AbortSignal): { readonly turn: Promise<void>; readonly begin: () => void } {
  let begin = () => {};
  const turn = new Promise<void>((resolve, reject) => {
    const leave = () => reject(signal.reason);
    begin = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    // As many wait as there are concurrent calls, which is no leak.
    setMaxListeners(0, signal);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
  return { turn, begin };
}

/** Counts responses, for the rate of about the last second; responses before a pause do not count. */
function countResponses(clock: Clock): { add(): void; perSecond(): number } {
  let second = 0;
  let before = 0;
  let now = 0;
  const turnTo = (current: number) => {
    if (current === second) return;
    before = current === second + 1 ? now : 0;
    now = 0;
    second = current;
  };
  return {
    add() {
      turnTo(Math.floor(clock.now() / 1000));
      now += 1;
    },
    perSecond() {
      const seconds = clock.now() / 1000;
      turnTo(Math.floor(seconds));
      return (before + now) / (before === 0 ? 1 : 1 + seconds - second);
    },
  };
}
