/** The services of an ECS cluster, those that are scaled to none too. */
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListServicesCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { chunks } from '../chunks.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import { type EcsReading, goneClusters, reportFailures } from './ecs-reading.ts';
import { entriesOf, requireAll } from './response.ts';

// The limit of ListServices.
const maxListed = 100;
// The limit of DescribeServices.
const maxDescribed = 10;
// The limit of DescribeServiceDeployments and of DescribeServiceRevisions.
const maxRevisions = 20;
const callsAtOnce = 4;

/** @param named gets the ARNs of the task definitions that a service uses, or will use */
export async function readServices(reading: EcsReading, cluster: string, named: Set<string>): Promise<void> {
  const deployments = new Set<string>();
  const revisions = new Set<string>();
  const services: string[] = [];
  await reading.part('ecs:ListServices', () => list(reading, cluster, services), goneClusters);
  await inChunks(services, maxDescribed, (some) =>
    reading.part(
      'ecs:DescribeServices',
      async () => {
        for (const service of await describe(reading, cluster, some)) {
          for (const definition of definitionsOf(service)) named.add(definition);
          addArns(revisions, service.currentServiceRevisions);
          addArns(deployments, [{ arn: service.currentServiceDeployment }]);
        }
      },
      goneClusters,
    ),
  );
  await inChunks([...deployments], maxRevisions, (some) =>
    reading.part('ecs:DescribeServiceDeployments', () => readDeployments(reading, some, revisions)),
  );
  await inChunks([...revisions], maxRevisions, (some) =>
    reading.part('ecs:DescribeServiceRevisions', () => readRevisions(reading, some, named)),
  );
}

async function list(reading: EcsReading, cluster: string, services: string[]): Promise<void> {
  const read = (nextToken: string | undefined) =>
    reading.call('ecs:ListServices', (client, options) =>
      client.send(new ListServicesCommand({ cluster, maxResults: maxListed, nextToken }), options),
    );
  for await (const { serviceArns } of pages(read, (page) => page.nextToken))
    services.push(...entriesOf(serviceArns));
}

function addArns(arns: Set<string>, named: readonly { readonly arn?: string | undefined }[] = []): void {
  for (const { arn } of named) if (arn !== undefined && arn !== '') arns.add(arn);
}

async function inChunks(
  arns: readonly string[],
  size: number,
  work: (some: string[]) => Promise<void>,
): Promise<void> {
  await mapConcurrently(chunks(arns, size), work, callsAtOnce);
}

async function describe(
  reading: EcsReading,
  cluster: string,
  services: string[],
): Promise<readonly Service[]> {
  const { services: described = [], failures = [] } = await reading.call(
    'ecs:DescribeServices',
    (client, options) => client.send(new DescribeServicesCommand({ cluster, services }), options),
  );
  reportFailures(reading, 'ecs:DescribeServices', failures);
  requireAll(services, described, failures);
  return described;
}

/** Of the service, of each of its deployments, and of the task sets of another deployment controller. */
function definitionsOf({ taskDefinition, deployments = [], taskSets = [] }: Service): readonly string[] {
  return [taskDefinition, ...[...deployments, ...taskSets].map((each) => each.taskDefinition)].filter(
    (arn) => arn !== undefined,
  );
}

/** @param revisions gets the one that is being deployed, and those to which a rollback would return */
async function readDeployments(
  reading: EcsReading,
  serviceDeploymentArns: string[],
  revisions: Set<string>,
): Promise<void> {
  const response = await reading.call('ecs:DescribeServiceDeployments', (client, options) =>
    client.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }), options),
  );
  reportFailures(reading, 'ecs:DescribeServiceDeployments', response.failures);
  for (const { targetServiceRevision, sourceServiceRevisions = [] } of entriesOf(response.serviceDeployments))
    addArns(revisions, [...sourceServiceRevisions, { arn: targetServiceRevision?.arn }]);
}

/** Their images by digest. ECS keeps none of before 25 October 2024; those services' task definitions name the image. */
async function readRevisions(
  reading: EcsReading,
  serviceRevisionArns: string[],
  named: Set<string>,
): Promise<void> {
  const response = await reading.call('ecs:DescribeServiceRevisions', (client, options) =>
    client.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns }), options),
  );
  reportFailures(reading, 'ecs:DescribeServiceRevisions', response.failures);
  for (const revision of entriesOf(response.serviceRevisions)) {
    if (revision.taskDefinition !== undefined) named.add(revision.taskDefinition);
    for (const { image, imageDigest } of revision.containerImages ?? [])
      reading.found(revision.serviceArn ?? revision.serviceRevisionArn, { image, digest: imageDigest });
  }
}
