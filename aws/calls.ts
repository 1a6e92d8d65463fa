/** How a service of AWS is called: paced, repeated while a fault passes, and until a deadline. */
import { AwsCallError } from './call-error.ts';
import { type Deadline, OutOfTime, retryUntil } from './deadline.ts';
import { isAnswer, isRejected, isThrottled, isTransient } from './faults.ts';
import { type Pace, startPace } from './pace.ts';

/**
 * How a call is made.
 *
 * @param operation whose pace it keeps
 * @param resource what it is about, such as the name of a repository; left out where it is about no single one
 * @throws AwsCallError, which names both; OutOfTime at the deadline, whose cause is such an error where an attempt failed
 */
export type Call<Client> = <Output>(
  operation: string,
  send: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
  resource?: string,
) => Promise<Output>;

/** How fast a service has answered so far. */
export interface Speed {
  /** Calls of an operation a second; undefined while the service has throttled none: AWS publishes no rates. */
  perSecond(operation: string): number | undefined;
  /** How long an answer takes on average, in milliseconds; undefined before the first. */
  answerMs(): number | undefined;
}

/** One service, for as long as it is used. */
export interface Calls<Client> {
  /** How to call it, each call being given up at the deadline. */
  until(deadline: Deadline): Call<Client>;
  readonly speed: Speed;
  /** A connection that outlives its invocation would be found dead after the function's freeze. */
  close(): void;
}

// A healthy service answers in tens of milliseconds.
const attemptMs = 10_000;

/** @param newClient makes the client, when the first call needs it; it must not repeat by itself */
export function callsOf<Client extends { destroy(): void }>(newClient: () => Client): Calls<Client> {
  let client: Client | undefined;
  const paces = startPaces();
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
          isTransient,
          wasRejected: isRejected,
          ready: () => pace.turn(deadline.signal),
          isPaced: isThrottled,
        });
      } catch (error) {
        const named = (cause: unknown) => new AwsCallError(operation, resource, cause);
        if (!(error instanceof OutOfTime)) throw named(error);
        throw error.cause === undefined ? error : new OutOfTime(named(error.cause));
      }
    },
    speed: paces.speed,
    close: () => client?.destroy(),
  };
}

interface Paces {
  of(operation: string): Pace;
  /** Makes one attempt, and records what came of it. */
  timed<Output>(pace: Pace, attempt: () => Promise<Output>): Promise<Output>;
  readonly speed: Speed;
}

function startPaces(): Paces {
  const paces = new Map<string, Pace>();
  let answers = 0;
  let answeringMs = 0;
  const record = (pace: Pace, begunAt: number) => {
    answers += 1;
    answeringMs += performance.now() - begunAt;
    pace.record('answered', begunAt);
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
        // Such as "there is no lifecycle policy", which takes as much of the service's rate as any other answer.
        else if (isAnswer(error)) record(pace, begunAt);
        throw error;
      }
    },
    speed: {
      perSecond: (operation) => paces.get(operation)?.perSecond(),
      answerMs: () => (answers === 0 ? undefined : answeringMs / answers),
    },
  };
}
