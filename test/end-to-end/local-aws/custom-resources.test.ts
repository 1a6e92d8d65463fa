import { expect, test } from '@jest/globals';
import { deploy } from '../../../local/demo/deploy.ts';
import { provider } from '../support/provider.ts';
import { clients, uniqueName } from '../support/stacks.ts';

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
