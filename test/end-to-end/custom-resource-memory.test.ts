import { PutImageTagMutabilityCommand, PutLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { newStack, settings } from './support/new-stack.ts';
import { existing, reasonOf, settingsTemplate, tagsOf } from './support/settings-stack.ts';
import { clients } from './support/stacks.ts';
import { recordCalls, writesSince } from './support/writes.ts';

// Whole deployments, beside others on the same machine.
jest.setTimeout(30_000);

const { ecr } = clients;
const asCreated = {
  mutability: 'MUTABLE',
  exclusions: [],
  scanOnPush: false,
  lifecyclePolicyText: undefined,
};
const policy = (countNumber: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber },
        action: { type: 'expire' },
      },
    ],
  });

beforeAll(recordCalls);

describe('what the custom resource remembers, in the repository’s own tags', () => {
  test('can be read there by an operator, beside the tags of others', async () => {
    const name = await existing({ tags: [{ Key: 'team', Value: 'orders' }] });
    const stack = newStack();
    expect(await stack.deploy(settingsTemplate({ RepositoryName: name }))).toEqual({ kind: 'deployed' });
    expect(await tagsOf(name)).toEqual({
      team: 'orders',
      'ecr-hardening:holder': expect.stringMatching(/^ecr-settings-Settings-[0-9a-f]{12}$/),
      'ecr-hardening:found': 'MUTABLE/scan=off/lifecycle=untouched.',
      'ecr-hardening:before': expect.stringMatching(
        /^MUTABLE\/scan=off\/lifecycle=untouched\/by=[0-9a-f]{16}\.$/,
      ),
      'ecr-hardening:set': expect.stringMatching(
        /^IMMUTABLE\/scan=on\/lifecycle=untouched\/by=[0-9a-f]{16}\.$/,
      ),
    });
    await stack.delete();
    expect(await tagsOf(name)).toEqual({ team: 'orders' });
  });

  test('goes on in further tags where it is longer than one', async () => {
    const name = await existing();
    const tags = Array.from({ length: 5 }, (_, index) => `${index}-${'x'.repeat(100)}*`);
    const stack = newStack();
    const properties = { RepositoryName: name, MutableTags: tags, OnDelete: 'Restore' };
    expect(await stack.deploy(settingsTemplate(properties))).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ exclusions: tags });
    const remembered = await tagsOf(name);
    expect(remembered['ecr-hardening:set']).toHaveLength(256);
    expect(remembered).toHaveProperty(['ecr-hardening:set.3']);
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await tagsOf(name)).toEqual({});
  });

  test('is written once: a deployment that changes OnDelete alone makes no write', async () => {
    const name = await existing();
    const stack = newStack();
    const deploy = async (OnDelete: string) => {
      const since = Date.now();
      const outcome = await stack.deploy(settingsTemplate({ RepositoryName: name, OnDelete }));
      expect(outcome).toEqual({ kind: 'deployed' });
      return (await writesSince(since, (repository) => repository === name)).toSorted();
    };
    expect(await deploy('Retain')).toEqual(
      ['PutImageScanningConfiguration', 'PutImageTagMutability', 'TagResource'].map((it) => `${it} ${name}`),
    );
    expect(await deploy('Restore')).toEqual([]);
  });
});

describe('OnDelete: Restore', () => {
  test('gives back exactly what was found, over updates', async () => {
    const name = await existing();
    const stack = newStack();
    const properties = { RepositoryName: name, OnDelete: 'Restore' };
    await stack.deploy(settingsTemplate(properties));
    await stack.deploy(settingsTemplate({ ...properties, MutableTags: 'latest' }));
    const last = { ...properties, LifecyclePolicy: { LifecyclePolicyText: policy(30) } };
    expect(await stack.deploy(settingsTemplate(last))).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({
      mutability: 'IMMUTABLE',
      scanOnPush: true,
      lifecyclePolicyText: policy(30),
    });
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await tagsOf(name)).toEqual({});
  });

  test('gives back exclusions, and leaves what it never changed', async () => {
    const name = await existing();
    const exclusions = ['dev-*', 'latest'];
    await ecr.send(
      new PutImageTagMutabilityCommand({
        repositoryName: name,
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({ filterType: 'WILDCARD', filter })),
      }),
    );
    await ecr.send(new PutLifecyclePolicyCommand({ repositoryName: name, lifecyclePolicyText: policy(7) }));
    const stack = newStack();
    const properties = { RepositoryName: name, ImageTagMutability: 'IMMUTABLE', OnDelete: 'Restore' };
    await stack.deploy(settingsTemplate(properties));
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE', exclusions: [] });
    await stack.delete();
    expect(await settings(name)).toMatchObject({
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions,
      scanOnPush: false,
      lifecyclePolicyText: policy(7),
    });
  });

  test('leaves a repository alone that somebody else has changed meanwhile', async () => {
    const name = await existing();
    const stack = newStack();
    await stack.deploy(settingsTemplate({ RepositoryName: name, OnDelete: 'Restore' }));
    await ecr.send(
      new PutImageTagMutabilityCommand({
        repositoryName: name,
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'nightly' }],
      }),
    );
    await stack.delete();
    expect(await settings(name)).toMatchObject({
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['nightly'],
      scanOnPush: true,
    });
    expect(await tagsOf(name)).toEqual({});
  });

  test('is refused where it could not give back another lifecycle policy', async () => {
    const name = await existing();
    await ecr.send(new PutLifecyclePolicyCommand({ repositoryName: name, lifecyclePolicyText: policy(7) }));
    const outcome = await newStack().deploy(
      settingsTemplate({
        RepositoryName: name,
        OnDelete: 'Restore',
        LifecyclePolicy: { LifecyclePolicyText: policy(30) },
      }),
    );
    expect(reasonOf(outcome)).toContain(
      `${name} has another lifecycle policy, which OnDelete: Restore could not give back`,
    );
    expect(await settings(name)).toMatchObject({ ...asCreated, lifecyclePolicyText: policy(7) });
    expect(await tagsOf(name)).toEqual({});
  });
});
