import {
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  CreateRepositoryCreationTemplateCommand,
  DeletePullThroughCacheRuleCommand,
  DeleteRepositoryCommand,
  DeleteRepositoryCreationTemplateCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRegistryCommand,
  DescribeRepositoryCreationTemplatesCommand,
  GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand,
  GetRepositoryPolicyCommand,
  PutImageCommand,
  PutRegistryPolicyCommand,
  SetRepositoryPolicyCommand,
  UpdateRepositoryCreationTemplateCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import { deploy } from '../../../local/demo/deploy.ts';
import { connect } from '../support/clients.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const { ecr } = clients;
const statement = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111111111111:root' },
  Action: ['ecr:BatchGetImage'],
};
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

async function newRepository(): Promise<string> {
  const repositoryName = uniqueName('registry');
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  return repositoryName;
}

describe('errors are in the words of ECR', () => {
  test('about repositories', async () => {
    const repositoryName = await newRepository();
    await expect(ecr.send(new CreateRepositoryCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'RepositoryAlreadyExistsException',
      message: expect.stringMatching(/ already exists in the registry with id '\d{12}'$/),
    });
    await expect(ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'RepositoryPolicyNotFoundException',
      message: expect.stringContaining(`for the repository with name '${repositoryName}' in the registry`),
    });
    const imageManifest = JSON.stringify({ mediaType: 'application/vnd.oci.image.manifest.v1+json' });
    await ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag: 'v1' }));
    await expect(ecr.send(new DeleteRepositoryCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'RepositoryNotEmptyException',
      message: expect.stringContaining('cannot be deleted because it still contains images'),
    });
  });

  test.each<[string, string]>([
    ['a Resource', policy({ ...statement, Resource: '*' })],
    ['a NotResource', policy({ ...statement, NotResource: 'arn:aws:ecr:*:*:repository/x' })],
    ['no principal', policy({ Effect: 'Allow', Action: 'ecr:*' })],
    ['an action of another service', policy({ ...statement, Action: 's3:GetObject' })],
    ['no statement', policy()],
    ['no JSON', '{'],
  ])('a repository policy with %s is refused', async (_what, policyText) => {
    const repositoryName = await newRepository();
    const set = (text: string) =>
      ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: text }));
    await expect(set(policyText)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message:
        "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
    });
    expect((await set(policy(statement))).policyText).toBe(policy(statement));
  });

  test('a registry policy without a Resource is refused', async () => {
    await expect(
      ecr.send(new PutRegistryPolicyCommand({ policyText: policy(statement) })),
    ).rejects.toMatchObject({ message: expect.stringContaining('Invalid registry policy provided') });
  });
});

test('pull through cache rules and creation templates are created, described, updated and deleted', async () => {
  const prefix = uniqueName('cache').slice(0, 30);
  const rule = { ecrRepositoryPrefix: prefix, upstreamRegistryUrl: 'public.ecr.aws' };
  await ecr.send(new CreatePullThroughCacheRuleCommand(rule));
  await expect(ecr.send(new CreatePullThroughCacheRuleCommand(rule))).rejects.toMatchObject({
    name: 'PullThroughCacheRuleAlreadyExistsException',
  });
  const describeRules = () =>
    ecr.send(new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes: [prefix] }));
  expect((await describeRules()).pullThroughCacheRules).toMatchObject([
    { ...rule, upstreamRegistry: 'ecr-public' },
  ]);
  await ecr.send(new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix: prefix }));
  await expect(describeRules()).rejects.toMatchObject({ name: 'PullThroughCacheRuleNotFoundException' });

  const template = { prefix, appliedFor: ['CREATE_ON_PUSH' as const] };
  await ecr.send(new CreateRepositoryCreationTemplateCommand({ ...template, description: 'one' }));
  await ecr.send(new UpdateRepositoryCreationTemplateCommand({ prefix, imageTagMutability: 'IMMUTABLE' }));
  const describeTemplates = async () =>
    (await ecr.send(new DescribeRepositoryCreationTemplatesCommand({ prefixes: [prefix] })))
      .repositoryCreationTemplates;
  expect(await describeTemplates()).toMatchObject([
    {
      ...template,
      description: 'one',
      imageTagMutability: 'IMMUTABLE',
      encryptionConfiguration: { encryptionType: 'AES256' },
    },
  ]);
  await ecr.send(new DeleteRepositoryCreationTemplateCommand({ prefix }));
  expect(await describeTemplates()).toEqual([]);
});

const registryId = '333333333333';

