import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { stackResources } from '../../local/demo/deploy.ts';
import { claimsOf } from './support/claims.ts';
import { newStack, settings } from './support/new-stack.ts';
import { existing, settingsTemplate } from './support/settings-stack.ts';
import { clients } from './support/stacks.ts';

// A refused request is asked about for some seconds.
jest.setTimeout(60_000);

const lambda = new LambdaClient({
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const answers: string[] = [];
const server = createServer(async (request, response) => {
  for await (const piece of request) answers.push(String(piece));
  response.end();
});
let ResponseURL = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ResponseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/forged`;
});

afterAll(() => {
  server.close();
});

/** Invokes the deployed function, as any principal with lambda:InvokeFunction can, and waits until it has ended. */
async function forge(event: Readonly<Record<string, unknown>>): Promise<unknown> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: 'EcrHardening-settings',
      Payload: JSON.stringify({
        RequestId: randomUUID(),
        ResponseURL,
        ResourceType: 'Custom::EcrSettings',
        LogicalResourceId: 'Settings',
        ...event,
      }),
    }),
  );
  return JSON.parse(answers.at(-1) ?? 'null');
}

test('a forged request in the name of a stack that stands changes nothing, and the stack goes on', async () => {
  const name = await existing();
  const stack = newStack();
  const properties = { RepositoryName: name, OnDelete: 'Restore' };
  expect(await stack.deploy(settingsTemplate(properties))).toEqual({ kind: 'deployed' });
  const { Stacks } = await clients.cloudformation.send(
    new DescribeStacksCommand({ StackName: stack.stackName }),
  );
  const [resource] = await stackResources(clients.cloudformation, stack.stackName);
  const identity = { StackId: Stacks?.[0]?.StackId, PhysicalResourceId: resource?.physicalId };
  const before = { settings: await settings(name), claims: await claimsOf(name) };
  expect(before.settings).toMatchObject({ mutability: 'IMMUTABLE' });

  const changed = { ...properties, MutableTags: 'latest' };
  for (const [RequestType, Status, more] of [
    ['Delete', 'SUCCESS', { ResourceProperties: properties }],
    ['Delete', 'SUCCESS', { ResourceProperties: properties, PhysicalResourceId: 'invented' }],
    ['Update', 'FAILED', { ResourceProperties: changed, OldResourceProperties: properties }],
    ['Create', 'FAILED', { ResourceProperties: changed, StackId: `${identity.StackId}0` }],
  ] as const)
    expect(await forge({ ...identity, RequestType, ...more })).toMatchObject({ Status });
  expect({ settings: await settings(name), claims: await claimsOf(name) }).toEqual(before);

  await stack.delete();
  expect(await settings(name)).toMatchObject({ mutability: 'MUTABLE' });
});
