import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { expect, test } from '@jest/globals';
import { deploy } from '../../../local/demo/deploy.ts';
import { newStack } from '../support/new-stack.ts';
import { provider } from '../support/provider.ts';
import { clients, uniqueName } from '../support/stacks.ts';

/** A provider that asks, before it answers, what CloudFormation reports about it; and hands that over when asked. */
const asking = `
const { appendFileSync, readFileSync } = require('node:fs');
const file = require('node:path').join(require('node:os').tmpdir(), process.env.AWS_LAMBDA_FUNCTION_NAME + '.jsonl');
exports.handler = async (event) => {
  if (!event.RequestType) return readFileSync(file, 'utf8').trim().split('\\n').map((line) => JSON.parse(line));
  const ask = async (Action, more) => {
    const body = new URLSearchParams({ Action, StackName: event.StackId, Version: '2010-05-15', ...more });
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/cloudformation/aws4_request' };
    return (await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body, headers })).text();
  };
  const text = await ask('DescribeStackResource', { LogicalResourceId: event.LogicalResourceId });
  const field = (from, name) => new RegExp('<' + name + '>([^<]*)').exec(from)?.[1] || null;
  const newest = (await ask('DescribeStackEvents', {})).split('<member>').slice(1)
    .find((each) => field(each, 'PhysicalResourceId') === event.PhysicalResourceId);
  appendFileSync(file, JSON.stringify([event.RequestType, event.PhysicalResourceId ?? null, field(text, 'ResourceStatus'),
    field(text, 'PhysicalResourceId'), newest === undefined ? null : field(newest, 'ResourceStatus')]) + '\\n');
  const { Answer, Id } = event.ResourceProperties;
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify({
    Status: Answer ?? 'SUCCESS', Reason: 'because', PhysicalResourceId: Id, StackId: event.StackId,
    RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId }) });
};`;

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
  expect(deletion).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: `made-${create?.RequestId}` });
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

test.each([
  ['0', '0 is not greater or equal to 1'],
  ['3601', '3601 is not less or equal to 3600'],
  ['soon', 'expected type: Integer'],
])('a ServiceTimeout of %s is refused', async (ServiceTimeout, reason) => {
  const { arn } = await provider();
  const document = use(arn, { ServiceTimeout });
  const stack = { stackName: uniqueName('timeout'), type: 'CREATE', document, parameters: {} } as const;
  expect(await deploy(clients, stack)).toMatchObject({
    kind: 'failed',
    reason: expect.stringContaining(`#/ServiceTimeout: ${reason}`),
  });
});

test('without a response the resource fails after its ServiceTimeout, and is deleted under a generated id', async () => {
  const { arn, events } = await provider();
  const document = use(arn, { ServiceTimeout: '1', CreateAnswer: 'None' });
  const stack = { stackName: uniqueName('silent'), type: 'CREATE', document, parameters: {} } as const;
  expect(await deploy(clients, stack)).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(
      /^Used: CloudFormation did not receive a response from your Custom Resource/,
    ),
  });
  const [create, deletion] = await events();
  expect(create).toMatchObject({ RequestType: 'Create' });
  expect(deletion).toMatchObject({
    RequestType: 'Delete',
    PhysicalResourceId: expect.stringMatching(new RegExp(`^${stack.stackName}-Used-[0-9A-F]{13}$`)),
  });
});

test('while a request runs, CloudFormation reports it as in progress, and what was replaced in the events alone', async () => {
  const { arn, events } = await provider(asking);
  const stack = newStack();
  await stack.deploy(use(arn, { Id: 'one' }));
  await stack.deploy(use(arn, { Id: 'one', Other: 'a' }));
  await stack.deploy(use(arn, { Id: 'two' }));
  // Rolled back: the answer of the first Update fails, that of the second one does not.
  await stack.deploy(use(arn, { Id: 'two', Answer: 'FAILED' }));
  await stack.delete();
  await newStack().deploy(use(arn, { Id: 'three', Answer: 'FAILED' }));
  const seen: readonly (string | null)[][] = JSON.parse(JSON.stringify(await events()));
  expect(seen.map((each) => each.slice(0, 4))).toEqual([
    ['Create', null, 'CREATE_IN_PROGRESS', null],
    ['Update', 'one', 'UPDATE_IN_PROGRESS', 'one'],
    ['Update', 'one', 'UPDATE_IN_PROGRESS', 'one'],
    ['Delete', 'one', 'UPDATE_COMPLETE', 'two'],
    ['Update', 'two', 'UPDATE_IN_PROGRESS', 'two'],
    ['Update', 'two', 'UPDATE_IN_PROGRESS', 'two'],
    ['Delete', 'two', 'DELETE_IN_PROGRESS', 'two'],
    ['Create', null, 'CREATE_IN_PROGRESS', null],
    ['Delete', 'three', 'DELETE_IN_PROGRESS', 'three'],
  ]);
  const deletes = seen.filter(([type]) => type === 'Delete');
  expect(deletes.map(([, , , , newest]) => newest)).toEqual(deletes.map(() => 'DELETE_IN_PROGRESS'));
});

test('the ServiceToken cannot be changed, and the stack is rolled back without a request', async () => {
  const [first, second] = [await provider(), await provider()];
  const stackName = uniqueName('token');
  const change = (type: 'CREATE' | 'UPDATE', arn: string) =>
    deploy(clients, { stackName, type, document: use(arn), parameters: {} });
  await change('CREATE', first.arn);
  expect(await change('UPDATE', second.arn)).toMatchObject({
    kind: 'failed',
    reason: 'Used: Modifying service token is not allowed.',
  });
  const { Stacks } = await clients.cloudformation.send(new DescribeStacksCommand({ StackName: stackName }));
  expect(Stacks?.[0]?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await first.events()).toMatchObject([{ RequestType: 'Create' }]);
  expect(await second.events()).toEqual([]);
});
