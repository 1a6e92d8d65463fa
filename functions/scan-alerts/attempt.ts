/** A read that may fail without losing the alert. */
import { type Deadline, deadlineIn, OutOfTime } from '../../aws/deadline.ts';
import { failureOf } from './scan-result.ts';

/** What was read, or the error. */
export type Attempt<Value> =
  | { readonly value: Value }
  | { readonly value?: undefined; readonly error: unknown };

/** @throws OutOfTime when ECR did not answer in time: a later attempt may succeed */
export async function attempt<Value>(read: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof OutOfTime) throw error;
    return { error };
  }
}

/**
 * A read that takes many calls, such as of every image of a large repository, and that the alert can do without: half of the
 * time left ends it, so that each attempt of Lambda's does not run out of time.
 */
export async function attemptInHalf<Value>(
  read: (deadline: Deadline) => Promise<Value>,
  deadline: Deadline,
): Promise<Attempt<Value>> {
  const half = deadlineIn(deadline.leftMs() / 2, deadline.signal);
  try {
    return { value: await read(half) };
  } catch (error) {
    return { error };
  } finally {
    half.dispose();
  }
}

/** A clause about a read that failed, such as `the tags could not be read: ListTagsForResource failed (...)`. */
export function problemOf(what: string, outcome: Attempt<unknown>): readonly string[] {
  return 'error' in outcome ? [`${what} could not be read: ${failureOf(outcome.error)}`] : [];
}
