import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import { newStack } from '../support/new-stack.ts';
import { clients, inlineFunction, uniqueName } from '../support/stacks.ts';

const lambda = new LambdaClient({
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/**
 * A provider that asks, before it answers, what CloudFormation reports about it; and hands that over when asked. In a file,
 * because invocations at the same time are in several processes.
 */
const asking = `
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const file = require('node:path').join(require('node:os').tmpdir(), process.env.AWS_LAMBDA_FUNCTION_NAME + '.jsonl');
exports.handler = async (event) => {
  if (!event.RequestType)
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\\n').map((line) => JSON.parse(line)) : [];
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

async function provider() {
  const FunctionName = uniqueName('asking');
  const made = inlineFunction(asking);
  const document = {
    Resources: { Provider: { ...made, Properties: { ...Object(made.Properties), FunctionName } } },
  };
  expect(await newStack().deploy(document)).toEqual({ kind: 'deployed' });
  return {
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
    async events(): Promise<readonly (string | null)[][]> {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
      return JSON.parse(Payload?.transformToString() ?? '[]');
    },
  };
}

const use = (ServiceToken: string, properties: Record<string, string> = {}) => ({
  Resources: { Used: { Type: 'Custom::Used', Properties: { ServiceToken, ...properties } } },
});

test('while a request runs, CloudFormation reports it as in progress, and what was replaced in the events alone', async () => {
  const { arn, events } = await provider();
  const stack = newStack();
  await stack.deploy(use(arn, { Id: 'one' }));
  await stack.deploy(use(arn, { Id: 'one', Other: 'a' }));
  await stack.deploy(use(arn, { Id: 'two' }));
  // Rolled back: the answer of the first Update fails, that of the second one does not.
  await stack.deploy(use(arn, { Id: 'two', Answer: 'FAILED' }));
  await stack.delete();
  await newStack().deploy(use(arn, { Id: 'three', Answer: 'FAILED' }));
  const seen = await events();
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
  const stack = newStack();
  await stack.deploy(use(first.arn, { Id: 'one' }));
  expect(await stack.deploy(use(second.arn, { Id: 'one' }))).toEqual({
    kind: 'failed',
    reason: 'Used: Modifying service token is not allowed.',
  });
  const { Stacks } = await clients.cloudformation.send(
    new DescribeStacksCommand({ StackName: stack.stackName }),
  );
  expect(Stacks?.[0]?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect((await first.events()).map(([type]) => type)).toEqual(['Create']);
  expect(await second.events()).toEqual([]);
});
