import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ListImagesCommand,
  PutImageCommand,
  paginateDescribeImages,
  paginateListImages,
} from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import { clients, uniqueName } from '../support/stacks.ts';

const { ecr } = clients;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const absent = `sha256:${'0'.repeat(64)}`;

async function newRepository(): Promise<string> {
  const repositoryName = uniqueName('images');
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  return repositoryName;
}

/** Pushes an image with some tags; returns its digest. */
async function put(repositoryName: string, content: string, ...imageTags: string[]): Promise<string> {
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, content });
  let digest = '';
  for (const imageTag of imageTags.length === 0 ? [undefined] : imageTags) {
    const { image } = await ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag }));
    digest = image?.imageId?.imageDigest ?? '';
  }
  return digest;
}

const details = async (repositoryName: string, input: object = {}) =>
  (await ecr.send(new DescribeImagesCommand({ repositoryName, ...input }))).imageDetails ?? [];

describe('images are listed', () => {
  test('in pages, all of them once, also if images are deleted between two pages', async () => {
    const repositoryName = await newRepository();
    const digests: string[] = [];
    for (let index = 0; index < 7; index += 1)
      digests.push(await put(repositoryName, `${index}`, ...(index % 2 === 0 ? [`v${index}`] : [])));
    const described: string[] = [];
    const sizes: number[] = [];
    for await (const page of paginateDescribeImages({ client: ecr, pageSize: 3 }, { repositoryName })) {
      sizes.push(page.imageDetails?.length ?? 0);
      for (const { imageDigest = '' } of page.imageDetails ?? []) described.push(imageDigest);
      // The first image of the page is deleted, which must not hide one of the next page.
      const imageIds = [{ imageDigest: page.imageDetails?.[0]?.imageDigest }];
      await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
    }
    expect(sizes).toEqual([3, 3, 1]);
    expect(described.toSorted()).toEqual(digests.toSorted());
  });

  test('by tag status; an untagged image has no list of tags, one with two tags is listed twice', async () => {
    const repositoryName = await newRepository();
    const tagged = await put(repositoryName, 'tagged', 'v1', 'latest');
    const untagged = await put(repositoryName, 'untagged');
    const [bare] = await details(repositoryName, { filter: { tagStatus: 'UNTAGGED' } });
    expect(bare).toMatchObject({ imageDigest: untagged, imageStatus: 'ACTIVE' });
    expect(bare).not.toHaveProperty('imageTags');
    expect(await details(repositoryName, { filter: { tagStatus: 'TAGGED' } })).toMatchObject([
      { imageDigest: tagged, imageTags: ['v1', 'latest'] },
    ]);
    expect(await details(repositoryName, { filter: { imageStatus: 'ARCHIVED' } })).toEqual([]);
    const listed = [];
    for await (const page of paginateListImages({ client: ecr, pageSize: 2 }, { repositoryName }))
      listed.push(...(page.imageIds ?? []));
    expect(listed).toEqual([
      { imageDigest: tagged, imageTag: 'latest' },
      { imageDigest: tagged, imageTag: 'v1' },
      { imageDigest: untagged },
    ]);
    await expect(
      ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }], maxResults: 5 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('deleting', () => {
  test('a tag removes the tag only, and the image with its last one', async () => {
    const repositoryName = await newRepository();
    const imageDigest = await put(repositoryName, 'two tags', 'v1', 'latest');
    const remove = (...imageIds: object[]) =>
      ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
    expect((await remove({ imageTag: 'latest' })).imageIds).toEqual([{ imageDigest, imageTag: 'latest' }]);
    expect(await details(repositoryName)).toMatchObject([{ imageDigest, imageTags: ['v1'] }]);
    expect((await remove({ imageTag: 'v1' })).imageIds).toEqual([{ imageDigest, imageTag: 'v1' }]);
    expect(await details(repositoryName)).toEqual([]);
  });

  test('a digest deletes all tags, unless a manifest list references the image', async () => {
    const repositoryName = await newRepository();
    const imageDigest = await put(repositoryName, 'amd64', 'amd64', 'also');
    const imageManifest = JSON.stringify({
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [{ digest: imageDigest }],
    });
    const { image } = await ecr.send(
      new PutImageCommand({ repositoryName, imageManifest, imageTag: 'index' }),
    );
    const index = image?.imageId?.imageDigest;
    const remove = (...imageIds: object[]) =>
      ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
    expect(await remove({ imageDigest })).toMatchObject({
      imageIds: [],
      failures: [
        {
          imageId: { imageDigest },
          failureCode: 'ImageReferencedByManifestList',
          failureReason: `Requested image referenced by manifest list: [${index}]`,
        },
      ],
    });
    await remove({ imageTag: 'index' });
    expect((await remove({ imageDigest })).imageIds).toEqual([
      { imageDigest, imageTag: 'amd64' },
      { imageDigest, imageTag: 'also' },
    ]);
  });

  test.each<[object, string, string]>([
    [{}, 'MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null'],
    [{ imageDigest: 'sha256:abc' }, 'InvalidImageDigest', 'image digest should satisfy the regex'],
    [{ imageDigest: absent }, 'ImageNotFound', 'Requested image not found'],
    [{ imageTag: 'absent' }, 'ImageNotFound', 'Requested image not found'],
  ])('or getting %j fails in the words of ECR', async (imageId, failureCode, reason) => {
    const repositoryName = await newRepository();
    await put(repositoryName, 'other', 'v1');
    const failures = [{ imageId, failureCode, failureReason: expect.stringContaining(reason) }];
    const input = { repositoryName, imageIds: [imageId] };
    expect(await ecr.send(new BatchDeleteImageCommand(input))).toMatchObject({ imageIds: [], failures });
    expect(await ecr.send(new BatchGetImageCommand(input))).toMatchObject({ images: [], failures });
  });
});

test('another registry is another account, with its own repositories and its ID in messages', async () => {
  const repositoryName = await newRepository();
  const registryId = '210987654321';
  const notThere = {
    name: 'RepositoryNotFoundException',
    message: `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
  };
  await expect(ecr.send(new ListImagesCommand({ repositoryName, registryId }))).rejects.toMatchObject(
    notThere,
  );
  await expect(
    ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName], registryId })),
  ).rejects.toMatchObject(notThere);
  expect((await ecr.send(new ListImagesCommand({ repositoryName }))).imageIds).toEqual([]);
});
