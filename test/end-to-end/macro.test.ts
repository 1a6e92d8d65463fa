import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { newStack, repository, settings } from './support/new-stack.ts';
import { clients } from './support/stacks.ts';

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
