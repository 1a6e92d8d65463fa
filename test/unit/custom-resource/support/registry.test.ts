import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  type DescribeRepositoriesCommandInput,
  GetRegistryScanningConfigurationCommand,
  ListTagsForResourceCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { connectBeforeEach, invalid, missing, refusal } from './ecr-client.ts';
import { arnOf, repositoryLike, safe, unsafe } from './registry.ts';

const ecr = connectBeforeEach();

describe('repositories', () => {
  const describeThem = (input: DescribeRepositoriesCommandInput) =>
    ecr.client.send(new DescribeRepositoriesCommand(input));

  test('1,500 are listed by name and by page', async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `team/r${String(index).padStart(4, '0')}`);
    for (const name of names.toReversed()) ecr.add(name, unsafe);
    for (const { maxResults, pages } of [
      { maxResults: undefined, pages: 15 },
      { maxResults: 1000, pages: 2 },
      { maxResults: 750, pages: 2 },
    ]) {
      const found: (string | undefined)[] = [];
      let nextToken: string | undefined;
      let count = 0;
      do {
        const page = await describeThem({ ...(maxResults === undefined ? {} : { maxResults }), nextToken });
        found.push(...(page.repositories ?? []).map(({ repositoryName }) => repositoryName));
        nextToken = page.nextToken;
        count += 1;
      } while (nextToken !== undefined);
      expect(found).toEqual(names);
      expect(count).toBe(pages);
    }
    expect(new Set(ecr.server.calls.map(({ step, repository }) => `${step} ${repository}`))).toEqual(
      new Set(['list *']),
    );
    await expect(describeThem({ maxResults: 1001 })).rejects.toMatchObject(invalid);
    await expect(describeThem({ nextToken: 'nonsense' })).rejects.toMatchObject(invalid);
  });

  test('up to 100 are described by name, all or none', async () => {
    ecr.add('a', unsafe);
    ecr.add('b', { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev-*'] });
    const { repositories } = await describeThem({ repositoryNames: ['b', 'a'] });
    expect(repositories).toMatchObject([
      {
        repositoryName: 'b',
        repositoryArn: arnOf('b'),
        imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
      },
      { repositoryName: 'a', imageScanningConfiguration: { scanOnPush: false } },
    ]);
    await expect(describeThem({ repositoryNames: ['a', 'gone'] })).rejects.toMatchObject(missing);
    await expect(describeThem({ repositoryNames: Array(101).fill('a') })).rejects.toMatchObject(invalid);
    await expect(describeThem({ repositoryNames: ['a'], maxResults: 5 })).rejects.toMatchObject(invalid);
  });

  test('both settings are put, and reading is then the step prove', async () => {
    ecr.add('a', unsafe);
    await describeThem({ repositoryNames: ['a'] });
    await ecr.client.send(
      new PutImageTagMutabilityCommand({ repositoryName: 'a', imageTagMutability: 'IMMUTABLE' }),
    );
    await ecr.client.send(
      new PutImageScanningConfigurationCommand({
        repositoryName: 'a',
        imageScanningConfiguration: { scanOnPush: true },
      }),
    );
    await describeThem({ repositoryNames: ['a'] });
    expect(ecr.server.registry.repositories.get('a')).toEqual(repositoryLike(safe));
    expect(ecr.server.calls.map(({ step }) => step)).toEqual([
      'describe',
      'put mutability',
      'put scanning',
      'prove',
    ]);
    await expect(
      ecr.client.send(
        new PutImageTagMutabilityCommand({ repositoryName: 'x', imageTagMutability: 'IMMUTABLE' }),
      ),
    ).rejects.toMatchObject(missing);
  });

  test('the scanning in effect is told for up to 25, and missing ones are failures', async () => {
    ecr.add('a', safe);
    ecr.add('b', unsafe);
    const see = (repositoryNames: string[]) =>
      ecr.client.send(new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames }));
    expect(await see(['a', 'gone', 'b'])).toMatchObject({
      scanningConfigurations: [
        { repositoryName: 'a', scanOnPush: true, scanFrequency: 'SCAN_ON_PUSH' },
        { repositoryName: 'b', scanOnPush: false, scanFrequency: 'MANUAL' },
      ],
      failures: [{ repositoryName: 'gone', failureCode: 'REPOSITORY_NOT_FOUND' }],
    });
    await expect(see(Array(26).fill('a'))).rejects.toMatchObject(invalid);
    const seeRegistry = () => ecr.client.send(new GetRegistryScanningConfigurationCommand({}));
    expect(await seeRegistry()).toMatchObject({ scanningConfiguration: { scanType: 'BASIC' } });
    ecr.server.scanning = { type: 'DISABLED', isEverythingCovered: false };
    await expect(seeRegistry()).rejects.toMatchObject(refusal('ValidationException'));
  });
});

describe('tags', () => {
  const tag = (tags: { Key: string; Value: string }[], name = 'a') =>
    ecr.client.send(new TagResourceCommand({ resourceArn: arnOf(name), tags }));
  const untag = (...tagKeys: string[]) =>
    ecr.client.send(new UntagResourceCommand({ resourceArn: arnOf('a'), tagKeys }));
  const list = (resourceArn = arnOf('a')) => ecr.client.send(new ListTagsForResourceCommand({ resourceArn }));

  beforeEach(() => ecr.add('a', unsafe));

  test('are added, replaced, listed and removed', async () => {
    await tag([
      { Key: 'team', Value: 'öl @ 1' },
      { Key: 'empty', Value: '' },
    ]);
    await tag([{ Key: 'team', Value: 'b' }]);
    const { tags } = await list();
    expect(tags).toEqual([
      { Key: 'team', Value: 'b' },
      { Key: 'empty', Value: '' },
    ]);
    await untag('team', 'never there');
    expect(ecr.server.registry.repositories.get('a')?.tags).toEqual(new Map([['empty', '']]));
    expect(ecr.server.calls.map(({ step, repository }) => `${step} ${repository}`)).toEqual([
      'write tags a',
      'write tags a',
      'read tags a',
      'remove tags a',
    ]);
  });

  test.each([
    ['', 'v'],
    ['k'.repeat(129), 'v'],
    ['k', 'v'.repeat(257)],
    ['aws:k', 'v'],
    ['k,', 'v'],
    ['k', '{"a":1}'],
  ])('%j with the value %j is refused, and nothing is written', async (Key, Value) => {
    const tags = [{ Key: 'sound', Value: '' }];
    await expect(tag([...tags, { Key, Value }])).rejects.toMatchObject(
      refusal('InvalidTagParameterException'),
    );
    expect(await list()).toMatchObject({ tags: [] });
  });

  test('50 are the most, and a repository must be there', async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: 'v'.repeat(256) }));
    await tag(many);
    await tag(many.slice(0, 3));
    await expect(tag([{ Key: 'one more', Value: '' }])).rejects.toMatchObject(
      refusal('TooManyTagsException'),
    );
    await expect(tag([], 'gone')).rejects.toMatchObject(missing);
    await expect(untag('aws:k')).rejects.toMatchObject(refusal('InvalidTagParameterException'));
    await expect(list('arn:aws:s3:::bucket')).rejects.toMatchObject(invalid);
  });
});
