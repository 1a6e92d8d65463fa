import { ListExportsCommand } from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, PutImageTagMutabilityCommand } from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { stackResources } from '../../local/demo/deploy.ts';
import { newStack, settings } from './support/new-stack.ts';
import { clients } from './support/stacks.ts';

describe('the custom resource, deployed', () => {
  const template = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
    Transform: 'EcrHardening',
    Resources: { Settings: { Type: 'Custom::EcrSettings', Properties: properties } },
    ...more,
  });
  const existing = async (repositoryName: string) => {
    await clients.ecr.send(new CreateRepositoryCommand({ repositoryName }));
    return repositoryName;
  };

  test('makes a repository safe that no stack made, and gives its attributes', async () => {
    const name = await existing('existing/plain');
    const stack = newStack();
    const outcome = await stack.deploy(
      template(
        { RepositoryName: name },
        {
          Outputs: {
            Arn: { Value: { 'Fn::GetAtt': ['Settings', 'RepositoryArn'] } },
            Mutability: { Value: { 'Fn::GetAtt': ['Settings', 'ImageTagMutability'] } },
          },
        },
      ),
    );
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
    expect(await stack.outputs()).toMatchObject({
      Arn: expect.stringMatching(/^arn:aws:ecr:us-east-1:\d{12}:repository\/existing\/plain$/),
      Mutability: 'IMMUTABLE',
    });
  });

  test('updates in place, and leaves the settings when its stack is deleted', async () => {
    const name = await existing('existing/updated');
    const stack = newStack();
    await stack.deploy(template({ RepositoryName: name }));
    const physicalId = async () =>
      (await stackResources(clients.cloudformation, stack.stackName))[0]?.physicalId;
    const before = await physicalId();
    const filters = [
      { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' },
    ];
    const outcome = await stack.deploy(
      template({
        RepositoryName: name,
        ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        ImageTagMutabilityExclusionFilters: filters,
      }),
    );
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await physicalId()).toBe(before);
    expect(await settings(name)).toMatchObject({
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['latest'],
    });
    await stack.delete();
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE_WITH_EXCLUSION', scanOnPush: true });
  });

  test('fails with the reason when the repository does not exist, and rolls back', async () => {
    const outcome = await newStack().deploy(template({ RepositoryName: 'existing/nowhere' }));
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect('reason' in outcome ? outcome.reason : '').toContain(
      'Repository existing/nowhere does not exist in this account and region: create it first, or correct RepositoryName.',
    );
  });

  test('a failed update is rolled back to the settings before it', async () => {
    const name = await existing('existing/rolled-back');
    const stack = newStack();
    await stack.deploy(template({ RepositoryName: name }));
    const outcome = await stack.deploy(template({ RepositoryName: name, ImageTagMutability: 'immutable' }));
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect('reason' in outcome ? outcome.reason : '').toContain(
      'ImageTagMutability has the unknown value "immutable"',
    );
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE' });
  });

  test('a default never weakens a repository that is safer already', async () => {
    const name = await existing('existing/safer');
    await clients.ecr.send(
      new PutImageTagMutabilityCommand({ repositoryName: name, imageTagMutability: 'IMMUTABLE' }),
    );
    await newStack().deploy(template({ RepositoryName: name }));
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
  });

  test('proves the scanning in effect, and gives it as attributes', async () => {
    const name = await existing('existing/scanned');
    const stack = newStack();
    const document = template(
      { RepositoryName: name, RequireScanning: true, MutableTags: ['latest'] },
      {
        Outputs: {
          Frequency: { Value: { 'Fn::GetAtt': ['Settings', 'ScanFrequency'] } },
          Type: { Value: { 'Fn::GetAtt': ['Settings', 'ScanType'] } },
        },
      },
    );
    expect(await stack.deploy(document)).toEqual({ kind: 'deployed' });
    expect(await stack.outputs()).toMatchObject({ Frequency: 'SCAN_ON_PUSH', Type: 'BASIC' });
    expect(await settings(name)).toMatchObject({ exclusions: ['latest'] });
  });

  test('works without the macro through the exported service token', async () => {
    const { Exports } = await clients.cloudformation.send(new ListExportsCommand({}));
    expect(Exports?.map(({ Name }) => Name)).toContain('ecr-hardening-SettingsServiceToken');
    const name = await existing('existing/by-import');
    const outcome = await newStack().deploy({
      Resources: {
        Settings: {
          Type: 'Custom::EcrSettings',
          Properties: {
            ServiceToken: { 'Fn::ImportValue': 'ecr-hardening-SettingsServiceToken' },
            RepositoryName: name,
          },
        },
      },
    });
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE' });
  });
});
