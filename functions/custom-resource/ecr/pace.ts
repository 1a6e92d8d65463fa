/** How fast one operation is called, so that throttling costs little time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** The pace of one operation; AWS publishes no rate for ECR's, so it is found by trying. */
export interface Pace {
  /** Waits until the next call may begin. */
  turn(signal: AbortSignal): Promise<void>;
  /** Tells what came of a call that began at that time, by `performance.now()`. */
  tell(outcome: 'answered' | 'throttled', begunAt: number): void;
}

// More calls a second, each second.
const growth = 2;

/**
 * Unbounded until the first throttling; from then on half the pace at each throttling and a little more with each
 * answer. (Additive increase, multiplicative decrease: of what was measured, the one that loses no call and hardly
 * any time.)
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
    tell(outcome, begunAt) {
      if (outcome === 'answered') {
        answered += 1;
        perSecond += growth / perSecond;
        return;
      }
      // Calls that were on their way before the last cut tell nothing about the pace after it.
      if (begunAt < cutAt) return;
      cutAt = performance.now();
      const sofar = answered / ((cutAt - begun) / 1000);
      perSecond = Math.max(1, (perSecond === Number.POSITIVE_INFINITY ? sofar : perSecond) / 2);
    },
  };
}
