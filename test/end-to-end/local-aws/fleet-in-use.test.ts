import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  GetLifecyclePolicyPreviewCommand,
  paginateDescribeImages,
  paginateGetLifecyclePolicyPreview,
  StartLifecyclePolicyPreviewCommand,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { allWays, fillWithFleet } from '../support/fleet-in-use.ts';
import { newStack } from '../support/new-stack.ts';
import { clients, uniqueName } from '../support/stacks.ts';
import { addressOf } from '../support/workloads.ts';

const { ecr } = clients;
const tagging = new ResourceGroupsTaggingAPIClient(
  localConfiguration({ endpoint: clients.endpoint, environment: {} }),
);

async function newRepository(): Promise<string> {
  const repositoryName = uniqueName('fleet');
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  return repositoryName;
}

/** The digests of the images that a policy would expire. */
async function expiring(
  repositoryName: string,
  lifecyclePolicyText: string | undefined,
): Promise<readonly string[]> {
  await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText }));
  // The first answer is IN_PROGRESS.
  await ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }));
  const digests: string[] = [];
  for await (const { previewResults = [] } of paginateGetLifecyclePolicyPreview(
    { client: ecr },
    { repositoryName },
  ))
    digests.push(...previewResults.map(({ imageDigest }) => imageDigest ?? ''));
  return digests;
}

test('of the fleet the default policy would expire 480 images, of which 160 are in use in every way', async () => {
  const repositoryName = await newRepository();
  const { images, inUse } = await fillWithFleet(repositoryName);
  expect([images.length, inUse.length]).toEqual([500, 167]);
  const expired = new Set(await expiring(repositoryName, lifecyclePolicyText(builtInPolicy)));
  expect(expired).toEqual(new Set(images.slice(0, 480).map(({ digest }) => digest)));
  const atRisk = inUse.filter(({ digest }) => expired.has(digest));
  expect(atRisk).toHaveLength(160);
  const counts = allWays.map((way) => atRisk.filter(({ use }) => use?.way === way).length);
  expect(counts).toEqual(allWays.map(() => 16));
  const recentlyPulled = [];
  for await (const { imageDetails = [] } of paginateDescribeImages({ client: ecr }, { repositoryName }))
    for (const { imageDigest, lastRecordedPullTime } of imageDetails)
      if ((lastRecordedPullTime?.getTime() ?? 0) > Date.now() - 90 * 86_400_000)
        recentlyPulled.push(imageDigest);
  const pulled = inUse.filter(({ use }) => use?.way === 'pulled').map(({ digest }) => digest);
  expect(new Set(recentlyPulled)).toEqual(new Set(pulled));
});

test('an archived image is described on request only, and policies count it apart', async () => {
  const repositoryName = await newRepository();
  const { images } = await fillWithFleet(repositoryName, { count: 4, ways: ['pulled'] });
  const imageId = { imageDigest: images[0]?.digest };
  const move = (targetStorageClass: 'ARCHIVE' | 'STANDARD') =>
    ecr.send(new UpdateImageStorageClassCommand({ repositoryName, imageId, targetStorageClass }));
  const described = async (imageStatus?: 'ANY' | 'ARCHIVED') => {
    const filter = imageStatus === undefined ? undefined : { imageStatus };
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, filter }));
    return imageDetails?.map(({ imageTags }) => imageTags?.[0]);
  };
  const newestTwo = lifecyclePolicyText({ ...builtInPolicy, KeepImages: 2 });
  expect((await move('ARCHIVE')).imageStatus).toBe('ARCHIVED');
  expect(await described()).toEqual(['build-1', 'build-2', 'build-3']);
  expect(await described('ANY')).toEqual(['build-0', 'build-1', 'build-2', 'build-3']);
  expect(await described('ARCHIVED')).toEqual(['build-0']);
  expect(await expiring(repositoryName, newestTwo)).toEqual([images[1]?.digest]);
  await move('STANDARD');
  expect(new Set(await expiring(repositoryName, newestTwo))).toEqual(
    new Set([images[0]?.digest, images[1]?.digest]),
  );
});

test('a stack makes what uses an image, and its repositories are found by their tags, in pages', async () => {
  const repositoryName = await newRepository();
  await fillWithFleet(repositoryName, { count: 1, ways: ['pulled'] });
  const Image = addressOf(repositoryName, ':build-0');
  const resource = (Type: string, Properties: JsonObject) => ({ Type, Properties });
  const stack = newStack();
  const outcome = await stack.deploy({
    Resources: {
      Cluster: resource('AWS::ECS::Cluster', {}),
      Tasks: resource('AWS::ECS::TaskDefinition', {
        ContainerDefinitions: [{ Name: 'only', Image, Memory: 128 }],
      }),
      Service: resource('AWS::ECS::Service', {
        Cluster: { Ref: 'Cluster' },
        TaskDefinition: { Ref: 'Tasks' },
        DesiredCount: 0,
      }),
      Function: resource('AWS::Lambda::Function', {
        PackageType: 'Image',
        Code: { ImageUri: Image },
        Role: 'arn:aws:iam::000000000000:role/any',
      }),
      Job: resource('AWS::Batch::JobDefinition', { Type: 'container', ContainerProperties: { Image } }),
      App: resource('AWS::AppRunner::Service', {
        SourceConfiguration: { ImageRepository: { ImageIdentifier: Image, ImageRepositoryType: 'ECR' } },
      }),
      Model: resource('AWS::SageMaker::Model', { PrimaryContainer: { Image } }),
      ...Object.fromEntries(
        ['A', 'B', 'C'].map((name) => {
          const Tags = Object.entries({ of: stack.stackName, as: name }).map(([Key, Value]) => ({
            Key,
            Value,
          }));
          return [name, resource('AWS::ECR::Repository', { Tags })];
        }),
      ),
    },
  });
  expect(outcome).toEqual({ kind: 'deployed' });
  const named = async (filters: Record<string, string[]>) => {
    const TagFilters = Object.entries(filters).map(([Key, Values]) => ({ Key, Values }));
    const sizes: number[] = [];
    for await (const { ResourceTagMappingList = [] } of paginateGetResources(
      { client: tagging, pageSize: 2 },
      { ResourceTypeFilters: ['ecr:repository'], TagFilters },
    ))
      sizes.push(ResourceTagMappingList.length);
    return sizes;
  };
  expect(await named({ of: [stack.stackName] })).toEqual([2, 1]);
  expect(await named({ of: [stack.stackName], as: ['A', 'C'] })).toEqual([2]);
  await stack.delete();
});
