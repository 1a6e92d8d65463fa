/** How fast one operation is called, so that throttling costs little time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** The pace of one operation; AWS publishes no rate for ECR's, so it is found by trying. */
export interface Pace {
  /** Waits until the next call may begin. */
  turn(signal: AbortSignal): Promise<void>;
  /** Tells what came of a call that began at that time, by `performance.now()`. */
  record(outcome: 'answered' | 'throttled', begunAt: number): void;
}

// Calls a second: never fewer; so many more each second; and what a throttling leaves of them.
const slowest = 2;
const growth = 3;
const left = 0.7;

/**
 * Unbounded until the first throttling; from then on slower at each throttling and a little faster with each answer.
 * (Additive increase, multiplicative decrease: of what was measured, the one that loses no call and hardly any time.)
 */
export function startPace(): Pace {
  const begun = performance.now();
  let answered = 0;
  let perSecond = Number.POSITIVE_INFINITY;
  let nextAt = 0;
  let cutAt = Number.NEGATIVE_INFINITY;
  return {
    async turn(signal) {
      if (perSecond === Number.POSITIVE_INFINITY) return;
      const now = performance.now();
      const at = Math.max(nextAt, now);
      nextAt = at + 1000 / perSecond;
      if (at > now) await sleep(at - now, undefined, { signal });
    },
    record(outcome, begunAt) {
      if (outcome === 'answered') {
        answered += 1;
        perSecond += growth / perSecond;
        return;
      }
      // Calls that were on their way before the last cut tell nothing about the pace after it.
      if (begunAt < cutAt) return;
      cutAt = performance.now();
      // What a service lets through at once after a rest says nothing about a second.
      const sofar = answered / Math.max(1, (cutAt - begun) / 1000);
      perSecond = Math.max(slowest, (perSecond === Number.POSITIVE_INFINITY ? sofar : perSecond) * left);
    },
  };
}
