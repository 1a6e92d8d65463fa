/** Amazon ECS: what runs, what its services will start next, and the task definitions that something may start. */
import {
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListClustersCommand,
  ListTaskDefinitionFamiliesCommand,
} from '@aws-sdk/client-ecs';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import type { EcsReading } from './ecs-reading.ts';
import { readServices } from './ecs-services.ts';
import { readTasks } from './ecs-tasks.ts';
import type { GoneError } from './gone.ts';
import { entriesOf, present } from './response.ts';
import type { SourceAdapter } from './source.ts';

// The limits of ListClusters and of ListTaskDefinitionFamilies.
const maxListed = 100;
const clustersAtOnce = 8;
// ECS has no error of its own for a task definition that does not exist.
const goneDefinitions: readonly GoneError[] = [
  { name: 'ClientException', message: /unable to describe task definition/i },
];

export const ecs: SourceAdapter<ECSClient, 'ecs'> = {
  source: 'ecs',
  service: 'ECS',
  isInEveryRegion: true,
  connect: (settings) => new ECSClient(settings),
  async read(reading) {
    const named = new Set<string>();
    const described = new Set<string>();
    await Promise.all([
      readClusters(reading, named),
      reading.part('ecs:ListTaskDefinitionFamilies', () => readFamilies(reading, described)),
    ]);
    const others = [...named].filter((arn) => !described.has(arn));
    await mapConcurrently(others, (arn) => readDefinition(reading, arn));
  },
};

/** @param named gets the ARNs of task definitions */
async function readClusters(reading: EcsReading, named: Set<string>): Promise<void> {
  const clusters: string[] = [];
  await reading.part('ecs:ListClusters', async () => {
    const read = (nextToken: string | undefined) =>
      reading.call('ecs:ListClusters', (client, options) =>
        client.send(new ListClustersCommand({ maxResults: maxListed, nextToken }), options),
      );
    for await (const { clusterArns } of pages(read, (page) => page.nextToken))
      clusters.push(...entriesOf(clusterArns));
  });
  await mapConcurrently(
    [...new Set(clusters)],
    async (cluster) => {
      await Promise.all([readTasks(reading, cluster, named), readServices(reading, cluster, named)]);
    },
    clustersAtOnce,
  );
}

/**
 * The latest active revision of each family: a schedule, a pipeline or a person may start it, and names the family, or the
 * revision that was registered last. There is no operation for several of them.
 *
 * @param described gets the ARNs of the task definitions that were read
 */
async function readFamilies(reading: EcsReading, described: Set<string>): Promise<void> {
  const read = (nextToken: string | undefined) =>
    reading.call('ecs:ListTaskDefinitionFamilies', (client, options) =>
      client.send(
        new ListTaskDefinitionFamiliesCommand({ status: 'ACTIVE', maxResults: maxListed, nextToken }),
        options,
      ),
    );
  for await (const { families } of pages(read, (page) => page.nextToken))
    for (const arn of await mapConcurrently(entriesOf(families), (family) => readDefinition(reading, family)))
      if (arn !== undefined) described.add(arn);
}

/**
 * @param definition an ARN, or a family for its latest active revision
 * @returns its ARN, if it was read
 */
async function readDefinition(reading: EcsReading, definition: string): Promise<string | undefined> {
  let arn: string | undefined;
  await reading.part(
    'ecs:DescribeTaskDefinition',
    async () => {
      const { taskDefinition } = await reading.call('ecs:DescribeTaskDefinition', (client, options) =>
        client.send(new DescribeTaskDefinitionCommand({ taskDefinition: definition }), options),
      );
      const { taskDefinitionArn, containerDefinitions } = present(taskDefinition);
      arn = taskDefinitionArn;
      for (const { image } of entriesOf(containerDefinitions)) reading.found(arn ?? definition, { image });
    },
    goneDefinitions,
  );
  return arn;
}
