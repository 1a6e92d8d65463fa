/**
 * Time that passes only when everything waits for it: timers, `performance.now` and `Date.now` of this process. What the
 * code under test waits for by any of them takes no time of its own, and its order is that of the real clock.
 *
 * Nothing in the work may wait for anything else, such as a socket: it would not be waited for.
 */
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';

export interface VirtualTime {
  /** Runs the work, with the milliseconds that it took. */
  run<Result>(
    work: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly milliseconds: number }>;
  sleep(milliseconds: number): Promise<void>;
  /** Gives the real clock back. */
  restore(): void;
}

interface Event {
  readonly at: number;
  readonly order: number;
  fire: () => void;
  isCancelled: boolean;
}

/** It stays in its place, but what it would have done is dropped: a batch's deadlines end minutes later. */
function cancel(event: Event): void {
  event.isCancelled = true;
  event.fire = () => undefined;
}

/** A timer as Node's: it can be cleared, and that it does not hold the process matters to nobody here. */
class VirtualTimer {
  readonly event: Event;
  constructor(event: Event) {
    this.event = event;
  }
  unref(): this {
    return this;
  }
  ref(): this {
    return this;
  }
}

const longest = 2 ** 31 - 1;

/** @param onTurn called after each event */
export function startVirtualTime(onTurn: () => void = () => undefined): VirtualTime {
  const events = heapOf<Event>((one, other) => one.at - other.at || one.order - other.order);
  const turn = timersPromises.setImmediate;
  let elapsed = 0;
  let order = 0;
  const schedule: Schedule = (milliseconds, fire) => {
    order += 1;
    const waits = milliseconds > longest ? 1 : Math.max(0, milliseconds || 0);
    const event: Event = { at: elapsed + waits, order, fire, isCancelled: false };
    events.push(event);
    return event;
  };
  const restore = replaceClock(() => elapsed, schedule);
  const passUntil = async (isDone: () => boolean) => {
    for (;;) {
      // Whatever was resolved goes on until it waits again.
      await turn();
      if (isDone()) return;
      const next = nextOf(events);
      if (next === undefined) throw new Error('the work waits for something that is no timer');
      elapsed = next.at;
      next.fire();
      onTurn();
    }
  };
  return {
    restore,
    sleep: (milliseconds) =>
      new Promise<void>((resolve) => {
        schedule(milliseconds, resolve);
      }),
    async run(work) {
      const from = elapsed;
      let isDone = false;
      const done = work().finally(() => {
        isDone = true;
      });
      // Its error is thrown below.
      done.catch(() => undefined);
      await passUntil(() => isDone);
      return { result: await done, milliseconds: elapsed - from };
    },
  };
}

/** The first event that nobody has cancelled. */
function nextOf(events: { pop(): Event | undefined }): Event | undefined {
  for (;;) {
    const next = events.pop();
    if (next?.isCancelled !== true) return next;
  }
}

type Schedule = (milliseconds: number, fire: () => void) => Event;

/** Puts the virtual clock in place of the real one. @returns what gives that back */
function replaceClock(elapsed: () => number, schedule: Schedule): () => void {
  const { setTimeout, clearTimeout } = globalThis;
  const { now: dateNow } = Date;
  const { now } = performance;
  const { setTimeout: sleep } = timersPromises;
  const begunAt = performance.now();
  const begunOn = Date.now();
  Object.assign(globalThis, {
    setTimeout: (run: (...values: unknown[]) => void, milliseconds = 0, ...values: unknown[]) =>
      new VirtualTimer(schedule(milliseconds, () => run(...values))),
    clearTimeout(timer: unknown) {
      if (timer instanceof VirtualTimer) cancel(timer.event);
    },
  });
  performance.now = () => begunAt + elapsed();
  Date.now = () => Math.floor(begunOn + elapsed());
  Object.assign(timersPromises, { setTimeout: abortable(schedule) });
  syncBuiltinESMExports();
  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    performance.now = now;
    Date.now = dateNow;
    Object.assign(timersPromises, { setTimeout: sleep });
    syncBuiltinESMExports();
  };
}

/** The promise of Node's timers, which an AbortSignal ends. */
function abortable(schedule: Schedule) {
  return (milliseconds = 0, value?: unknown, { signal }: { readonly signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        cancel(event);
        reject(signal?.reason);
      };
      const event = schedule(milliseconds, () => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      });
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
}

/** A binary heap. */
function heapOf<Entry>(compare: (one: Entry, other: Entry) => number) {
  const entries: Entry[] = [];
  const isBefore = (one: number, other: number) => {
    const [first, second] = [entries[one], entries[other]];
    return first !== undefined && (second === undefined || compare(first, second) < 0);
  };
  const swap = (one: number, other: number) => {
    const [first, second] = [entries[one], entries[other]];
    if (first === undefined || second === undefined) return;
    entries[one] = second;
    entries[other] = first;
  };
  return {
    push(entry: Entry): void {
      entries.push(entry);
      for (let at = entries.length - 1; at > 0; ) {
        const parent = Math.floor((at - 1) / 2);
        if (!isBefore(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop(): Entry | undefined {
      const [first] = entries;
      const last = entries.pop();
      if (last === undefined || entries.length === 0) return first;
      entries[0] = last;
      for (let at = 0; ; ) {
        const children = [2 * at + 1, 2 * at + 2].filter((child) => child < entries.length);
        const [left, right = left] = children;
        if (left === undefined || right === undefined) return first;
        const next = isBefore(right, left) ? right : left;
        if (!isBefore(next, at)) return first;
        swap(next, at);
        at = next;
      }
    },
  };
}
