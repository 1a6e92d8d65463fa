/** Calls an AWS service: paced, with retries of transient faults, until a deadline. */
import { AwsCallError } from './call-error.ts';
import { type Deadline, OutOfTime, retryUntil } from './deadline.ts';
import { isAnswer, isRejected, isThrottled, isTransient } from './faults.ts';
import { type Pace, startPace } from './pace.ts';

/**
 * How a call is made.
 *
 * @param operation whose pace it keeps
 * @param resource such as the name of a repository; left out if the call is not about a single one
 * @throws AwsCallError, which names both; OutOfTime at the deadline, whose cause is such an error where an attempt failed
 */
export type Call<Client> = <Output>(
  operation: string,
  send: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
  resource?: string,
) => Promise<Output>;

/** How fast a service has responded so far. */
export interface Speed {
  /** Calls of an operation a second; undefined while the service has throttled none: AWS publishes no rates. */
  perSecond(operation: string): number | undefined;
  /** The average response time in milliseconds; undefined before the first. */
  responseMs(): number | undefined;
}

/** One service, for as long as it is used. */
export interface Calls<Client> {
  /** How to call it, each call being given up at the deadline. */
  until(deadline: Deadline): Call<Client>;
  readonly speed: Speed;
  /** A connection that outlives its invocation would be closed after the function was frozen. */
  close(): void;
}

// A healthy service responds in tens of milliseconds.
const attemptMs = 10_000;

/** A client of the SDK, as far as it is used here. */
interface SdkClient {
  readonly config?: { readonly serviceId?: string };
  destroy(): void;
}

/**
 * @param newClient makes the client, when the first call needs it; it must not retry by itself
 * @param isWorthRetrying of an error; by default whether it is transient
 * @param paces those of an earlier use of the same service, where a function keeps them for its next invocation
 */
export function callsOf<Client extends SdkClient>(
  newClient: () => Client,
  isWorthRetrying: (error: unknown) => boolean = isTransient,
  paces: Paces = startPaces(),
): Calls<Client> {
  let client: Client | undefined;
  return {
    until: (deadline) => async (operation, send, resource) => {
      const pace = paces.of(operation);
      const attempt = (abortSignal: AbortSignal) =>
        paces.timed(pace, async () => {
          client ??= newClient();
          return send(client, { abortSignal });
        });
      try {
        return await retryUntil(attempt, {
          deadline,
          attemptMs,
          isTransient: isWorthRetrying,
          wasRejected: isRejected,
          ready: () => pace.turn(deadline.signal),
          waitsForPace: isThrottled,
        });
      } catch (error) {
        const named = (cause: unknown) =>
          new AwsCallError(operation, resource, cause, client?.config?.serviceId);
        if (!(error instanceof OutOfTime)) throw named(error);
        throw error.cause === undefined ? error : new OutOfTime(named(error.cause));
      }
    },
    speed: paces.speed,
    close: () => client?.destroy(),
  };
}

/** The pace of each operation. */
export interface Paces {
  of(operation: string): Pace;
  /** Makes one attempt, and records the result. */
  timed<Output>(pace: Pace, attempt: () => Promise<Output>): Promise<Output>;
  readonly speed: Speed;
}

export function startPaces(): Paces {
  const paces = new Map<string, Pace>();
  let responses = 0;
  let respondingMs = 0;
  const record = (pace: Pace, begunAt: number) => {
    responses += 1;
    respondingMs += performance.now() - begunAt;
    pace.record('responded', begunAt);
  };
  return {
    of(operation) {
      const pace = paces.get(operation) ?? startPace();
      paces.set(operation, pace);
      return pace;
    },
    async timed(pace, attempt) {
      const begunAt = performance.now();
      try {
        const output = await attempt();
        record(pace, begunAt);
        return output;
      } catch (error) {
        if (isThrottled(error)) pace.record('throttled', begunAt);
        // Such as "there is no lifecycle policy", which uses as much of the service's rate as any other response.
        else if (isAnswer(error)) record(pace, begunAt);
        throw error;
      }
    },
    speed: {
      perSecond: (operation) => paces.get(operation)?.perSecond(),
      responseMs: () => (responses === 0 ? undefined : respondingMs / responses),
    },
  };
}
