import { PutImageTagMutabilityCommand, PutLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { claimsOf, holdersOf } from './support/claims.ts';
import { newStack, settings } from './support/new-stack.ts';
import { existing, settingsTemplate, tagsOf } from './support/settings-stack.ts';
import { clients } from './support/stacks.ts';
import { recordCalls, writesSince } from './support/writes.ts';

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

const asFound = { tagMutability: { mutability: 'MUTABLE', exclusions: [] }, scanOnPush: false };
const hash = expect.stringMatching(/^[0-9a-f]{16}$/);

describe('what the custom resource remembers, in the application’s table', () => {
  test('can be read there by an operator, and the tags of the repository stay as they are', async () => {
    const name = await existing({ tags: [{ Key: 'team', Value: 'orders' }] });
    const stack = newStack();
    expect(await stack.deploy(settingsTemplate({ RepositoryName: name }))).toEqual({ kind: 'deployed' });
    expect(await tagsOf(name)).toEqual({ team: 'orders' });
    const record = await claimsOf(name);
    expect(record?.original).toEqual(asFound);
    expect(record?.claims).toEqual([
      {
        holder: expect.stringMatching(/^ecr-settings-Settings-[0-9a-f]{12}$/),
        stack: expect.stringContaining(`:stack/${stack.stackName}/`),
        since: expect.any(Number),
        request: hash,
        properties: hash,
        replacedProperties: hash,
        set: { tagMutability: { mutability: 'IMMUTABLE', exclusions: [] }, scanOnPush: true },
        beforeLastChange: asFound,
        atTakeover: asFound,
        foundByStack: asFound,
        isNew: true,
      },
    ]);
    expect(record?.inFlight).toBeUndefined();
    await stack.delete();
    expect(await tagsOf(name)).toEqual({ team: 'orders' });
    expect(await claimsOf(name)).toBeUndefined();
  });

  test('holds the longest exclusions whole', async () => {
    const name = await existing();
    const tags = Array.from({ length: 5 }, (_, index) => `${index}-${'x'.repeat(100)}*`);
    const stack = newStack();
    const properties = { RepositoryName: name, MutableTags: tags, OnDelete: 'Restore' };
    expect(await stack.deploy(settingsTemplate(properties))).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ exclusions: tags });
    expect((await claimsOf(name))?.claims[0]?.set.tagMutability.exclusions).toEqual(tags);
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await tagsOf(name)).toEqual({});
    expect(await claimsOf(name)).toBeUndefined();
  });

  test('costs no write of ECR: a deployment that changes OnDelete alone makes none', async () => {
    const name = await existing();
    const stack = newStack();
    const deploy = async (OnDelete: string) => {
      const since = Date.now();
      const outcome = await stack.deploy(settingsTemplate({ RepositoryName: name, OnDelete }));
      expect(outcome).toEqual({ kind: 'deployed' });
      return (await writesSince(since, (repository) => repository === name)).toSorted();
    };
    expect(await deploy('Retain')).toEqual(
      ['PutImageScanningConfiguration', 'PutImageTagMutability'].map((it) => `${it} ${name}`),
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
    expect(await claimsOf(name)).toBeUndefined();
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

  test('leaves a setting alone that somebody else has changed meanwhile, and gives the others back', async () => {
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
      scanOnPush: false,
    });
    expect(await holdersOf(name)).toEqual([]);
  });

  test('gives back another lifecycle policy whole', async () => {
    const name = await existing();
    await ecr.send(new PutLifecyclePolicyCommand({ repositoryName: name, lifecyclePolicyText: policy(7) }));
    const stack = newStack();
    const outcome = await stack.deploy(
      settingsTemplate({
        RepositoryName: name,
        OnDelete: 'Restore',
        LifecyclePolicy: { LifecyclePolicyText: policy(30) },
      }),
    );
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ lifecyclePolicyText: policy(30) });
    expect(Object.values((await claimsOf(name))?.policies ?? {}).toSorted()).toEqual(
      [policy(7), policy(30)].toSorted(),
    );
    await stack.delete();
    expect(await settings(name)).toMatchObject({ ...asCreated, lifecyclePolicyText: policy(7) });
    expect(await claimsOf(name)).toBeUndefined();
  });
});
