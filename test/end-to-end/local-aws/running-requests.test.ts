import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newStack } from '../support/new-stack.ts';
import { clients, inlineFunction, uniqueName } from '../support/stacks.ts';

/** A provider that asks, before it answers, what CloudFormation reports about it, and passes that on. */
const asking = `
exports.handler = async (event) => {
  const ask = async (Action, more) => {
    const body = new URLSearchParams({ Action, StackName: event.StackId, Version: '2010-05-15', ...more });
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/cloudformation/aws4_request' };
    return (await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body, headers })).text();
  };
  const text = await ask('DescribeStackResource', { LogicalResourceId: event.LogicalResourceId });
  const field = (from, name) => new RegExp('<' + name + '>([^<]*)').exec(from)?.[1] || null;
  const newest = (await ask('DescribeStackEvents', {})).split('<member>').slice(1)
    .find((each) => field(each, 'PhysicalResourceId') === event.PhysicalResourceId);
  const { Answer, Id, Report } = event.ResourceProperties;
  await fetch(Report, { method: 'PUT', body: JSON.stringify([
    event.RequestType, event.PhysicalResourceId ?? null, field(text, 'ResourceStatus'),
    field(text, 'PhysicalResourceId'), newest === undefined ? null : field(newest, 'ResourceStatus')]) });
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify({
    Status: Answer ?? 'SUCCESS', Reason: 'because', PhysicalResourceId: Id, StackId: event.StackId,
    RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId }) });
};`;

/** What providers have passed on, in its order; a function may have several instances. */
const reports = new Map<string, (string | null)[][]>();
const server = createServer(async (request, response) => {
  const pieces: string[] = [];
  for await (const piece of request) pieces.push(String(piece));
  reports.get(request.url ?? '')?.push(JSON.parse(pieces.join('')));
  response.end();
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => {
  server.close();
});

async function provider() {
  const FunctionName = uniqueName('asking');
  const made = inlineFunction(asking);
  const document = {
    Resources: { Provider: { ...made, Properties: { ...Object(made.Properties), FunctionName } } },
  };
  expect(await newStack().deploy(document)).toEqual({ kind: 'deployed' });
  const seen: (string | null)[][] = [];
  reports.set(`/${FunctionName}`, seen);
  const ServiceToken = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
  return {
    seen,
    use: (properties: Record<string, string>) => ({
      Resources: {
        Used: {
          Type: 'Custom::Used',
          Properties: { ServiceToken, Report: `http://127.0.0.1:${port}/${FunctionName}`, ...properties },
        },
      },
    }),
  };
}

test('while a request runs, CloudFormation reports it as in progress, and what was replaced in the events alone', async () => {
  const { seen, use } = await provider();
  const stack = newStack();
  await stack.deploy(use({ Id: 'one' }));
  await stack.deploy(use({ Id: 'one', Other: 'a' }));
  await stack.deploy(use({ Id: 'two' }));
  // Rolled back: the answer of the first Update fails, that of the second one does not.
  await stack.deploy(use({ Id: 'two', Answer: 'FAILED' }));
  await stack.delete();
  await newStack().deploy(use({ Id: 'three', Answer: 'FAILED' }));
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
  await stack.deploy(first.use({ Id: 'one' }));
  expect(await stack.deploy(second.use({ Id: 'one' }))).toEqual({
    kind: 'failed',
    reason: 'Used: Modifying service token is not allowed.',
  });
  const { Stacks } = await clients.cloudformation.send(
    new DescribeStacksCommand({ StackName: stack.stackName }),
  );
  expect(Stacks?.[0]?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(first.seen.map(([type]) => type)).toEqual(['Create']);
  expect(second.seen).toEqual([]);
});
