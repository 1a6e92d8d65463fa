import { BatchGetImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { pushImage } from '../../local/demo/registry.ts';
import { claimsOf } from './support/claims.ts';
import { newStack, settings } from './support/new-stack.ts';
import {
  existing,
  failingAfter,
  reasonOf,
  settingsTemplate,
  settingsTemplateWith,
} from './support/settings-stack.ts';
import { clients } from './support/stacks.ts';

/** The newest so many images stay. */
const keep = (countNumber: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
        action: { type: 'expire' },
      },
    ],
  });
const keeping = (count: number) => ({ LifecyclePolicy: { LifecyclePolicyText: keep(count) } });
const allowed = { AllowExpiringImagesInUse: 'true' };
const asCreated = { mutability: 'MUTABLE', scanOnPush: false, lifecyclePolicyText: undefined };

async function repositoryWith(...tags: string[]): Promise<string> {
  const repository = await existing();
  for (const tag of tags) await pushImage(clients, { repository, tag, content: tag });
  return repository;
}

/** Pulls images, so that they are in use. */
const pull = (repositoryName: string, ...tags: string[]) =>
  clients.ecr.send(
    new BatchGetImageCommand({ repositoryName, imageIds: tags.map((imageTag) => ({ imageTag })) }),
  );

async function digestsOf(repositoryName: string): Promise<readonly string[]> {
  const { imageDetails } = await clients.ecr.send(new DescribeImagesCommand({ repositoryName }));
  return (imageDetails ?? []).map(({ imageDigest }) => imageDigest ?? '');
}

describe('a lifecycle policy that would expire images in use', () => {
  test('fails the stack, names tag, digest and count, and changes nothing', async () => {
    const name = await repositoryWith('v1', 'v2', 'v3');
    await pull(name, 'v1', 'v2', 'v3');
    const outcome = await newStack().deploy(settingsTemplate({ RepositoryName: name, ...keeping(1) }));
    const reason = reasonOf(outcome);
    expect(reason).toMatch(/\b2 images\b/);
    expect(reason).toContain('ProtectPulledWithinDays');
    const named = (await digestsOf(name)).filter((digest) => reason.includes(digest));
    expect(named).toHaveLength(2);
    expect(reason.match(/\bv[123]\b/g)).toHaveLength(2);
    expect(reason).toContain(new Date().toISOString().slice(0, 10));
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await claimsOf(name)).toBeUndefined();
  });

  test('is put with ProtectPulledWithinDays: 0 where the application allows it, and taken away by Restore', async () => {
    const name = await repositoryWith('v1', 'v2');
    await pull(name, 'v1', 'v2');
    const stack = newStack();
    const properties = {
      RepositoryName: name,
      ProtectPulledWithinDays: 0,
      OnDelete: 'Restore',
      ...keeping(1),
    };
    expect(reasonOf(await newStack().deploy(settingsTemplate(properties)))).toContain(
      'AllowExpiringImagesInUse: true',
    );
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await stack.deploy(await settingsTemplateWith(allowed, properties))).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ lifecyclePolicyText: keep(1) });
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
  });

  test('fails a whole pattern for one of its repositories', async () => {
    const [unused, used] = [await repositoryWith('v1', 'v2'), await repositoryWith('v1', 'v2')];
    await pull(used, 'v1', 'v2');
    const outcome = await newStack().deploy(
      settingsTemplate({ RepositoryNames: [unused, used], ...keeping(1) }),
    );
    expect(reasonOf(outcome)).toContain(used);
    expect(reasonOf(outcome)).not.toContain(unused);
    for (const name of [unused, used]) expect(await settings(name)).toMatchObject(asCreated);
  });

  test('fails an update, which leaves the policy before it', async () => {
    const name = await repositoryWith('v1', 'v2');
    await pull(name, 'v1', 'v2');
    const stack = newStack();
    await stack.deploy(settingsTemplate({ RepositoryName: name, ...keeping(5) }));
    const before = (await claimsOf(name))?.claims;
    const outcome = await stack.deploy(settingsTemplate({ RepositoryName: name, ...keeping(1) }));
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE', lifecyclePolicyText: keep(5) });
    expect((await claimsOf(name))?.claims).toEqual(before);
  });
});

describe('a lifecycle policy that expires no image in use', () => {
  test.each<[string, readonly string[], number]>([
    ['since none was ever pulled', [], 1],
    ['since it keeps those that were', ['v1', 'v2', 'v3'], 3],
  ])('is put, %s', async (_what, pulled, count) => {
    const name = await repositoryWith('v1', 'v2', 'v3');
    if (pulled.length > 0) await pull(name, ...pulled);
    const outcome = await newStack().deploy(settingsTemplate({ RepositoryName: name, ...keeping(count) }));
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ lifecyclePolicyText: keep(count) });
  });

  test('goes with the update that brought it when that is rolled back', async () => {
    const name = await repositoryWith('v1', 'v2');
    const stack = newStack();
    const deploy = (properties: JsonObject, resources: JsonObject = {}) =>
      stack.deploy(settingsTemplate({ RepositoryName: name, ...properties }, { resources }));
    await deploy({});
    expect(reasonOf(await deploy(keeping(1), failingAfter('Settings')))).toMatch(/^Failing: /);
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE', lifecyclePolicyText: undefined });
  });
});

test('a policy outside the grammar is refused before any call, with the place', async () => {
  const name = await existing();
  const LifecyclePolicyText = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'tagged', countType: 'imageCountMoreThan', countNumber: 1 },
        action: { type: 'expire' },
      },
    ],
  });
  const outcome = await newStack().deploy(
    settingsTemplate({ RepositoryName: name, LifecyclePolicy: { LifecyclePolicyText } }),
  );
  expect(reasonOf(outcome)).toContain('LifecyclePolicy.LifecyclePolicyText rules[0].selection');
  expect(await settings(name)).toMatchObject(asCreated);
});
