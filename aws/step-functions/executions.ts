/** Executions of a state machine of AWS Step Functions. */
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Call, callsOf } from '../calls.ts';
import type { Deadline } from '../deadline.ts';
import { type Patience, patientCall } from '../patient-calls.ts';

/** How an execution stands. */
export interface ExecutionState {
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';
  /** The name of the error, where it has failed. */
  readonly error: string | undefined;
}

/** How far its Distributed Map is, in items. */
export interface MapProgress {
  readonly total: number;
  readonly done: number;
}

/** The calls. */
export interface Executions {
  /** Starts it; the name tells it from others. */
  start(name: string, input: object): Promise<void>;
  /** @throws AwsCallError, ExecutionDoesNotExist where there is none of this name */
  state(name: string): Promise<ExecutionState>;
  /** Undefined until its map has begun. */
  progress(name: string): Promise<MapProgress | undefined>;
}

/** Step Functions, for as long as it is used. */
export interface ExecutionsConnection {
  until(deadline: Deadline): Executions;
  /** Without a common deadline: following an execution can take a day. */
  patiently(patience: Patience): Executions;
  close(): void;
}

/** @param machineArn such as `arn:aws:states:eu-west-1:111122223333:stateMachine:name` */
export function connectExecutions(machineArn: string, client: SFNClientConfig): ExecutionsConnection {
  const calls = callsOf(() => new SFNClient({ maxAttempts: 1, ...client }));
  return {
    until: (deadline) => executionsOf(machineArn, calls.until(deadline)),
    patiently: (patience) => executionsOf(machineArn, patientCall(calls, patience)),
    close: calls.close,
  };
}

function executionsOf(machineArn: string, call: Call<SFNClient>): Executions {
  const executionArn = (name: string) => `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    async start(name, input) {
      // The same name with the same input starts it once, so that a call may be made again.
      await call('StartExecution', (connected, options) =>
        connected.send(
          new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
          options,
        ),
      );
    },
    async state(name) {
      const { status = 'RUNNING', error } = await call('DescribeExecution', (connected, options) =>
        connected.send(new DescribeExecutionCommand({ executionArn: executionArn(name) }), options),
      );
      return { status, error };
    },
    async progress(name) {
      const { mapRuns = [] } = await call('ListMapRuns', (connected, options) =>
        connected.send(new ListMapRunsCommand({ executionArn: executionArn(name) }), options),
      );
      const mapRunArn = mapRuns[0]?.mapRunArn;
      if (mapRunArn === undefined) return undefined;
      const { itemCounts } = await call('DescribeMapRun', (connected, options) =>
        connected.send(new DescribeMapRunCommand({ mapRunArn }), options),
      );
      const { total = 0, succeeded = 0, failed = 0 } = itemCounts ?? {};
      return { total, done: succeeded + failed };
    },
  };
}
