/** Calls without a common deadline, for work over thousands of resources: each has its own time. */
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
  const { callMs, firstMs = callMs, stop, counts } = patience;
  const hopeless = startHopeless(patience);
  return async (operation, send, resource) => {
    hopeless.refuse(operation);
    const deadline = deadlineIn(hopeless.isAnswered() ? callMs : firstMs, stop);
    try {
      const output = await calls.until(deadline)(
        operation,
        (client, options) => {
          counts?.set(operation, (counts.get(operation) ?? 0) + 1);
          return send(client, options);
        },
        resource,
      );
      hopeless.answered(operation);
      return output;
    } catch (error) {
      hopeless.failed(operation, error);
      throw error;
    } finally {
      deadline.dispose();
    }
  };
}

/** Which further calls would fail anyway. */
interface Hopeless {
  /** @throws the error that such a call would fail with */
  refuse(operation: string): void;
  answered(operation: string): void;
  failed(operation: string, error: unknown): void;
  /** Whether any call was answered. */
  isAnswered(): boolean;
}

function startHopeless({ maxDenials = Number.POSITIVE_INFINITY, stop }: Patience): Hopeless {
  const denied = new Map<string, { readonly times: number; readonly error: unknown }>();
  const allowed = new Set<string>();
  // 10,000 repositories must not wait one after the other for a network that is gone.
  let silence: unknown;
  return {
    isAnswered: () => allowed.size > 0,
    refuse(operation) {
      const denial = denied.get(operation);
      if (denial !== undefined && denial.times >= maxDenials && !allowed.has(operation)) throw denial.error;
      if (silence !== undefined) throw silence;
    },
    answered: (operation) => allowed.add(operation),
    failed(operation, error) {
      if (isDenied(error)) denied.set(operation, { times: (denied.get(operation)?.times ?? 0) + 1, error });
      const isSilence = error instanceof OutOfTime && isUnanswered(error.cause);
      if (isSilence && stop?.aborted !== true) silence = error;
    },
  };
}
