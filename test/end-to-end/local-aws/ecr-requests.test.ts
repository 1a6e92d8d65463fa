import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  PutLifecyclePolicyCommand,
  PutRegistryScanningConfigurationCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { deploy } from '../../../local/demo/deploy.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const { ecr } = clients;
const refused = (message: string) => ({
  name: 'InvalidParameterException',
  message: expect.stringContaining(message),
});

describe('a request that the model of ECR does not take is refused', () => {
  test('a name outside its pattern', async () => {
    await expect(
      ecr.send(new CreateRepositoryCommand({ repositoryName: 'Not_Lower' })),
    ).rejects.toMatchObject(refused("Invalid parameter at 'repositoryName' failed to satisfy constraint"));
  });

  test('a policy that is too short, even one without rules', async () => {
    const repositoryName = uniqueName('short');
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    await expect(
      ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: '{"rules":[]}' })),
    ).rejects.toMatchObject(refused('must have length greater than or equal to 100'));
  });

  test('more results in a page than there can be', async () => {
    await expect(ecr.send(new DescribeRepositoriesCommand({ maxResults: 1001 }))).rejects.toMatchObject(
      refused('must have value less than or equal to 1000'),
    );
  });

  test('a token that no page gave', async () => {
    await expect(ecr.send(new DescribeRepositoriesCommand({ nextToken: '?' }))).rejects.toMatchObject(
      refused('nextToken'),
    );
  });

  test('a member deep inside, named by its path', async () => {
    const repositoryFilters = [{ filter: 'Not/Lower', filterType: 'WILDCARD' as const }];
    await expect(
      ecr.send(
        new PutRegistryScanningConfigurationCommand({
          scanType: 'BASIC',
          rules: [{ scanFrequency: 'SCAN_ON_PUSH', repositoryFilters }],
        }),
      ),
    ).rejects.toMatchObject(refused("'rules.1.member.repositoryFilters.1.member.filter'"));
  });
});

test.each<[string, JsonObject]>([
  ['RepositoryName: failed validation constraint for keyword [pattern]', { RepositoryName: 'Not_Lower' }],
  [
    'LifecyclePolicyText: expected minLength: 100, actual: 12',
    { LifecyclePolicy: { LifecyclePolicyText: '{"rules":[]}' } },
  ],
])('a template is held against the schema: %s', async (reason, Properties) => {
  const outcome = await deploy(clients, {
    stackName: uniqueName('schema'),
    type: 'CREATE',
    document: { Resources: { Repository: { Type: 'AWS::ECR::Repository', Properties } } },
    parameters: {},
  });
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining(reason) });
});
