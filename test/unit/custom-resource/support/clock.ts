/**
 * Time that stands still while this process does: a busy machine may stop it for seconds, which a function with a
 * share of its own does not see, and which must not decide a test.
 *
 * Until it is stopped, `performance.now` and `setTimeout` of a test's realm go by it, and so do the deadlines of the code
 * under test: on a machine of a tenth of the speed they come ten times as late. Node's own timers, and those of
 * `node:timers/promises`, go by the time of day.
 */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  stop(): void;
}

const tickMs = 10;
/** Longer than so between two ticks the process did not run, or all at once had its turn. */
const runningMs = 3 * tickMs;

const realSetTimeout = globalThis.setTimeout;
const realClearTimeout = globalThis.clearTimeout;
const realPerformance = globalThis.performance;

export function startClock(): Clock {
  let stood = 0;
  let last = realPerformance.now();
  const tick = () => {
    const now = realPerformance.now();
    stood += Math.max(0, now - last - runningMs);
    last = now;
  };
  const timer = setInterval(tick, tickMs);
  const now = () => {
    tick();
    return last - stood;
  };
  const restore = replaceTime(now);
  return {
    now,
    stop: () => {
      clearInterval(timer);
      restore();
    },
  };
}

/** A time-out that is set again for what is left where it came too early. */
class Waiting {
  #timer: NodeJS.Timeout;

  constructor(run: () => void, milliseconds: number, now: () => number) {
    const due = now() + milliseconds;
    const settle = () => {
      const left = due - now();
      if (left < 1) return run();
      const hasRef = this.#timer.hasRef();
      this.#timer = realSetTimeout(settle, left);
      if (!hasRef) this.#timer.unref();
    };
    this.#timer = realSetTimeout(settle, milliseconds);
  }

  clear(): void {
    realClearTimeout(this.#timer);
  }

  ref(): this {
    this.#timer.ref();
    return this;
  }

  unref(): this {
    this.#timer.unref();
    return this;
  }

  hasRef(): boolean {
    return this.#timer.hasRef();
  }
}

/** @returns what gives the realm its own time back */
function replaceTime(now: () => number): () => void {
  const set = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: true });
  const performance = new Proxy(realPerformance, {
    get: (target, name) => {
      const value = name === 'now' ? now : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  set('performance', performance);
  set(
    'setTimeout',
    (run: (...given: unknown[]) => void, milliseconds = 0, ...given: unknown[]) =>
      new Waiting(() => run(...given), milliseconds, now),
  );
  set('clearTimeout', (timer: Waiting | NodeJS.Timeout | undefined) =>
    timer instanceof Waiting ? timer.clear() : realClearTimeout(timer),
  );
  return () => {
    set('performance', realPerformance);
    set('setTimeout', realSetTimeout);
    set('clearTimeout', realClearTimeout);
  };
}
