import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, expect, test } from '@jest/globals';
import { deadlineIn } from '../../aws/deadline.ts';
import { connectStacks } from '../../cli/claims/stacks.ts';
import { applicationStack } from '../../local/application.ts';
import { newStack, repository } from './support/new-stack.ts';
import { clients } from './support/stacks.ts';

const deadline = deadlineIn(60_000);
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
