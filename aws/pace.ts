/** How fast one operation is called, so that throttling costs little time. */
import { setMaxListeners } from 'node:events';

/** The pace of one operation; AWS publishes no rates for ECR's, so it is measured. */
export interface Pace {
  /** Waits until the next call may begin, first come, first served; rejects if the signal is aborted. */
  turn(signal: AbortSignal): Promise<void>;
  /** Records the result of a call that began at that time, by the clock's `now`. */
  record(outcome: 'responded' | 'throttled', begunAt: number): void;
  /** Calls a second; undefined while the service has throttled none. */
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
// eleven is throttled: no time is lost, and fewer throttlings than that, which other callers cause, do not slow
// it down. (It was chosen by simulation: rates of 1 to 300 a second, buckets of 1 to 200, responses in 25 ms to 1 s.)
const growth = 0.15;
const cut = 10 * growth;
// Calls a second: never fewer; and never fewer at the first throttling, since what is too fast is corrected within a few
// calls, and what is too slow only in seconds.
const slowest = 1;
const slowestFirst = 20;
// The maximum delay of a timer that is made up for.
const maxLagMs = 50;

/**
 * Unlimited until the first throttling; then at the rate at which the service has just responded, a little faster with
 * each response, and slower with each throttling.
 */
export function startPace(clock: Clock = systemClock): Pace {
  const responses = countResponses(clock);
  const line = startLine(clock);
  let limitedAt = Number.POSITIVE_INFINITY;
  const limit = (perSecond: number) => line.setPace(Math.max(slowest, perSecond));
  return {
    turn: line.turn,
    perSecond: () => (limitedAt === Number.POSITIVE_INFINITY ? undefined : line.perSecond()),
    record(outcome, begunAt) {
      const perSecond = line.perSecond();
      if (outcome === 'responded') {
        responses.add();
        if (limitedAt !== Number.POSITIVE_INFINITY) limit(perSecond + growth);
      } else if (limitedAt === Number.POSITIVE_INFINITY) {
        limitedAt = clock.now();
        limit(Math.max(slowestFirst, responses.perSecond()));
      }
      // What began without any limit says nothing about this one.
      else if (begunAt > limitedAt) limit(perSecond - Math.min(cut, perSecond / 2));
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
