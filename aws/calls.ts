/** How a service of AWS is called: paced, repeated while a fault passes, and until a deadline. */
import { type Deadline, retryUntil } from './deadline.ts';
import { isRejected, isThrottled, isTransient } from './faults.ts';
import { type Pace, startPace } from './pace.ts';

/** How a call is made: the operation, whose pace it keeps, and what sends it. */
export type Call<Client> = <Output>(
  operation: string,
  send: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
) => Promise<Output>;

/** One service, for as long as it is used. */
export interface Calls<Client> {
  /** How to call it, each call being given up at the deadline. */
  until(deadline: Deadline): Call<Client>;
  /** A connection that outlives its invocation would be found dead after the function's freeze. */
  close(): void;
}

// A healthy service answers in tens of milliseconds.
const attemptMs = 10_000;

/** @param newClient makes the client, when the first call needs it; it must not repeat by itself */
export function callsOf<Client extends { destroy(): void }>(newClient: () => Client): Calls<Client> {
  let client: Client | undefined;
  const paces = new Map<string, Pace>();
  const paceOf = (operation: string): Pace => {
    const pace = paces.get(operation) ?? startPace();
    paces.set(operation, pace);
    return pace;
  };
  return {
    until: (deadline) => (operation, send) => {
      const pace = paceOf(operation);
      const attempt = async (abortSignal: AbortSignal) => {
        const begunAt = performance.now();
        try {
          client ??= newClient();
          const output = await send(client, { abortSignal });
          pace.record('answered', begunAt);
          return output;
        } catch (error) {
          if (isThrottled(error)) pace.record('throttled', begunAt);
          throw error;
        }
      };
      const ready = () => pace.turn(deadline.signal);
      return retryUntil(attempt, {
        deadline,
        attemptMs,
        isTransient: isTransient,
        wasRejected: isRejected,
        ready,
        isPaced: isThrottled,
      });
    },
    close: () => client?.destroy(),
  };
}
