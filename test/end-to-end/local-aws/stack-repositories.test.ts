import {
  DescribeStackResourcesCommand,
  type DescribeStackResourcesCommandInput,
} from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { expect, test } from '@jest/globals';
import { directStack } from '../support/direct-stack.ts';
import { newStack, repository } from '../support/new-stack.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const { cloudformation, ecr } = clients;
const describe = async (input: DescribeStackResourcesCommandInput) =>
  (await cloudformation.send(new DescribeStackResourcesCommand(input))).StackResources ?? [];
const refusal = (input: DescribeStackResourcesCommandInput) =>
  describe(input).catch(({ name, message }) => `${name}: ${message}`);

test('a repository of a stack has its own tags and the stack’s, and none of CloudFormation', async () => {
  const stack = directStack();
  const RepositoryName = uniqueName('tags');
  const document = (Value: string) => ({
    Resources: {
      Images: repository({ RepositoryName, Tags: [{ Key: 'own', Value }] }),
      Plain: repository({}),
    },
  });
  const tags = async (logicalId: string) => {
    const { id = '' } = await stack.resource(logicalId);
    const resourceArn = `arn:aws:ecr:us-east-1:000000000000:repository/${id}`;
    const { tags: found = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn }));
    return Object.fromEntries(found.map(({ Key, Value }) => [Key, Value]));
  };
  await stack.create(document('1'), { team: 'payments' });
  expect(await stack.settled()).toBe('CREATE_COMPLETE');
  expect(await tags('Images')).toEqual({ own: '1', team: 'payments' });
  expect(await tags('Plain')).toEqual({ team: 'payments' });
  await stack.update(document('2'));
  expect(await stack.settled()).toBe('UPDATE_COMPLETE');
  expect(await tags('Images')).toMatchObject({ own: '2' });
  expect(Object.keys(await tags('Plain')).filter((key) => key.startsWith('aws:'))).toEqual([]);
});

test('a name that CloudFormation generates is of the stack, the logical ID and 12 characters, each time others', async () => {
  const stack = directStack(`${uniqueName('Team')}-${'x'.repeat(60)}`);
  const longId = 'Repository'.repeat(20);
  await stack.create({ Resources: { MyImages: repository({}), [longId]: repository({}) } });
  await stack.settled();
  const { id } = await stack.resource('MyImages');
  const { id: cut = '' } = await stack.resource(longId);
  const prefix = `${stack.name}-`.toLowerCase();
  expect(id).toMatch(new RegExp(`^${prefix}myimages-[a-z0-9]{12}$`));
  expect(cut).toHaveLength(256);
  const kept = longId.toLowerCase().slice(0, 242 - stack.name.length);
  expect(cut).toMatch(new RegExp(`^${prefix}${kept}-[a-z0-9]{12}$`));
  await stack.delete();
  await stack.settled();
  const again = directStack(stack.name);
  await again.create({ Resources: { MyImages: repository({}) } });
  await again.settled();
  expect((await again.resource('MyImages')).id).not.toBe(id);
});

test('a stack is found by what it has, and its first 100 resources with it', async () => {
  const stack = newStack();
  const queue = { Type: 'AWS::SQS::Queue' };
  const RepositoryName = uniqueName('owned');
  const Resources = {
    Images: { ...repository({ RepositoryName }), DeletionPolicy: 'Retain' },
    Queue: queue,
    ...Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`Q${index}`, queue])),
  };
  await stack.deploy({ Resources: { Images: Resources.Images, Queue: queue } });
  const found = await describe({ PhysicalResourceId: RepositoryName });
  expect(found.map(({ StackName, LogicalResourceId }) => [StackName, LogicalResourceId])).toEqual([
    [stack.stackName, 'Images'],
    [stack.stackName, 'Queue'],
  ]);
  const narrowed = await describe({ PhysicalResourceId: RepositoryName, LogicalResourceId: 'Queue' });
  expect(narrowed.map(({ ResourceType }) => ResourceType)).toEqual(['AWS::SQS::Queue']);
  await stack.deploy({ Resources });
  expect(await describe({ PhysicalResourceId: RepositoryName })).toHaveLength(100);
  await stack.deploy({ Resources: { Queue: queue } });
  expect(await refusal({ PhysicalResourceId: RepositoryName })).toBe(
    `ValidationError: Stack for ${RepositoryName} does not exist`,
  );
});

test('a repository of no stack has none, and a stack is asked for in one way', async () => {
  const repositoryName = uniqueName('alone');
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  expect(await refusal({ PhysicalResourceId: repositoryName })).toBe(
    `ValidationError: Stack for ${repositoryName} does not exist`,
  );
  expect(await refusal({ PhysicalResourceId: repositoryName, StackName: 'any' })).toMatch(/^ValidationError/);
  expect(await refusal({})).toMatch(/^ValidationError/);
});
