import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { afterAll, expect, test } from '@jest/globals';
import { createColors } from 'picocolors';
import { connectStacks } from '../../aws/cloudformation/stacks.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import { claimsCommand } from '../../cli/commands/claims.ts';
import { applicationStack } from '../../local/application.ts';
import { newStack, repository, settings } from './support/new-stack.ts';
import { clients, uniqueName } from './support/stacks.ts';

const deadline = deadlineIn(600_000);
const stacks = connectStacks(
  {
    endpoint: clients.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  },
  deadline,
);
afterAll(() => {
  stacks.close();
  deadline.dispose();
});

test('the claims table is found by the output of the application’s stack', async () => {
  expect(await stacks.output(applicationStack, 'ClaimsTableName')).toMatch(/ClaimsTable/);
  expect(await stacks.output(applicationStack, 'Other')).toBeUndefined();
  expect(await stacks.output('no-such-stack', 'ClaimsTableName')).toBeUndefined();
});

test('a stack exists, until it is deleted; one that CloudFormation has forgotten was deleted too', async () => {
  const stack = newStack();
  await stack.deploy({ Resources: { Orders: repository({}) } });
  const { Stacks } = await clients.cloudformation.send(
    new DescribeStacksCommand({ StackName: stack.stackName }),
  );
  const arn = Stacks?.[0]?.StackId ?? '';
  const forgotten = arn.replace(/[^/]+\/[^/]+$/, 'forgotten/00000000-0000-0000-0000-000000000000');
  expect(await stacks.states([arn, forgotten])).toEqual(
    new Map([
      [arn, 'exists'],
      [forgotten, 'deleted'],
    ]),
  );
  await stack.delete();
  expect((await stacks.states([arn])).get(arn)).toBe('deleted');
});

test('ecr-hardening claims lists what a stack claims, and releases it without changing a setting', async () => {
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  const name = uniqueName('claimed');
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
  const stack = newStack();
  const properties = { RepositoryName: name, OnDelete: 'Restore' };
  const deployed = await stack.deploy({
    Transform: 'EcrHardening',
    Resources: { Settings: { Type: 'Custom::EcrSettings', Properties: properties } },
  });
  expect(deployed.kind).toBe('deployed');
  const claims = async (more: { readonly release?: string } = {}) => {
    const location = { region: 'us-east-1', endpointUrl: clients.endpoint, stackName: applicationStack };
    const options = { ...location, repository: name, json: true, ...more };
    const { text } = await claimsCommand(options, { colours: createColors(false), now: Date.now() });
    return JSON.parse(text);
  };
  const { repositories } = await claims();
  expect(repositories).toMatchObject([{ name, claims: [{ stackState: 'exists', inEffect: true }] }]);
  const [{ claims: [{ holder = '' } = {}] = [] }] = repositories;
  const before = await settings(name);

  expect(await claims({ release: holder })).toMatchObject({ released: [name], busy: [] });
  expect((await claims()).repositories).toEqual([]);
  expect(await settings(name)).toEqual(before);
  // Nothing is known any more of what it was before, so that a Delete leaves it alone.
  await stack.delete();
  expect(await settings(name)).toEqual(before);
});
