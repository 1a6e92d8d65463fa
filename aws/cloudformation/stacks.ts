/** What CloudFormation says of stacks. */
import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { callsOf } from '../calls.ts';
import type { Deadline } from '../deadline.ts';
import { isAnswer, loggableError } from '../faults.ts';
import { mapConcurrently } from '../map-concurrently.ts';

/** Whether a stack exists; unknown if CloudFormation cannot be called. */
export type StackState = 'exists' | 'deleted' | 'unknown';

/** The calls. */
export interface Stacks {
  /** A stack's output. @returns undefined where there is no such stack or output */
  output(stackName: string, key: string): Promise<string | undefined>;
  /** The states of stacks, by their ARN. */
  states(arns: readonly string[]): Promise<ReadonlyMap<string, StackState>>;
}

const stacksAtOnce = 4;

/** @param onResponse called at each response, also at one that says that there is no such stack */
export function connectStacks(
  client: CloudFormationClientConfig,
  deadline: Deadline,
  onResponse: () => void = () => undefined,
): Stacks & { close(): void } {
  const calls = callsOf(() => new CloudFormationClient({ maxAttempts: 1, ...client }));
  const call = calls.until(deadline);
  const describe = (StackName: string): Promise<Stack | undefined> =>
    call('DescribeStacks', async (connected, options) => {
      try {
        const { Stacks } = await connected.send(new DescribeStacksCommand({ StackName }), options);
        onResponse();
        return Stacks?.[0];
      } catch (error) {
        if (isAnswer(error)) onResponse();
        // CloudFormation has no error name of its own for this.
        if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
        throw error;
      }
    });
  return {
    close: calls.close,
    output: async (stackName, key) =>
      (await describe(stackName))?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue,
    states: (arns) => statesOf(arns, describe),
  };
}

async function statesOf(
  arns: readonly string[],
  describe: (arn: string) => Promise<Stack | undefined>,
): Promise<ReadonlyMap<string, StackState>> {
  // A denial for one stack may not apply to others, but 1,000 stacks are not tried after several denials.
  let denied = 0;
  const stateOf = async (arn: string): Promise<StackState> => {
    if (denied >= stacksAtOnce) return 'unknown';
    try {
      const stack = await describe(arn);
      return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE' ? 'deleted' : 'exists';
    } catch (error) {
      if (!/^AccessDenied/.test(loggableError(error).name)) throw error;
      denied += 1;
      return 'unknown';
    }
  };
  const states = await mapConcurrently(arns, stateOf, stacksAtOnce);
  return new Map(arns.map((arn, index) => [arn, states[index] ?? 'unknown']));
}
