/** Calls without a common deadline, for work over thousands of resources: each has its own time. */
import type { Call, Calls } from './calls.ts';
import { deadlineIn, OutOfTime } from './deadline.ts';
import { hasNoResponse, isDenied } from './faults.ts';

/** How long each call is tried, and when no further one is. */
export interface Patience {
  /** Milliseconds for one call, repetitions included. */
  readonly callMs: number;
  /** The same before the first response, which shows whether the service can be reached at all. */
  readonly firstMs?: number;
  /** Ends every call. */
  readonly stop?: AbortSignal;
  /** After this number of denials without a success, an operation is no longer called: it fails with the last denial. */
  readonly maxDenials?: number;
  /** How often each operation was called, repetitions included; counted here. */
  readonly counts?: Map<string, number>;
}

/** How to call a service; after a call without a response, every further call fails at once. */
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
      hopeless.responded(operation);
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
  responded(operation: string): void;
  failed(operation: string, error: unknown): void;
  /** Whether any call got a response. */
  isAnswered(): boolean;
}

function startHopeless({ maxDenials = Number.POSITIVE_INFINITY, stop }: Patience): Hopeless {
  const denied = new Map<string, { readonly times: number; readonly error: unknown }>();
  const allowed = new Set<string>();
  // 10,000 repositories must not wait one after the other if the network is down.
  let silence: unknown;
  return {
    isAnswered: () => allowed.size > 0,
    refuse(operation) {
      const denial = denied.get(operation);
      if (denial !== undefined && denial.times >= maxDenials && !allowed.has(operation)) throw denial.error;
      if (silence !== undefined) throw silence;
    },
    responded: (operation) => allowed.add(operation),
    failed(operation, error) {
      if (isDenied(error)) denied.set(operation, { times: (denied.get(operation)?.times ?? 0) + 1, error });
      const isSilence = error instanceof OutOfTime && hasNoResponse(error.cause);
      if (isSilence && stop?.aborted !== true) silence = error;
    },
  };
}
