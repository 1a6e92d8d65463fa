import {
  BatchGetRepositoryScanningConfigurationCommand,
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  GetRegistryScanningConfigurationCommand,
  PutImageCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  PutRegistryScanningConfigurationCommand,
  paginateDescribeRepositories,
  type ScanFrequency,
} from '@aws-sdk/client-ecr';
import { afterEach, describe, expect, test } from '@jest/globals';
import { deploy } from '../../../local/demo/deploy.ts';
import { pushImage } from '../../../local/demo/registry.ts';
import { clients, uniqueName } from '../support/stacks.ts';
import { clientsIn } from './ecr-scans-support.ts';

const { ecr } = clients;
const filters = (...patterns: string[]) =>
  patterns.map((filter) => ({ filterType: 'WILDCARD' as const, filter }));

async function newRepository(
  input: object = {},
  { ecr }: Pick<typeof clients, 'ecr'> = clients,
): Promise<string> {
  const repositoryName = uniqueName('repository');
  await ecr.send(new CreateRepositoryCommand({ repositoryName, ...input }));
  return repositoryName;
}

describe('tag mutability', () => {
  test('keeps exclusion filters, and drops them with another mutability', async () => {
    const name = await newRepository({
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: filters('latest', 'cache-*'),
    });
    const described = async () =>
      (await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }))).repositories?.[0];
    expect(await described()).toMatchObject({
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: filters('latest', 'cache-*'),
    });
    await ecr.send(
      new PutImageTagMutabilityCommand({ repositoryName: name, imageTagMutability: 'IMMUTABLE' }),
    );
    expect(await described()).toMatchObject({ imageTagMutability: 'IMMUTABLE' });
    expect(await described()).not.toHaveProperty('imageTagMutabilityExclusionFilters');
  });

  test.each([
    ['filters without _WITH_EXCLUSION', 'IMMUTABLE', filters('latest')],
    ['_WITH_EXCLUSION without filters', 'IMMUTABLE_WITH_EXCLUSION', undefined],
    ['six filters', 'IMMUTABLE_WITH_EXCLUSION', filters('a', 'b', 'c', 'd', 'e', 'f')],
    ['three wildcards', 'IMMUTABLE_WITH_EXCLUSION', filters('*a*b*')],
    ['a filter with a slash', 'IMMUTABLE_WITH_EXCLUSION', filters('a/b')],
  ] as const)('refuses %s', async (_what, imageTagMutability, imageTagMutabilityExclusionFilters) => {
    const repositoryName = await newRepository();
    const input = { repositoryName, imageTagMutability, imageTagMutabilityExclusionFilters };
    await expect(
      ecr.send(
        new PutImageTagMutabilityCommand({
          ...input,
          imageTagMutabilityExclusionFilters: imageTagMutabilityExclusionFilters && [
            ...imageTagMutabilityExclusionFilters,
          ],
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  test.each([
    ['IMMUTABLE', undefined, 'latest', false],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest'], 'latest', true],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest'], 'latest-1', false],
    ['IMMUTABLE_WITH_EXCLUSION', ['v1.*'], 'v1.2', true],
    ['IMMUTABLE_WITH_EXCLUSION', ['v1.*'], 'v1x2', false],
    ['MUTABLE_WITH_EXCLUSION', ['v*'], 'v1', false],
    ['MUTABLE_WITH_EXCLUSION', ['v*'], 'latest', true],
    ['MUTABLE', undefined, 'latest', true],
  ] as const)(
    '%s excluding %p: pushing %s again with other content is taken: %p',
    async (mutability, excluded, tag, taken) => {
      const repository = await newRepository({
        imageTagMutability: mutability,
        ...(excluded === undefined ? {} : { imageTagMutabilityExclusionFilters: filters(...excluded) }),
      });
      expect(await pushImage(clients, { repository, tag, content: 'one' })).toMatchObject({ accepted: true });
      expect(await pushImage(clients, { repository, tag, content: 'one' })).toMatchObject({ accepted: true });
      const again = await pushImage(clients, { repository, tag, content: 'two' });
      expect(again.accepted).toBe(taken);
      if (!again.accepted)
        expect(again.words).toBe(
          `TAG_INVALID: The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the tag is immutable.`,
        );

      const put = (word: string) =>
        ecr.send(
          new PutImageCommand({
            repositoryName: repository,
            imageTag: `${tag}`,
            imageManifest: JSON.stringify({
              schemaVersion: 2,
              mediaType: 'application/vnd.oci.image.manifest.v1+json',
              word,
            }),
          }),
        );
      if (taken) await expect(put('three')).resolves.toHaveProperty('image');
      else await expect(put('three')).rejects.toMatchObject({ name: 'ImageTagAlreadyExistsException' });
    },
  );

  test('reaches the repository from a template, and is updated there', async () => {
    const stackName = uniqueName('filters');
    const RepositoryName = uniqueName('from-template');
    const document = (values: string[]) => ({
      Resources: {
        Repository: {
          Type: 'AWS::ECR::Repository',
          Properties: {
            RepositoryName,
            ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
            ImageTagMutabilityExclusionFilters: values.map((value) => ({
              ImageTagMutabilityExclusionFilterType: 'WILDCARD',
              ImageTagMutabilityExclusionFilterValue: value,
            })),
          },
        },
      },
    });
    const described = async () =>
      (await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [RepositoryName] })))
        .repositories?.[0]?.imageTagMutabilityExclusionFilters;
    await deploy(clients, { stackName, type: 'CREATE', document: document(['latest']), parameters: {} });
    expect(await described()).toEqual(filters('latest'));
    await deploy(clients, { stackName, type: 'UPDATE', document: document(['edge']), parameters: {} });
    expect(await described()).toEqual(filters('edge'));
    const refused = await deploy(clients, {
      stackName,
      type: 'UPDATE',
      document: document([]),
      parameters: {},
    });
    expect(refused).toMatchObject({ kind: 'failed', reason: expect.stringContaining('cannot be combined') });
  });
});

