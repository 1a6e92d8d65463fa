/** Calls without a common deadline, for work over thousands of resources: each has its own time, until somebody ends it. */
import type { Call, Calls } from './calls.ts';
import { deadlineIn, OutOfTime } from './deadline.ts';
import { isDenied, isUnanswered } from './faults.ts';

/** How long each call is tried, and when no further one is. */
export interface Patience {
  /** Milliseconds for one call, repetitions included. */
  readonly callMs: number;
  /** The same before the first answer, which tells whether there is a service at all. */
  readonly firstMs?: number;
  /** Ends every call. */
  readonly stop?: AbortSignal;
  /** An operation that was denied so often and never allowed is called no more: it fails with the last denial. */
  readonly maxDenials?: number;
  /** How often each operation was called, repetitions included; counted here. */
  readonly counts?: Map<string, number>;
}

/** How to call a service so; once it has left a call without any answer, every further call fails at once. */
export function patientCall<Client>(calls: Calls<Client>, patience: Patience): Call<Client> {
  const { callMs, firstMs = callMs, stop, maxDenials = Number.POSITIVE_INFINITY, counts } = patience;
  const denied = new Map<string, { times: number; readonly error: unknown }>();
  const allowed = new Set<string>();
  // 10,000 repositories must not wait one after the other for a network that is gone.
  let silence: unknown;
  return async (operation, send, resource) => {
    const denial = denied.get(operation);
    if (denial !== undefined && denial.times >= maxDenials && !allowed.has(operation)) throw denial.error;
    if (silence !== undefined) throw silence;
    const deadline = deadlineIn(allowed.size === 0 ? firstMs : callMs, stop);
    try {
      const output = await calls.until(deadline)(
        operation,
        (client, options) => {
          counts?.set(operation, (counts.get(operation) ?? 0) + 1);
          return send(client, options);
        },
        resource,
      );
      allowed.add(operation);
      return output;
    } catch (error) {
      // Counted anew: others that were under way have been denied meanwhile.
      if (isDenied(error)) denied.set(operation, { times: (denied.get(operation)?.times ?? 0) + 1, error });
      if (error instanceof OutOfTime && isUnanswered(error.cause) && stop?.aborted !== true) silence = error;
      throw error;
    } finally {
      deadline.dispose();
    }
  };
}
