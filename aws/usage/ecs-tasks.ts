/** The tasks of an ECS cluster. */
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { chunks } from '../chunks.ts';
import { pages } from '../pages.ts';
import { type EcsReading, goneClusters, reportFailures } from './ecs-reading.ts';
import { entriesOf, requireAll } from './response.ts';

// The limit of ListTasks and of DescribeTasks.
const maxTasks = 100;

/**
 * Those that are to run: pending ones too, since ECS never sets the desired status PENDING
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html).
 *
 * @param named gets the ARNs of their task definitions
 */
export async function readTasks(reading: EcsReading, cluster: string, named: Set<string>): Promise<void> {
  const read = (nextToken: string | undefined) =>
    reading.call('ecs:ListTasks', (client, options) =>
      client.send(
        new ListTasksCommand({ cluster, desiredStatus: 'RUNNING', maxResults: maxTasks, nextToken }),
        options,
      ),
    );
  await reading.part(
    'ecs:ListTasks',
    async () => {
      for await (const { taskArns } of pages(read, (page) => page.nextToken))
        for (const some of chunks(entriesOf(taskArns), maxTasks))
          await reading.part(
            'ecs:DescribeTasks',
            () => describe(reading, cluster, some, named),
            goneClusters,
          );
    },
    goneClusters,
  );
}

async function describe(
  reading: EcsReading,
  cluster: string,
  taskArns: string[],
  named: Set<string>,
): Promise<void> {
  const { tasks = [], failures = [] } = await reading.call('ecs:DescribeTasks', (client, options) =>
    client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }), options),
  );
  reportFailures(reading, 'ecs:DescribeTasks', failures);
  requireAll(taskArns, tasks, failures);
  for (const { taskArn, taskDefinitionArn, containers = [] } of tasks) {
    if (taskDefinitionArn !== undefined) named.add(taskDefinitionArn);
    for (const { image, imageDigest } of containers) reading.found(taskArn, { image, digest: imageDigest });
  }
}
