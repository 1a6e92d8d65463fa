import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { provider } from '../support/provider.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const configuration = localConfiguration({ endpoint: clients.endpoint, environment: {} });
const states = new SFNClient(configuration);
const s3 = new S3Client({ ...configuration, forcePathStyle: true });

test('a Distributed Map runs batches of the lines of an object, and writes what became of each batch', async () => {
  const bucket = await bucketOf({ 'in/items.jsonl': [0, 1, 2, 3, 4, 5, 6].map((index) => ({ index })) });
  const { status, output, executionArn } = await run(mapOf(bucket, { ToleratedFailurePercentage: 100 }), {
    file: 'items',
  });
  expect(status).toBe('SUCCEEDED');
  const { ResultWriterDetails, MapRunArn } = JSON.parse(output ?? '{}');
  const { DestinationBucket, ResultFiles } = await read<Written>(bucket, ResultWriterDetails.Key);
  expect(DestinationBucket).toBe(bucket);
  expect(ResultFiles.PENDING).toEqual([]);

  const failed = await read<Child[]>(bucket, ResultFiles.FAILED[0]?.Key);
  const succeeded = await read<Child[]>(bucket, ResultFiles.SUCCEEDED[0]?.Key);
  expect(failed).toMatchObject([{ Error: 'Third', Cause: 'an item is 3', Status: 'FAILED' }]);
  expect(JSON.parse(failed[0]?.Input ?? '')).toEqual({
    BatchInput: { sweep: executionArn?.split(':').at(-1) },
    Items: [{ index: 3 }, { index: 4 }, { index: 5 }],
  });
  expect(succeeded.map(({ Output }) => Output)).toEqual(['3', '1']);

  const { mapRuns = [] } = await states.send(new ListMapRunsCommand({ executionArn }));
  expect(mapRuns).toMatchObject([{ mapRunArn: MapRunArn }]);
  expect(await states.send(new DescribeMapRunCommand({ mapRunArn: MapRunArn }))).toMatchObject({
    status: 'SUCCEEDED',
    itemCounts: { total: 7, succeeded: 4, failed: 3, resultsWritten: 7 },
    executionCounts: { total: 3, succeeded: 2, failed: 1, resultsWritten: 3 },
  });
});

test('a Distributed Map fails at the first failure if none is tolerated, and leaves the rest pending', async () => {
  const bucket = await bucketOf({ 'in/items.jsonl': [3, 0, 0, 0, 0, 0, 0].map((index) => ({ index })) });
  const { status, error, executionArn } = await run(mapOf(bucket, { MaxConcurrency: 1 }), { file: 'items' });
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
  const { mapRuns = [] } = await states.send(new ListMapRunsCommand({ executionArn }));
  expect(await states.send(new DescribeMapRunCommand({ mapRunArn: mapRuns[0]?.mapRunArn }))).toMatchObject({
    status: 'FAILED',
    executionCounts: { total: 3, failed: 1, pending: 2 },
  });
});

test('a batch ends at its number of bytes, and the query language may be JSONPath', async () => {
  const ItemProcessor = {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Pass',
    States: { Pass: { Type: 'Pass', End: true } },
  };
  const map = { Type: 'Map', ItemsPath: '$.items', ItemProcessor, End: true };
  const ItemBatcher = { MaxInputBytesPerBatch: 60, BatchInput: { 'name.$': '$.name' } };
  const definition = { StartAt: 'Map', States: { Map: { ...map, ItemBatcher } } };
  const { output } = await run(definition, { name: 'x', items: ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc'] });
  expect(JSON.parse(output ?? '')).toEqual([
    { BatchInput: { name: 'x' }, Items: ['aaaaaaaaaa'] },
    { BatchInput: { name: 'x' }, Items: ['bbbbbbbbbb'] },
    { BatchInput: { name: 'x' }, Items: ['cccccccccc'] },
  ]);
});

test('a state cannot return more than 256 KiB', async () => {
  const passing = (characters: number) => ({
    Type: 'Pass',
    Output: `{% $pad('', ${characters}, 'x') %}`,
    End: true,
  });
  const definition = (characters: number) => ({
    QueryLanguage: 'JSONata',
    StartAt: 'Pass',
    States: { Pass: passing(characters) },
  });
  // Two bytes are the quotation marks.
  expect(await run(definition(262_142), {})).toMatchObject({ status: 'SUCCEEDED' });
  expect(await run(definition(262_143), {})).toMatchObject({
    status: 'FAILED',
    error: 'States.DataLimitExceeded',
  });
});

test('a function’s error has the name of its class, by which a state catches it', async () => {
  const { arn } = await provider(
    "exports.handler = async ({ kind }) => { throw kind === 'range' ? new RangeError('far') : new Error('near: by'); };",
  );
  const Task = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: arn, Payload: '{% $states.input %}' },
    Catch: [{ ErrorEquals: ['RangeError'], Output: 'caught', Next: 'Caught' }],
    End: true,
  };
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'Task',
    States: { Task, Caught: { Type: 'Succeed' } },
  };
  expect(await run(definition, { kind: 'range' })).toMatchObject({
    status: 'SUCCEEDED',
    output: '"caught"',
  });
  expect(await run(definition, { kind: 'other' })).toMatchObject({ status: 'FAILED', error: 'Error' });
});

