/**
 * The fleet that a default lifecycle policy would harm: a repository with 500 images, of which 167 are in use.
 *
 * Image i (from 0, the oldest) has the tag `build-i` and was pushed `(500 - i) * 2.4` hours ago: ten a day. Every third
 * one is in use, by turns in one of these ways, and in no other:
 *
 * | way          | used by                                                              | how the image is known           |
 * |--------------|----------------------------------------------------------------------|----------------------------------|
 * | pulled       | nobody that AWS can name; it was pulled an hour ago                    | the pull time                    |
 * | task         | a running ECS task, by a tag that was removed since                    | the task's `imageDigest`         |
 * | service      | an ECS service, by tag                                                 | its tasks, and its revision      |
 * | idle-service | an ECS service with a desired count of 0, by tag, that has never run     | its task definition's tag        |
 * | version      | a version of a Lambda function, by tag; `$LATEST` is at the newest one   | `Code.ResolvedImageUri`          |
 * | job          | an ACTIVE job definition of AWS Batch                                  | by tag                           |
 * | project      | a CodeBuild project                                                    | by tag                           |
 * | app          | an App Runner service                                                  | by digest                        |
 * | model        | a SageMaker model without an endpoint                                  | by tag                           |
 * | pod          | two pods in an EKS cluster, an hour ago                                | Inspector's coverage             |
 *
 * Only `pulled` images have a recent pull time; every fifth of the other images was pulled 200 days ago. With the way
 * `pod` Amazon Inspector is turned on, for all tests of this local AWS and Region.
 */
import { BatchDeleteImageCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import type { UsageSource } from '../../../core/usage/evidence.ts';
import { clients } from './stacks.ts';
import * as workloads from './workloads.ts';

/** Each way of being in use, and the source that knows of it. */
const sources = {
  pulled: 'pulls',
  task: 'ecs',
  service: 'ecs',
  'idle-service': 'ecs',
  version: 'lambda',
  job: 'batch',
  project: 'codebuild',
  app: 'apprunner',
  model: 'sagemaker',
  pod: 'inspector',
} as const satisfies Readonly<Record<string, UsageSource>>;
export type Way = keyof typeof sources;
export const allWays = Object.keys(sources) as readonly Way[];

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const hourMs = 3_600_000;
const hoursBetweenPushes = 2.4;
// ECS allows no more containers in a task definition.
const maxContainers = 10;
const parallel = 20;
const eksCluster = 'arn:aws:eks:us-east-1:000000000000:cluster/prod';

export interface FleetImage {
  readonly digest: string;
  readonly tag: string;
  readonly pushedAt: Date;
  /**
   * How it is in use, and by whom: the ARN of the task, service, version, cluster of EKS and so on; nobody is known for
   * `pulled`. Undefined if it is not in use.
   */
  readonly use: { readonly way: Way; readonly source: UsageSource; readonly arn?: string } | undefined;
}

export interface FleetInUse {
  /** The oldest first. */
  readonly images: readonly FleetImage[];
  /** Those in use, the oldest first. */
  readonly inUse: readonly FleetImage[];
}

interface Plan {
  readonly tag: string;
  readonly pushedAt: Date;
  readonly pulledAt: Date | undefined;
  readonly way: Way | undefined;
}

/** Pushes the images to a repository that exists and is empty, and starts what uses them; takes some seconds. */
export async function fillWithFleet(
  repository: string,
  { count = 500, ways = allWays }: { readonly count?: number; readonly ways?: readonly Way[] } = {},
): Promise<FleetInUse> {
  const now = Date.now();
  const plans = Array.from({ length: count }, (_each, index) => planOf(index, count, now, ways));
  const digests: string[] = [];
  await inParallel(plans, async (plan, index) => {
    digests[index] = await push(repository, plan, now);
  });
  const users = new Map<string, string>();
  const address = (tag: string) => {
    const digest = digests[plans.findIndex((plan) => plan.tag === tag)];
    return {
      byTag: workloads.addressOf(repository, `:${tag}`),
      byDigest: workloads.addressOf(repository, `@${digest}`),
    };
  };
  await startContainers(repository, plans, users);
  await startOthers(plans, address, users);
  const images = plans.map(({ tag, pushedAt, way }, index) => {
    const arn = users.get(tag);
    const use =
      way === undefined ? undefined : { way, source: sources[way], ...(arn === undefined ? {} : { arn }) };
    return { digest: digests[index] ?? '', tag, pushedAt, use };
  });
  return { images, inUse: images.filter(({ use }) => use !== undefined) };
}

function planOf(index: number, count: number, now: number, ways: readonly Way[]): Plan {
  const way = index % 3 === 0 ? ways[(index / 3) % ways.length] : undefined;
  const hoursSincePull = way === 'pulled' ? 1 : index % 5 === 0 ? 200 * 24 : undefined;
  return {
    tag: `build-${index}`,
    pushedAt: new Date(now - (count - index) * hoursBetweenPushes * hourMs),
    pulledAt: hoursSincePull === undefined ? undefined : new Date(now - hoursSincePull * hourMs),
    way,
  };
}

/** The local AWS reads the times and the pods from the manifest's annotations; the answer is the digest. */
async function push(repositoryName: string, plan: Plan, now: number): Promise<string> {
  const { tag, pushedAt, pulledAt, way } = plan;
  const pods = [
    {
      cluster: eksCluster,
      at: new Date(now - hourMs).toISOString(),
      namespace: 'shop',
      workload: tag,
      pods: 2,
    },
  ];
  const annotations = {
    'local.pushed-at': pushedAt.toISOString(),
    ...(pulledAt === undefined ? {} : { 'local.pulled-at': pulledAt.toISOString() }),
    ...(way === 'pod' ? { 'local.in-use': JSON.stringify(pods) } : {}),
  };
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, tag, annotations });
  const put = (imageTag: string) =>
    clients.ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag }));
  const { image } = await put(tag);
  if (way === 'task') await put(runningTag(tag));
  return image?.imageId?.imageDigest ?? '';
}

