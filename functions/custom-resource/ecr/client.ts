/** Amazon ECR's client, and how it is called: paced, repeated while a fault passes, and until a deadline. */
import { ECRClient } from '@aws-sdk/client-ecr';
import { type Deadline, persist } from '../deadline.ts';
import { isPassing, isThrottled } from '../failure.ts';
import { accountCalls } from './account.ts';
import type { Call } from './call.ts';
import type { Ecr } from './ecr.ts';
import { lifecycleCalls } from './lifecycle-policies.ts';
import { type Pace, startPace } from './pace.ts';
import { repositoryCalls } from './repositories.ts';
import { tagCalls } from './tags.ts';

/** ECR, for as long as it is used. */
export interface Connection {
  /** The calls, each of which is given up at the deadline. */
  until(deadline: Deadline): Ecr;
  /** A connection that outlives its invocation would be found dead after the function's freeze. */
  close(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

// A healthy ECR answers in tens of milliseconds.
const attemptMs = 10_000;

/** @param environment AWS_REGION, and AWS_ENDPOINT_URL_ECR or AWS_ENDPOINT_URL when a local endpoint is meant */
export function connect(environment: Environment): Connection {
  let client: ECRClient | undefined;
  const paces = new Map<string, Pace>();
  const paceOf = (operation: string): Pace => {
    const pace = paces.get(operation) ?? startPace();
    paces.set(operation, pace);
    return pace;
  };
  return {
    until(deadline) {
      const call: Call = (operation, send) => {
        const pace = paceOf(operation);
        const attempt = async (abortSignal: AbortSignal) => {
          const begunAt = performance.now();
          try {
            client ??= newClient(environment);
            const output = await send(client, { abortSignal });
            pace.tell('answered', begunAt);
            return output;
          } catch (error) {
            if (isThrottled(error)) pace.tell('throttled', begunAt);
            throw error;
          }
        };
        const ready = () => pace.turn(deadline.signal);
        return persist(attempt, { deadline, attemptMs, isPassing, ready, isPaced: isThrottled });
      };
      return { ...repositoryCalls(call), ...tagCalls(call), ...lifecycleCalls(call), ...accountCalls(call) };
    },
    close: () => client?.destroy(),
  };
}

function newClient(environment: Environment): ECRClient {
  const endpoint = localEndpoint(environment);
  // Everything is given explicitly, so that none of the SDK's loaders for configuration files runs at a cold start.
  return new ECRClient({
    region: environment.AWS_REGION ?? 'us-east-1',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    retryMode: 'standard',
    // Repeating is persist's part.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

/** The local endpoint that the environment names, if any; the service's own variable is the stronger, as in every SDK. */
export function localEndpoint(environment: Environment): string | undefined {
  return environment.AWS_ENDPOINT_URL_ECR || environment.AWS_ENDPOINT_URL || undefined;
}
