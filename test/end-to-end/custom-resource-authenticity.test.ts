import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stackResources } from '../../local/demo/deploy.ts';
import { claimsOf } from './support/claims.ts';
import { newStack, settings } from './support/new-stack.ts';
import { existing, settingsTemplate } from './support/settings-stack.ts';
import { clients } from './support/stacks.ts';

const lambda = new LambdaClient({
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
/** By the path that they came to. */
const answers = new Map<string | undefined, string>();
const server = createServer(async (request, response) => {
  for await (const piece of request) answers.set(request.url, String(piece));
  response.end();
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

/** Invokes the deployed function, as any principal with lambda:InvokeFunction can, and waits until it has ended. */
async function forge(event: Readonly<Record<string, unknown>>): Promise<unknown> {
  const RequestId = randomUUID();
  await lambda.send(
    new InvokeCommand({
      FunctionName: 'EcrHardening-settings',
      Payload: JSON.stringify({
        RequestId,
        ResponseURL: `${url}/${RequestId}`,
        ResourceType: 'Custom::EcrSettings',
        LogicalResourceId: 'Settings',
        ...event,
      }),
    }),
  );
  return JSON.parse(answers.get(`/${RequestId}`) ?? 'null');
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
  const forged = [
    ['Delete', 'SUCCESS', { ResourceProperties: properties }],
    ['Delete', 'SUCCESS', { ResourceProperties: properties, PhysicalResourceId: 'invented' }],
    ['Update', 'FAILED', { ResourceProperties: changed, OldResourceProperties: properties }],
    ['Create', 'FAILED', { ResourceProperties: changed, StackId: `${identity.StackId}0` }],
  ] as const;
  const statuses = await Promise.all(
    forged.map(([RequestType, , more]) => forge({ ...identity, RequestType, ...more })),
  );
  expect(statuses).toMatchObject(forged.map(([, Status]) => ({ Status })));
  expect({ settings: await settings(name), claims: await claimsOf(name) }).toEqual(before);

  await stack.delete();
  expect(await settings(name)).toMatchObject({ mutability: 'MUTABLE' });
});