test('the types of the registry work in templates, with Ref and Fn::GetAtt, and go with their stack', async () => {
  const prefix = uniqueName('types').slice(0, 30);
  const stackName = uniqueName('registry-types');
  const resources = (mutability: string) => ({
    Rule: {
      Type: 'AWS::ECR::PullThroughCacheRule',
      Properties: { EcrRepositoryPrefix: prefix, UpstreamRegistryUrl: 'quay.io' },
    },
    Template: {
      Type: 'AWS::ECR::RepositoryCreationTemplate',
      Properties: {
        Prefix: prefix,
        AppliedFor: ['PULL_THROUGH_CACHE'],
        ImageTagMutability: mutability,
        ResourceTags: [{ Key: 'team', Value: 'a' }],
      },
    },
    Scanning: {
      Type: 'AWS::ECR::RegistryScanningConfiguration',
      Properties: {
        ScanType: 'BASIC',
        Rules: [
          {
            ScanFrequency: 'SCAN_ON_PUSH',
            RepositoryFilters: [{ Filter: prefix, FilterType: 'WILDCARD' }],
          },
        ],
      },
    },
    Policy: {
      Type: 'AWS::ECR::RegistryPolicy',
      Properties: {
        PolicyText: { Version: '2012-10-17', Statement: [{ ...statement, Resource: '*' }] },
      },
    },
    Replication: {
      Type: 'AWS::ECR::ReplicationConfiguration',
      Properties: {
        ReplicationConfiguration: {
          Rules: [{ Destinations: [{ Region: 'eu-west-1', RegistryId: '111111111111' }] }],
        },
      },
    },
  });
  const template = (mutability: string) => ({
    Resources: resources(mutability),
    Outputs: {
      Rule: { Value: { Ref: 'Rule' } },
      Template: { Value: { Ref: 'Template' } },
      Created: { Value: { 'Fn::GetAtt': ['Template', 'CreatedAt'] } },
      Policy: { Value: { Ref: 'Policy' } },
      Scanning: { Value: { 'Fn::GetAtt': ['Scanning', 'RegistryId'] } },
    },
  });
  // An account of its own, because other tests set the registry's scanning.
  const own = connect({ endpoint: clients.endpoint, environment: { AWS_ACCESS_KEY_ID: registryId } });
  const stack = async () =>
    (await own.cloudformation.send(new DescribeStacksCommand({ StackName: stackName }))).Stacks?.[0];
  const templates = async () =>
    (await own.ecr.send(new DescribeRepositoryCreationTemplatesCommand({ prefixes: [prefix] })))
      .repositoryCreationTemplates;
  const deployed = (type: 'CREATE' | 'UPDATE', mutability: string) =>
    deploy(own, { stackName, type, document: template(mutability), parameters: {} });

  expect(await deployed('CREATE', 'MUTABLE')).toEqual({ kind: 'deployed' });
  const outputs = new Map(
    (await stack())?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  expect(Object.fromEntries(outputs)).toEqual({
    Rule: prefix,
    Template: prefix,
    Created: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    Policy: registryId,
    Scanning: registryId,
  });
  expect(await templates()).toMatchObject([
    { prefix, imageTagMutability: 'MUTABLE', resourceTags: [{ Key: 'team', Value: 'a' }] },
  ]);
  expect(await own.ecr.send(new GetRegistryScanningConfigurationCommand({}))).toMatchObject({
    scanningConfiguration: { scanType: 'BASIC', rules: [{ scanFrequency: 'SCAN_ON_PUSH' }] },
  });
  expect(await own.ecr.send(new DescribeRegistryCommand({}))).toMatchObject({
    replicationConfiguration: { rules: [{ destinations: [{ region: 'eu-west-1' }] }] },
  });

  expect(await deployed('UPDATE', 'IMMUTABLE')).toEqual({ kind: 'deployed' });
  expect(await templates()).toMatchObject([{ prefix, imageTagMutability: 'IMMUTABLE' }]);

  await own.cloudformation.send(new DeleteStackCommand({ StackName: stackName }));
  await waitUntilStackDeleteComplete(
    { client: own.cloudformation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { StackName: stackName },
  );
  expect(await templates()).toEqual([]);
  await expect(own.ecr.send(new GetRegistryPolicyCommand({}))).rejects.toMatchObject({
    name: 'RegistryPolicyNotFoundException',
  });
  const { pullThroughCacheRules } = await own.ecr.send(new DescribePullThroughCacheRulesCommand({}));
  expect(pullThroughCacheRules).toEqual([]);
});
