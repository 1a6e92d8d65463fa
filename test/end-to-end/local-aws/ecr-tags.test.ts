import {
  CreateRepositoryCommand,
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  GetLifecyclePolicyCommand,
  GetLifecyclePolicyPreviewCommand,
  ListTagsForResourceCommand,
  PutLifecyclePolicyCommand,
  StartLifecyclePolicyPreviewCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import { pushImage } from '../../../local/demo/registry.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const { ecr } = clients;

async function newRepository(): Promise<{ readonly name: string; readonly arn: string }> {
  const name = uniqueName('tags');
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
  return { name, arn: repository?.repositoryArn ?? '' };
}
const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 3 },
      action: { type: 'expire' },
    },
  ],
});

describe('a repository’s tags', () => {
  const tagsOf = async (resourceArn: string) =>
    (await ecr.send(new ListTagsForResourceCommand({ resourceArn }))).tags;

  test('are written by key, overwritten and taken away; a key that is not there takes nothing away', async () => {
    const { arn: resourceArn } = await newRepository();
    const tag = (...tags: { Key: string; Value: string }[]) =>
      ecr.send(new TagResourceCommand({ resourceArn, tags }));
    await tag({ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' });
    await tag({ Key: 'b', Value: '3' });
    expect(await tagsOf(resourceArn)).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '3' },
    ]);
    await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ['b', 'c'] }));
    expect(await tagsOf(resourceArn)).toEqual([{ Key: 'a', Value: '1' }]);
  });

  test.each([
    ['listed', (resourceArn: string) => ecr.send(new ListTagsForResourceCommand({ resourceArn }))],
    [
      'written',
      (resourceArn: string) =>
        ecr.send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'a', Value: '1' }] })),
    ],
    [
      'taken away',
      (resourceArn: string) => ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] })),
    ],
  ])('cannot be %s where there is no repository', async (_what, call) => {
    await expect(call('arn:aws:ecr:us-east-1:000000000000:repository/no/where')).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
      message: "The repository with name 'no/where' does not exist in the registry with id '000000000000'",
    });
  });
});

test('a lifecycle policy that is not there can be neither read nor deleted', async () => {
  const { name: repositoryName } = await newRepository();
  const absent = {
    name: 'LifecyclePolicyNotFoundException',
    message: `Lifecycle policy does not exist for the repository with name '${repositoryName}' in the registry with id '000000000000'`,
  };
  await expect(ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))).rejects.toMatchObject(absent);
  await expect(ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName }))).rejects.toMatchObject(absent);
  await ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
  expect(await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName }))).toMatchObject({
    lifecyclePolicyText,
  });
  await expect(ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))).rejects.toMatchObject(absent);
});

test('one image that is not there fails the question about several', async () => {
  const { name: repositoryName } = await newRepository();
  await pushImage(clients, { repository: repositoryName, tag: 'v1', content: 'v1' });
  await expect(
    ecr.send(
      new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }, { imageTag: 'v2' }] }),
    ),
  ).rejects.toMatchObject({
    name: 'ImageNotFoundException',
    message: expect.stringContaining(`within the repository with name '${repositoryName}'`),
  });
});

test('a preview is gone with its repository', async () => {
  const { name: repositoryName } = await newRepository();
  await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText }));
  await ecr.send(new DeleteRepositoryCommand({ repositoryName }));
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  await expect(ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }))).rejects.toMatchObject({
    name: 'LifecyclePolicyPreviewNotFoundException',
  });
});
