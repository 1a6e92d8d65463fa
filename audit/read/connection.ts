/** How a registry's services are called: paced, repeated while a fault passes, given up when somebody ends the audit. */
import { type Calls, callsOf } from '../../aws/calls.ts';
import { deadlineIn, OutOfTime } from '../../aws/deadline.ts';
import { isDenied, isUnanswered } from '../../aws/faults.ts';

/** Calls one operation. */
export type Call<Client> = <Output>(
  operation: string,
  send: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
  /** Milliseconds, repetitions included. */
  patienceMs?: number,
) => Promise<Output>;

/** How often each operation was called. */
export type Counts = Map<string, number>;

// Long enough for a service that throttles, whose pace is found by trying, and for a network that comes back.
const patience = 2 * 60_000;
// An operation that was refused so often and never allowed is not asked for 10,000 times.
const mostDenials = 8;

export function registryCalls<Client extends { destroy(): void }>(
  newClient: () => Client,
  stop: AbortSignal,
  counts: Counts,
): { readonly call: Call<Client>; readonly close: () => void } {
  const calls: Calls<Client> = callsOf(newClient);
  const denied = new Map<string, { times: number; readonly error: unknown }>();
  const allowed = new Set<string>();
  // Once the network is gone for so long, 10,000 repositories do not wait for it one after the other.
  let silence: unknown;
  return {
    close: calls.close,
    async call(operation, send, patienceMs = patience) {
      const denial = denied.get(operation);
      if (denial !== undefined && denial.times >= mostDenials && !allowed.has(operation)) throw denial.error;
      if (silence !== undefined) throw silence;
      const deadline = deadlineIn(patienceMs, stop);
      try {
        const output = await calls.until(deadline)(operation, (client, options) => {
          counts.set(operation, (counts.get(operation) ?? 0) + 1);
          return send(client, options);
        });
        allowed.add(operation);
        return output;
      } catch (error) {
        // Counted anew: others that were under way have been refused meanwhile.
        if (isDenied(error)) denied.set(operation, { times: (denied.get(operation)?.times ?? 0) + 1, error });
        if (error instanceof OutOfTime && isUnanswered(error.cause) && !stop.aborted) silence = error;
        throw error;
      } finally {
        deadline.dispose();
      }
    },
  };
}