describe('the scanning in effect', () => {
  // Of a whole registry: other tests push to that of the usual region at the same time.
  const elsewhere = clientsIn('eu-north-1');
  const { ecr } = elsewhere;
  const put = (scanType: 'BASIC' | 'ENHANCED', ...rules: [ScanFrequency, string][]) =>
    ecr.send(
      new PutRegistryScanningConfigurationCommand({
        scanType,
        rules: rules.map(([scanFrequency, filter]) => ({
          scanFrequency,
          repositoryFilters: [{ filter, filterType: 'WILDCARD' }],
        })),
      }),
    );
  afterEach(() => put('BASIC'));

  test.each<[string, Parameters<typeof put>, boolean, ScanFrequency]>([
    ['BASIC without rules', ['BASIC'], false, 'MANUAL'],
    ['BASIC without rules, scanOnPush', ['BASIC'], true, 'SCAN_ON_PUSH'],
    ['a filter that its name contains', ['BASIC', ['SCAN_ON_PUSH', 'repo']], false, 'SCAN_ON_PUSH'],
    ['a filter that its name does not match', ['BASIC', ['SCAN_ON_PUSH', 'other*']], false, 'MANUAL'],
    ['ENHANCED without rules', ['ENHANCED'], false, 'CONTINUOUS_SCAN'],
    ['ENHANCED, no filter matching', ['ENHANCED', ['CONTINUOUS_SCAN', 'other*']], true, 'MANUAL'],
    [
      'ENHANCED, both matching',
      ['ENHANCED', ['SCAN_ON_PUSH', '*'], ['CONTINUOUS_SCAN', 'repo*']],
      false,
      'CONTINUOUS_SCAN',
    ],
  ])('of %s', async (_what, registry, scanOnPush, scanFrequency) => {
    const name = await newRepository({ imageScanningConfiguration: { scanOnPush } }, elsewhere);
    await put(...registry);
    const { scanningConfiguration } = await ecr.send(new GetRegistryScanningConfigurationCommand({}));
    expect(scanningConfiguration?.scanType).toBe(registry[0]);
    const { scanningConfigurations, failures } = await ecr.send(
      new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [name, 'nowhere'] }),
    );
    expect(scanningConfigurations).toMatchObject([{ repositoryName: name, scanOnPush, scanFrequency }]);
    expect(failures).toMatchObject([{ repositoryName: 'nowhere', failureCode: 'REPOSITORY_NOT_FOUND' }]);
  });
});

describe('repositories', () => {
  test('come by page', async () => {
    const made = await Promise.all([1, 2, 3].map(() => newRepository()));
    const names: string[] = [];
    let pages = 0;
    for await (const page of paginateDescribeRepositories({ client: ecr, pageSize: 2 }, {})) {
      pages += 1;
      expect(page.repositories?.length).toBeLessThanOrEqual(2);
      names.push(...(page.repositories ?? []).map(({ repositoryName }) => repositoryName ?? ''));
    }
    expect(pages).toBeGreaterThan(1);
    expect(names).toEqual(expect.arrayContaining(made));
    expect(new Set(names).size).toBe(names.length);
  });

  test('that do not exist are named with the registry', async () => {
    await expect(
      ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['nowhere'] })),
    ).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
      message: expect.stringMatching(
        /^The repository with name 'nowhere' does not exist in the registry with id '\d{12}'$/,
      ),
    });
  });

  test('take only a lifecycle policy that ECR takes', async () => {
    const repositoryName = await newRepository();
    const put = (lifecyclePolicyText: string) =>
      ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
    await expect(put('{"rules":[{"rulePriority":1}]}')).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test('cannot be made twice by templates', async () => {
    const name = await newRepository();
    const document = {
      Resources: { Again: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: name } } },
    };
    const outcome = await deploy(clients, {
      stackName: uniqueName('twice'),
      type: 'CREATE',
      document,
      parameters: {},
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining(`'${name}' already exists`),
    });
  });
});