test('a line of a function’s log in the embedded metric format is a metric; other lines are not', async () => {
  const Namespace = uniqueName('metrics');
  const metric = {
    _aws: {
      Timestamp: 1_800_000_000_000,
      CloudWatchMetrics: [
        { Namespace, Dimensions: [['State']], Metrics: [{ Name: 'Repositories', Unit: 'Count' }] },
      ],
    },
    State: 'safe',
    Repositories: 7,
  };
  const lines = [JSON.stringify(metric), '{"_aws": {}}', '"_aws"'];
  const { arn } = await provider(
    `exports.handler = async () => { for (const line of ${JSON.stringify(lines)}) process.stdout.write(line + '\\n'); };`,
  );
  await new LambdaClient(configuration).send(new InvokeCommand({ FunctionName: arn }));
  const { Datapoints } = await new CloudWatchClient(configuration).send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName: 'Repositories',
      Dimensions: [{ Name: 'State', Value: 'safe' }],
      StartTime: new Date(1_799_999_940_000),
      EndTime: new Date(1_800_000_060_000),
      Period: 60,
      Statistics: ['Sum', 'SampleCount'],
    }),
  );
  expect(Datapoints).toMatchObject([{ Sum: 7, SampleCount: 1 }]);
});

/** A Map over the lines of an object in batches of three, of which a batch that begins with 3 fails. */
function mapOf(Bucket: string, fields: object) {
  const fails = { Condition: '{% $states.input.Items[0].index = 3 %}', Next: 'Fail' };
  const map = {
    Type: 'Map',
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket, Key: "{% 'in/' & $states.input.file & '.jsonl' %}" },
    },
    ItemBatcher: { MaxItemsPerBatch: 3, BatchInput: { sweep: '{% $states.context.Execution.Name %}' } },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
      StartAt: 'Choice',
      States: {
        Choice: { Type: 'Choice', Choices: [fails], Default: 'Pass' },
        Fail: { Type: 'Fail', Error: 'Third', Cause: 'an item is 3' },
        Pass: { Type: 'Pass', Output: '{% $count($states.input.Items) %}', End: true },
      },
    },
    ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket, Prefix: 'out' } },
    End: true,
    ...fields,
  };
  return { QueryLanguage: 'JSONata', StartAt: 'Map', States: { Map: map } };
}

async function run(definition: object, input: object): Promise<DescribeExecutionCommandOutput> {
  const { stateMachineArn } = await states.send(
    new CreateStateMachineCommand({
      name: uniqueName('machine'),
      definition: JSON.stringify(definition),
      roleArn: 'arn:aws:iam::000000000000:role/any',
    }),
  );
  const { executionArn } = await states.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  for (;;) {
    const execution = await states.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function bucketOf(files: Readonly<Record<string, readonly object[]>>): Promise<string> {
  const Bucket = uniqueName('map');
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const [Key, lines] of Object.entries(files)) {
    const Body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
  return Bucket;
}

/** The members of a file of Step Functions that the tests look into. */
interface Written {
  readonly DestinationBucket: string;
  readonly ResultFiles: Readonly<
    Record<'FAILED' | 'PENDING' | 'SUCCEEDED', readonly { readonly Key: string }[]>
  >;
}

interface Child {
  readonly Input: string;
  readonly Output?: string;
}

async function read<T>(Bucket: string, Key = ''): Promise<T> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse((await Body?.transformToString()) ?? 'null');
}
