/**
 * A clock that stands still while this process does: a busy machine may stop it for seconds, which a function with
 * a share of its own does not see, and which must not decide a test.
 */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  stop(): void;
}

const tickMs = 10;

export function startClock(): Clock {
  let stood = 0;
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    stood += Math.max(0, now - last - 2 * tickMs);
    last = now;
  };
  const timer = setInterval(tick, tickMs);
  return {
    now: () => {
      tick();
      return last - stood;
    },
    stop: () => clearInterval(timer),
  };
}
