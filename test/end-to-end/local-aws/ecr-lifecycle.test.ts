import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  GetAccountSettingCommand,
  GetLifecyclePolicyPreviewCommand,
  type LifecyclePolicyPreviewResult,
  PutAccountSettingCommand,
  StartLifecyclePolicyPreviewCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import { pushImage } from '../../../local/demo/registry.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const { ecr } = clients;

async function repositoryWith(...tags: string[]): Promise<string> {
  const repository = uniqueName('lifecycle');
  await ecr.send(new CreateRepositoryCommand({ repositoryName: repository }));
  for (const tag of tags) await pushImage(clients, { repository, tag, content: tag });
  return repository;
}

async function preview(
  repositoryName: string,
  ...rules: object[]
): Promise<readonly LifecyclePolicyPreviewResult[]> {
  const lifecyclePolicyText = JSON.stringify({
    rules: rules.map((selection, index) => ({
      rulePriority: index + 1,
      selection,
      action: { type: 'expire' },
    })),
  });
  await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText }));
  for (;;) {
    const answer = await ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }));
    if (answer.status === 'IN_PROGRESS') continue;
    expect(answer.summary?.expiringImageTotalCount).toBe(answer.previewResults?.length);
    return answer.previewResults ?? [];
  }
}

const count = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber });

describe('a lifecycle preview', () => {
  test('says which images a count would expire, the oldest first to go', async () => {
    const repository = await repositoryWith('v1', 'v2', 'v3');
    const results = await preview(repository, { tagStatus: 'any', ...count(2) });
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ action: { type: 'EXPIRE' }, appliedRulePriority: 1 });
  });

  test('leaves an image to the first rule that matches it, whether or not that rule expires it', async () => {
    const repository = await repositoryWith('release-1', 'v1', 'v2');
    const protecting = { tagStatus: 'tagged', tagPatternList: ['release-*'], ...count(1000) };
    const results = await preview(repository, protecting, { tagStatus: 'any', ...count(1) });
    expect(results.flatMap(({ imageTags }) => imageTags)).not.toContain('release-1');
    expect(results).toMatchObject([{ appliedRulePriority: 2 }]);
  });

  test('is not there before it was asked for', async () => {
    const repositoryName = await repositoryWith();
    await expect(ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'LifecyclePolicyPreviewNotFoundException',
    });
  });
});

test('an image knows when it was last pulled', async () => {
  const repositoryName = await repositoryWith('v1', 'v2');
  await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] }));
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName }));
  const pulled = (tag: string) =>
    imageDetails?.find(({ imageTags }) => imageTags?.includes(tag))?.lastRecordedPullTime;
  expect(pulled('v1')).toBeInstanceOf(Date);
  expect(pulled('v2')).toBeUndefined();
});

describe('account settings', () => {
  test('have a default, and keep what is put', async () => {
    const get = async () => (await ecr.send(new GetAccountSettingCommand({ name: 'BLOB_MOUNTING' }))).value;
    expect(await get()).toBe('DISABLED');
    await ecr.send(new PutAccountSettingCommand({ name: 'BLOB_MOUNTING', value: 'ENABLED' }));
    expect(await get()).toBe('ENABLED');
    await ecr.send(new PutAccountSettingCommand({ name: 'BLOB_MOUNTING', value: 'DISABLED' }));
  });

  test('are refused by name and by value', async () => {
    const put = (name: string, value: string) => ecr.send(new PutAccountSettingCommand({ name, value }));
    await expect(put('NO_SUCH', 'V2')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(put('REGISTRY_POLICY_SCOPE', 'V9')).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('tags', () => {
  const arn = async () => {
    const { repository } = await ecr.send(
      new CreateRepositoryCommand({ repositoryName: uniqueName('tagged') }),
    );
    return repository?.repositoryArn ?? '';
  };
  test.each([
    ['a value with a brace', [{ Key: 'a', Value: '{}' }], 'InvalidTagParameterException'],
    ['a long value', [{ Key: 'a', Value: 'x'.repeat(257) }], 'InvalidTagParameterException'],
    [
      '51 tags',
      Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' })),
      'TooManyTagsException',
    ],
  ])('%s are refused', async (_what, tags, name) => {
    await expect(ecr.send(new TagResourceCommand({ resourceArn: await arn(), tags }))).rejects.toMatchObject({
      name,
    });
  });
});
