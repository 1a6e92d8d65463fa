import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import { deploy } from '../../../local/demo/deploy.ts';
import { clients, inlineFunction, uniqueName } from '../support/stacks.ts';

const lambda = new LambdaClient({
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** A provider that keeps the events it is sent, and hands them over when it is invoked without one. */
const recorder = `
const events = [];
exports.handler = async (event) => {
  if (!event.RequestType) return events;
  events.push(event);
  const { Answer, Size, Id } = event.ResourceProperties;
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify({
    Status: Answer ?? 'SUCCESS', Reason: 'because', PhysicalResourceId: Id ?? 'made-' + event.RequestId,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    Data: { Text: 'x'.repeat(Number(Size ?? 1)) } }) });
};`;

async function provider() {
  const stackName = uniqueName('provider');
  const FunctionName = uniqueName('recorder');
  const made = inlineFunction(recorder);
  const document = {
    Resources: { Provider: { ...made, Properties: { ...Object(made.Properties), FunctionName } } },
  };
  expect(await deploy(clients, { stackName, type: 'CREATE', document, parameters: {} })).toEqual({
    kind: 'deployed',
  });
  const { FunctionArn } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return {
    arn: FunctionArn ?? '',
    async events() {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
      return JSON.parse(Payload?.transformToString() ?? '[]');
    },
  };
}

const use = (ServiceToken: string, properties: Record<string, string> = {}) => ({
  Resources: { Used: { Type: 'Custom::Used', Properties: { ServiceToken, ...properties } } },
});

test('a request names the ServiceToken at its top level and among the properties', async () => {
  const { arn, events } = await provider();
  await deploy(clients, {
    stackName: uniqueName('used'),
    type: 'CREATE',
    document: use(arn),
    parameters: {},
  });
  expect(await events()).toMatchObject([
    {
      RequestType: 'Create',
      ServiceToken: arn,
      ResourceProperties: { ServiceToken: arn },
      LogicalResourceId: 'Used',
    },
  ]);
});

test('a failed Create is followed by a Delete with the id of its answer', async () => {
  const { arn, events } = await provider();
  const document = use(arn, { Answer: 'FAILED' });
  const outcome = await deploy(clients, {
    stackName: uniqueName('failed'),
    type: 'CREATE',
    document,
    parameters: {},
  });
  expect(outcome).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(
      /^Used: Received response status \[FAILED\] from custom resource\. Message returned: because \(RequestId: \S+\)$/,
    ),
  });
  const [create, deletion] = await events();
  expect(create).toMatchObject({ RequestType: 'Create' });
  expect(deletion).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: `made-${create.RequestId}` });
});

test('an answer of more than 4,096 bytes fails the resource', async () => {
  const { arn } = await provider();
  const document = use(arn, { Size: '5000' });
  const outcome = await deploy(clients, {
    stackName: uniqueName('long'),
    type: 'CREATE',
    document,
    parameters: {},
  });
  expect(outcome).toMatchObject({
    kind: 'failed',
    reason: expect.stringContaining('Response object is too long.'),
  });
});

test.each([
  ['an empty physical id', { Id: '' }, 'Invalid PhysicalResourceId'],
  ['a physical id of more than 1,024 bytes', { Id: 'é'.repeat(513) }, 'Invalid PhysicalResourceId'],
  ['a status that there is not', { Answer: 'DONE' }, 'Status must be SUCCESS or FAILED'],
])('an answer with %s fails the resource', async (_what, properties, reason) => {
  const { arn } = await provider();
  const outcome = await deploy(clients, {
    stackName: uniqueName('invalid'),
    type: 'CREATE',
    document: use(arn, properties),
    parameters: {},
  });
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining(reason) });
});
