/** Sweeps of the application that is deployed in the tests' local AWS. */
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { applicationStack } from '../../../local/application.ts';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { sweepKeys } from '../../../sweep/keys.ts';
import { type Outcome, parseOutcome } from '../../../sweep/outcomes.ts';
import type { KeeperMode, SweepAction } from '../../../sweep/sweep-info.ts';
import { physicalId } from './role-copy.ts';
import { clients, uniqueName } from './stacks.ts';

const configuration = localConfiguration({ endpoint: clients.endpoint, environment: {} });
const states = new SFNClient(configuration);
const s3 = new S3Client({ ...configuration, forcePathStyle: true });
const lambda = new LambdaClient(configuration);

/** An execution that has ended. */
export interface Sweep {
  readonly name: string;
  readonly status: ExecutionStatus | undefined;
  readonly error: string | undefined;
  /** Of the summary; empty of an execution that failed. */
  readonly output: Readonly<Record<string, unknown>>;
  /** The bytes of the largest input or output of a state, without those of the batches. */
  readonly largestState: number;
}

/** Starts a sweep, or one of what an earlier one has not finished, and waits for its end. */
export async function sweep(action: SweepAction, again?: string): Promise<Sweep> {
  const name = uniqueName(action);
  const { executionArn } = await states.send(
    new StartExecutionCommand({
      stateMachineArn: await resource('KeeperSweep'),
      name,
      input: JSON.stringify(again === undefined ? { action } : { action, again }),
    }),
  );
  for (;;) {
    const { status, error, output } = await states.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') {
      const largestState = await largestStateOf(executionArn ?? '');
      return { name, status, error, output: JSON.parse(output ?? '{}'), largestState };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function largestStateOf(executionArn: string): Promise<number> {
  const { events = [] } = await states.send(new GetExecutionHistoryCommand({ executionArn }));
  const texts = events.flatMap(({ stateEnteredEventDetails: entered, stateExitedEventDetails: left }) => [
    entered?.input ?? '',
    left?.output ?? '',
  ]);
  return Math.max(...texts.map((text) => Buffer.byteLength(text)));
}

/** What became of each repository, in the order of the list. */
export async function outcomesOf({ name }: Pick<Sweep, 'name'>): Promise<readonly Outcome[]> {
  const text = await file(sweepKeys(name).outcomes);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const outcome = parseOutcome(JSON.parse(line));
      if (outcome === undefined) throw new Error(`not an outcome: ${line}`);
      return outcome;
    });
}

/** How many repositories have each state. */
export async function countsOf(made: Pick<Sweep, 'name'>): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { state } of await outcomesOf(made)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** A file of the keeper's bucket. */
export async function file(Key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: await resource('KeeperBucket'), Key }));
  return (await Body?.transformToString()) ?? '';
}

/** The keys of a sweep's files. */
export async function filesOf({ name }: Pick<Sweep, 'name'>): Promise<readonly string[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: await resource('KeeperBucket'), Prefix: `sweeps/${name}/` }),
  );
  return Contents.map(({ Key = '' }) => Key);
}

/** Whether sweeps fix or only report, from now on; the parameter Keeper would need a deployment. */
export async function setMode(mode: KeeperMode): Promise<void> {
  for (const name of ['KeeperListFunction', 'KeeperBatchFunction'])
    await configureVariables(name, { Keeper: mode });
}

/** Changes some variables of one of the keeper's functions. */
export async function configureVariables(
  logicalId: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const { Environment } = await configurationOf(logicalId);
  await configure(logicalId, { Environment: { Variables: { ...Environment?.Variables, ...variables } } });
}

/** Changes the configuration of one of the keeper's functions. */
export async function configure(
  logicalId: string,
  change: Omit<UpdateFunctionConfigurationCommandInput, 'FunctionName'>,
): Promise<void> {
  const FunctionName = await resource(logicalId);
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change }));
}

async function configurationOf(logicalId: string): Promise<GetFunctionConfigurationCommandOutput> {
  const FunctionName = await resource(logicalId);
  return await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
}

/** Invokes one of the keeper's functions, as its state does. */
export async function invoke(logicalId: string, event: object): Promise<unknown> {
  const FunctionName = await resource(logicalId);
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
  return JSON.parse(Payload?.transformToString() ?? 'null');
}

/** Such as ALARM; by what the sweeps have logged as metrics. */
export async function alarmState(logicalId: string): Promise<string | undefined> {
  const AlarmNames = [await resource(logicalId)];
  const { MetricAlarms } = await new CloudWatchClient(configuration).send(
    new DescribeAlarmsCommand({ AlarmNames }),
  );
  return MetricAlarms?.[0]?.StateValue;
}

/** The physical ID of one of the application's resources. */
export const resource = (logicalId: string) => physicalId(applicationStack, logicalId);