const runningTag = (tag: string) => `running-${tag}`;
const tagsOf = (plans: readonly Plan[], way: Way) =>
  plans.filter((plan) => plan.way === way).map(({ tag }) => tag);

/** Starts what runs on ECS and keeps the ARN of each image's user, by its tag. */
async function startContainers(repository: string, plans: readonly Plan[], users: Map<string, string>) {
  const cluster = await workloads.newCluster();
  const start = async (
    way: Way,
    name: (tag: string) => string,
    run: (definition: string) => Promise<string>,
  ) => {
    for (const tags of inChunks(tagsOf(plans, way), maxContainers)) {
      const images = tags.map((tag) => workloads.addressOf(repository, `:${name(tag)}`));
      const arn = await run(await workloads.newTaskDefinition(images));
      for (const tag of tags) users.set(tag, arn);
    }
  };
  await start('task', runningTag, (definition) => workloads.runTask(cluster, definition));
  await start('service', String, (definition) => workloads.newService(cluster, definition, 1));
  await start('idle-service', String, (definition) => workloads.newService(cluster, definition, 0));
  for (const tags of inChunks(tagsOf(plans, 'task'), 100)) {
    const imageIds = tags.map((tag) => ({ imageTag: runningTag(tag) }));
    await clients.ecr.send(new BatchDeleteImageCommand({ repositoryName: repository, imageIds }));
  }
}

/** Makes what else names images, and keeps the ARN of each image's user, by its tag. */
async function startOthers(
  plans: readonly Plan[],
  address: (tag: string) => Readonly<Record<'byTag' | 'byDigest', string>>,
  users: Map<string, string>,
) {
  const versionTags = tagsOf(plans, 'version');
  const versions = await workloads.newFunction(versionTags.map((tag) => address(tag).byTag));
  versionTags.forEach((tag, index) => {
    users.set(tag, versions[index] ?? '');
  });
  const make = (way: Way, maker: (image: string) => Promise<string>, form: 'byTag' | 'byDigest') =>
    inParallel(tagsOf(plans, way), async (tag) => {
      users.set(tag, await maker(address(tag)[form]));
    });
  await make('job', workloads.newJobDefinition, 'byTag');
  await make('project', workloads.newProject, 'byTag');
  await make('app', workloads.newApp, 'byDigest');
  await make('model', workloads.newModel, 'byTag');
  if (tagsOf(plans, 'pod').length > 0) await workloads.enableInspector();
  for (const tag of tagsOf(plans, 'pod')) users.set(tag, eksCluster);
}

function inChunks<T>(items: readonly T[], size: number): readonly T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_each, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

async function inParallel<T>(items: readonly T[], act: (item: T, index: number) => Promise<void>) {
  const left = items.entries();
  const work = async () => {
    for (const [index, item] of left) await act(item, index);
  };
  await Promise.all(Array.from({ length: parallel }, work));
}
