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
 *
 * Only `pulled` images have a recent pull time; every fifth of the other images was pulled 200 days ago.
 */
import { BatchDeleteImageCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import type { UsageSource } from '../../../core/usage/evidence.ts';
import { clients } from './stacks.ts';
import { addressOf, newCluster, newFunction, newService, newTaskDefinition, runTask } from './workloads.ts';

const ways = ['pulled', 'task', 'service', 'idle-service', 'version'] as const;
type Way = (typeof ways)[number];

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const hourMs = 3_600_000;
const hoursBetweenPushes = 2.4;
// ECS allows no more containers in a task definition.
const maxContainers = 10;
const parallel = 20;

export interface FleetImage {
  readonly digest: string;
  readonly tag: string;
  readonly pushedAt: Date;
  /** How it is in use; undefined if it is not. */
  readonly use: { readonly way: Way; readonly source: UsageSource; readonly arn?: string } | undefined;
}

export interface FleetInUse {
  /** The oldest first. */
  readonly images: readonly FleetImage[];
  /** Those in use, the oldest first. */
  readonly inUse: readonly FleetImage[];
}

/** Pushes the images to a repository that exists, and starts what uses them; takes some seconds. */
export async function fillWithFleet(repository: string, count = 500): Promise<FleetInUse> {
  const now = Date.now();
  const plans = Array.from({ length: count }, (_each, index) => planOf(index, count, now));
  const digests: string[] = [];
  await inParallel(plans, async (plan, index) => {
    digests[index] = await push(repository, plan);
  });
  const users = await startUsers(repository, plans);
  const images = plans.map(({ tag, pushedAt, way }, index) => {
    const arn = users.get(tag);
    const use =
      way === undefined ? undefined : { way, source: sources[way], ...(arn === undefined ? {} : { arn }) };
    return { digest: digests[index] ?? '', tag, pushedAt, use };
  });
  return { images, inUse: images.filter(({ use }) => use !== undefined) };
}

const sources: Readonly<Record<Way, UsageSource>> = {
  pulled: 'pulls',
  task: 'ecs',
  service: 'ecs',
  'idle-service': 'ecs',
  version: 'lambda',
};

interface Plan {
  readonly tag: string;
  readonly pushedAt: Date;
  readonly pulledAt: Date | undefined;
  readonly way: Way | undefined;
}

function planOf(index: number, count: number, now: number): Plan {
  const way = index % 3 === 0 ? ways[(index / 3) % ways.length] : undefined;
  const hoursSincePull = way === 'pulled' ? 1 : index % 5 === 0 ? 200 * 24 : undefined;
  return {
    tag: `build-${index}`,
    pushedAt: new Date(now - (count - index) * hoursBetweenPushes * hourMs),
    pulledAt: hoursSincePull === undefined ? undefined : new Date(now - hoursSincePull * hourMs),
    way,
  };
}

/** The local AWS reads the times from the manifest's annotations; the answer is the digest. */
async function push(repositoryName: string, { tag, pushedAt, pulledAt, way }: Plan): Promise<string> {
  const annotations = {
    'local.pushed-at': pushedAt.toISOString(),
    ...(pulledAt === undefined ? {} : { 'local.pulled-at': pulledAt.toISOString() }),
  };
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, tag, annotations });
  const put = (imageTag: string) =>
    clients.ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag }));
  const { image } = await put(tag);
  if (way === 'task') await put(runningTag(tag));
  return image?.imageId?.imageDigest ?? '';
}

const runningTag = (tag: string) => `running-${tag}`;

/** Starts what uses the images; the answer is the ARN of each one's user, by its tag. */
async function startUsers(repository: string, plans: readonly Plan[]): Promise<ReadonlyMap<string, string>> {
  const users = new Map<string, string>();
  const tagsOf = (way: Way) => plans.filter((plan) => plan.way === way).map(({ tag }) => tag);
  const cluster = await newCluster();
  const inTasks = async (way: Way, start: (taskDefinition: string) => Promise<string>, named = plainTag) => {
    for (const tags of inChunks(tagsOf(way), maxContainers)) {
      const images = tags.map((tag) => addressOf(repository, `:${named(tag)}`));
      const arn = await start(await newTaskDefinition(images));
      for (const tag of tags) users.set(tag, arn);
    }
  };
  await inTasks('task', (definition) => runTask(cluster, definition), runningTag);
  await inTasks('service', (definition) => newService(cluster, definition, 1));
  await inTasks('idle-service', (definition) => newService(cluster, definition, 0));
  for (const imageIds of inChunks(tagsOf('task'), 100))
    await clients.ecr.send(
      new BatchDeleteImageCommand({
        repositoryName: repository,
        imageIds: imageIds.map((tag) => ({ imageTag: runningTag(tag) })),
      }),
    );
  const versionTags = tagsOf('version');
  const versions = await newFunction(versionTags.map((tag) => addressOf(repository, `:${tag}`)));
  versionTags.forEach((tag, index) => {
    users.set(tag, versions[index] ?? '');
  });
  return users;
}

const plainTag = (tag: string) => tag;

function inChunks<T>(items: readonly T[], size: number): readonly T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_each, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

async function inParallel<T>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) await act(item, index);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
}
