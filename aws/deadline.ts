/** Time that runs out, and how work is kept inside it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { rootError } from './call-error.ts';

/** A point in time by which work must have ended. */
export interface Deadline {
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
  /** Milliseconds; 0 when the time is over. */
  leftMs(): number;
  /** Frees the timer, once the work has ended. */
  dispose(): void;
}

/** @param stop ends the time before it is over */
export function deadlineIn(milliseconds: number, stop?: AbortSignal): Deadline {
  // A context without a valid number leaves no time.
  const length = Math.max(0, milliseconds || 0);
  const end = performance.now() + length;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), length);
  const unfollow = follow(stop, controller);
  return {
    signal: controller.signal,
    leftMs: () => (controller.signal.aborted ? 0 : Math.max(0, end - performance.now())),
    dispose: () => {
      clearTimeout(timer);
      unfollow();
    },
  };
}

/** What is aborted with a signal. */
const followersOf = new WeakMap<AbortSignal, Set<AbortController>>();

/**
 * Aborts a controller when a signal is aborted, until the function that is returned is called.
 *
 * One listener for all followers of a signal: Node goes through all listeners to add or remove one. Not AbortSignal.any: Node
 * keeps each signal that it makes, and whatever listens to it, for as long as the first one lives (nodejs/node#64476), which
 * here may be for 100,000 calls.
 */
function follow(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) controller.abort();
  const followers = followersOf.get(signal) ?? startFollowing(signal);
  followers.add(controller);
  return () => followers.delete(controller);
}

function startFollowing(signal: AbortSignal): Set<AbortController> {
  const followers = new Set<AbortController>();
  followersOf.set(signal, followers);
  const abortAll = () => {
    for (const follower of followers) follower.abort();
  };
  signal.addEventListener('abort', abortAll, { once: true });
  return followers;
}

/**
 * The deadline came first; `cause` is what the last attempt had failed with, if one had: an earlier one, where the last had
 * hardly any time left.
 */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';

  constructor(cause?: unknown) {
    const root = rootError(cause);
    super(root instanceof Error ? `the time is over; last: ${root.name}` : 'the time is over', { cause });
  }
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** An attempt that got no response in less time says nothing of the service: it began right before the deadline. */
const tellingMs = 1_000;

/** How one kind of attempt is retried. */
export interface RetryOptions {
  readonly deadline: Deadline;
  /** The longest that one attempt may take; less when less than twice as much is left, so that another can follow. */
  readonly attemptMs: number;
  /** Whether a retry may succeed. After an attempt that took too long it always may. */
  readonly isTransient: (error: unknown) => boolean;
  /** Waited for before each attempt, outside its time; may throw at the deadline only. */
  readonly ready?: () => Promise<void>;
  /** Whether an attempt that failed so certainly had no effect; by default none did. */
  readonly wasRejected?: (error: unknown) => boolean;
  /** Whether `ready` alone holds the next attempt back, so that no pause is needed. */
  readonly waitsForPace?: (error: unknown) => boolean;
}

/**
 * Repeats an attempt with growing, random pauses while its errors are transient and time is left.
 *
 * The SDK's retries are not used, because they give up before the deadline.
 *
 * @param attempt is to end itself at the signal, but is not waited for when it does not
 * @throws any error that is not transient; {@link OutOfTime} at the deadline
 */
export async function retryUntil<Result>(
  attempt: (signal: AbortSignal) => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  const {
    deadline,
    attemptMs,
    ready = () => undefined,
    wasRejected = () => false,
    waitsForPace = () => false,
  } = options;
  const isLasting = (error: unknown) => !(error instanceof TooSlow || options.isTransient(error));
  let last: unknown;
  let isUnsure = false;
  for (let maxPauseMs = firstPauseMs; ; maxPauseMs = Math.min(longestPauseMs, maxPauseMs * 2)) {
    if (deadline.leftMs() === 0) throw new OutOfTime(last);
    const outcome = await settled(async () => {
      await ready();
      return limited(attempt, Math.min(attemptMs, deadline.leftMs() / 2), deadline.signal);
    });
    if ('value' in outcome) return outcome.value;
    const { error } = outcome;
    if (deadline.signal.aborted) throw new OutOfTime(last);
    if (isLasting(error)) throw isUnsure ? noteUnsure(error) : error;
    isUnsure ||= !wasRejected(error);
    last = moreTelling(error, last);
    // Random over the whole pause, so that functions that were throttled together do not retry together.
    if (!waitsForPace(error)) await pause(Math.random() * maxPauseMs, deadline, last);
  }
}

