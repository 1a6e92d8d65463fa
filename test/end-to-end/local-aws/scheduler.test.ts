import { expect, test } from '@jest/globals';
import { deploy } from '../../../local/demo/deploy.ts';
import { until } from '../support/direct-stack.ts';
import { provider } from '../support/provider.ts';
import { clients, uniqueName } from '../support/stacks.ts';

test('a schedule invokes a function by its own role, without a policy of the function', async () => {
  const { arn, events } = await provider();
  const RequestType = uniqueName('scheduled');
  const document = {
    Resources: {
      Schedule: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'at(2020-01-01T00:00:00)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: arn,
            RoleArn: 'arn:aws:iam::000000000000:role/any',
            // The provider records what looks like a request, and has nobody to respond to.
            Input: JSON.stringify({ RequestType, ResourceProperties: { Answer: 'None' } }),
          },
        },
      },
    },
  };
  const stack = { stackName: uniqueName('schedule'), type: 'CREATE', document, parameters: {} } as const;
  expect(await deploy(clients, stack)).toEqual({ kind: 'deployed' });
  await until(async () => (await events()).some((event) => event.RequestType === RequestType));
});
