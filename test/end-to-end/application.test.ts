import {
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListExportsCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, PutImageTagMutabilityCommand } from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { connect } from '../../local/demo/clients.ts';
import { deploy, type Outcome, stackResources } from '../../local/demo/deploy.ts';
import { readSettings } from '../../local/demo/repository-settings.ts';

const endpoint = process.env.AWS_ENDPOINT_URL ?? '';
const clients = connect({ endpoint, environment: {} });
const repository = (properties: JsonObject) => ({ Type: 'AWS::ECR::Repository', Properties: properties });

let stacks = 0;
/** A stack of its own for each test; the answer updates or creates it. */
function newStack() {
  stacks += 1;
  const stackName = `application-${process.env.JEST_WORKER_ID ?? '1'}-${stacks}`;
  let type: 'CREATE' | 'UPDATE' = 'CREATE';
  return {
    stackName,
    async deploy(document: JsonObject, parameters: Record<string, string> = {}): Promise<Outcome> {
      const outcome = await deploy(clients, { stackName, type, document, parameters });
      if (outcome.kind === 'deployed') type = 'UPDATE';
      return outcome;
    },
    async outputs(): Promise<Record<string, string>> {
      const { Stacks } = await clients.cloudformation.send(
        new DescribeStacksCommand({ StackName: stackName }),
      );
      return Object.fromEntries(
        (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [
          OutputKey ?? '',
          OutputValue ?? '',
        ]),
      );
    },
    async delete(): Promise<void> {
      await clients.cloudformation.send(new DeleteStackCommand({ StackName: stackName }));
      for (let look = 0; look < 200; look += 1) {
        const resources = await stackResources(clients.cloudformation, stackName).catch(() => []);
        if (resources.every(({ status }) => status === 'DELETE_COMPLETE')) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${stackName} was not deleted`);
    },
  };
}

const settings = async (name: string) => {
  const found = await readSettings(clients.ecr, name);
  if (found === undefined) throw new Error(`${name} does not exist`);
  return found;
};

describe('the macro, deployed', () => {
  test('hardens a repository of which nothing is said', async () => {
    const outcome = await newStack().deploy({
      Transform: 'EcrHardening',
      Resources: { Orders: repository({ RepositoryName: 'app/orders' }) },
    });
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings('app/orders')).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
    const policy = (await settings('app/orders')).lifecyclePolicyText ?? '';
    expect(JSON.parse(policy).rules).toMatchObject([
      { selection: { tagStatus: 'untagged', countNumber: 14 } },
      { selection: { tagStatus: 'any', countNumber: 20 } },
    ]);
  });

  test('keeps what an author wrote', async () => {
    await newStack().deploy({
      Transform: 'EcrHardening',
      Resources: { Nightly: repository({ RepositoryName: 'app/nightly', ImageTagMutability: 'MUTABLE' }) },
    });
    expect(await settings('app/nightly')).toMatchObject({ mutability: 'MUTABLE', scanOnPush: true });
  });

  test('takes parameters of the transform, a Ref to a template parameter among them', async () => {
    const outcome = await newStack().deploy(
      {
        Transform: [{ Name: 'EcrHardening', Parameters: { MutableTags: { Ref: 'Tags' }, KeepImages: 7 } }],
        Parameters: { Tags: { Type: 'CommaDelimitedList' } },
        Resources: { Moving: repository({ RepositoryName: 'app/moving' }) },
      },
      { Tags: 'latest,cache-*' },
    );
    expect(outcome).toEqual({ kind: 'deployed' });
    const found = await settings('app/moving');
    expect(found).toMatchObject({
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['latest', 'cache-*'],
    });
    expect(found.lifecyclePolicyText).toContain('"countNumber":7');
  });

  test('hardens a deployed repository when it is added, and weakens none when it is taken away', async () => {
    const stack = newStack();
    const resources = { Orders: repository({ RepositoryName: 'app/comes-and-goes' }) };
    await stack.deploy({ Resources: resources });
    expect(await settings('app/comes-and-goes')).toMatchObject({ mutability: 'MUTABLE', scanOnPush: false });
    await stack.deploy({ Transform: 'EcrHardening', Resources: resources });
    expect(await settings('app/comes-and-goes')).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
    await stack.deploy({ Resources: resources });
    expect(await settings('app/comes-and-goes')).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
  });

  test('hardens the repositories that a loop makes, before AWS::LanguageExtensions', async () => {
    const outcome = await newStack().deploy({
      Transform: ['EcrHardening', 'AWS::LanguageExtensions'],
      Resources: {
        'Fn::ForEach::Services': [
          'Service',
          ['one', 'two'],
          { 'Repository${Service}': repository({ RepositoryName: { 'Fn::Sub': 'loop/${Service}' } }) },
        ],
      },
    });
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings('loop/one')).toMatchObject({ mutability: 'IMMUTABLE' });
    expect(await settings('loop/two')).toMatchObject({ mutability: 'IMMUTABLE' });
  });

  test.each([
    ['before', ['EcrHardening', 'AWS::Serverless-2016-10-31']],
    ['after', ['AWS::Serverless-2016-10-31', 'EcrHardening']],
  ])('works %s the SAM transform', async (where, Transform) => {
    const outcome = await newStack().deploy({
      Transform,
      Resources: {
        Orders: repository({ RepositoryName: `sam/${where}` }),
        Table: { Type: 'AWS::Serverless::SimpleTable' },
      },
    });
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings(`sam/${where}`)).toMatchObject({ mutability: 'IMMUTABLE' });
  });

  const snippet = { 'Fn::Transform': { Name: 'EcrHardening' } };
  const snippets: [string, JsonObject][] = [
    ['beside Type', { Orders: { ...snippet, ...repository({ RepositoryName: 'snippet/beside-type' }) } }],
    [
      'inside Properties',
      { Orders: repository({ ...snippet, RepositoryName: 'snippet/inside-properties' }) },
    ],
    ['inside Resources', { ...snippet, Orders: repository({ RepositoryName: 'snippet/inside-resources' }) }],
  ];
  test.each(snippets)('works as a snippet %s', async (where, Resources) => {
    expect(await newStack().deploy({ Resources })).toEqual({ kind: 'deployed' });
    expect(await settings(`snippet/${where.replaceAll(' ', '-').toLowerCase()}`)).toMatchObject({
      mutability: 'IMMUTABLE',
      scanOnPush: true,
    });
  });

  test('refuses unsafe settings under Reject, all of them in the reason that the change set shows', async () => {
    const outcome = await newStack().deploy({
      Transform: { Name: 'EcrHardening', Parameters: { Enforcement: 'Reject' } },
      Resources: {
        One: repository({ ImageTagMutability: 'MUTABLE' }),
        Two: repository({ ImageScanningConfiguration: { ScanOnPush: false } }),
      },
    });
    expect(outcome).toMatchObject({ kind: 'failed' });
    const reason = 'reason' in outcome ? outcome.reason : '';
    expect(reason).toMatch(/^Transform \d{12}::EcrHardening failed with: /);
    expect(reason).toContain('One.Properties.ImageTagMutability: "MUTABLE"');
    expect(reason).toContain('Two.Properties.ImageScanningConfiguration.ScanOnPush');
  });

  test('keeps the template as its author wrote it beside the hardened one', async () => {
    const stack = newStack();
    await stack.deploy({
      Transform: 'EcrHardening',
      Resources: { Orders: repository({ RepositoryName: 'app/two-stages' }) },
    });
    const stage = async (TemplateStage: 'Original' | 'Processed') =>
      (
        await clients.cloudformation.send(
          new GetTemplateCommand({ StackName: stack.stackName, TemplateStage }),
        )
      ).TemplateBody ?? '';
    expect(await stage('Original')).toContain('Transform');
    expect(await stage('Original')).not.toContain('IMMUTABLE');
    expect(await stage('Processed')).toContain('IMMUTABLE');
  });
});

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