async function settled<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

const afterUncertainAttempt = new WeakSet<Error>();

function noteUnsure(error: unknown): unknown {
  if (error instanceof Error) afterUncertainAttempt.add(error);
  return error;
}

/** Whether an earlier attempt than the failed one may have had its effect: its response did not arrive. */
export function mayHaveTakenEffect(error: unknown): boolean {
  const root = rootError(error);
  return root instanceof Error && afterUncertainAttempt.has(root);
}

class TooSlow extends Error {
  override readonly name = 'TimeoutError';
  readonly limitMs: number;

  constructor(limitMs: number, cause?: unknown) {
    super('no response in time', { cause });
    this.limitMs = limitMs;
  }
}

/** What an attempt failed with, or an earlier one if that one alone had the time to find out. */
function moreTelling(error: unknown, earlier: unknown): unknown {
  const isTooLate = error instanceof TooSlow && error.limitMs < tellingMs;
  return isTooLate && earlier !== undefined ? earlier : error;
}

async function limited<Result>(
  attempt: (signal: AbortSignal) => Promise<Result>,
  milliseconds: number,
  outer: AbortSignal,
): Promise<Result> {
  const limit = new AbortController();
  let isTooSlow = false;
  const timer = setTimeout(() => {
    isTooSlow = true;
    limit.abort();
  }, milliseconds);
  const unfollow = follow(outer, limit);
  const ended = new Promise<never>((_resolve, reject) => {
    limit.signal.addEventListener('abort', () => reject(new TooSlow(milliseconds)), { once: true });
  });
  try {
    // In a function of its own, so that even an attempt that throws at once leaves no rejection unhandled.
    return await Promise.race([ended, (async () => attempt(limit.signal))()]);
  } catch (error) {
    // Which of the two noticed the abort first must not matter.
    throw isTooSlow ? new TooSlow(milliseconds, error) : error;
  } finally {
    clearTimeout(timer);
    unfollow();
  }
}

/** Waits; throws {@link OutOfTime} when the deadline comes first. */
export async function pause(milliseconds: number, deadline: Deadline, last?: unknown): Promise<void> {
  await sleep(milliseconds, undefined, { signal: deadline.signal }).catch(() => {
    throw new OutOfTime(last);
  });
}

const longestReadPauseMs = 5_000;
// What remains is for what follows the reading.
const shareOfReading = 3 / 4;

/**
 * Reads until what is read is as expected, for at most so many milliseconds and most of the time left.
 *
 * ECR's reads may lag behind its writes: a repository that was just created may not be returned, and a setting that was
 * just written may still have its old value. How old a read may be goes by when it began, so a slow one is repeated.
 *
 * @returns what was read last
 */
export async function readUntil<Value>(
  read: () => Promise<Value>,
  isExpected: (value: Value) => boolean,
  deadline: Deadline,
  maxMs = 3_000,
): Promise<Value> {
  const leftAtFirst = deadline.leftMs();
  const longestMs = leftAtFirst * shareOfReading;
  const toReadMs = Math.min(maxMs, longestMs);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestReadPauseMs, pauseMs * 2)) {
    const begunMs = leftAtFirst - deadline.leftMs();
    const value = await read();
    const readingMs = leftAtFirst - deadline.leftMs();
    if (isExpected(value) || begunMs >= toReadMs || readingMs >= longestMs) return value;
    await pause(Math.max(0, Math.min(pauseMs, toReadMs - readingMs)), deadline);
  }
}
