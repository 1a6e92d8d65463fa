import { TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import { claimsOf, holdersOf } from './support/claims.ts';
import { newStack, settings } from './support/new-stack.ts';
import {
  attributes,
  existing,
  failingAfter,
  reasonOf,
  settingsTemplate,
  tagsOf,
} from './support/settings-stack.ts';
import { clients, uniqueName } from './support/stacks.ts';

const asCreated = { mutability: 'MUTABLE', exclusions: [], scanOnPush: false };
const safe = { mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true };
const counts = attributes('Matched', 'Changed', 'Unchanged');

describe('a repository that leaves the selection', () => {
  test.each<[string, object]>([
    ['Restore', asCreated],
    ['Retain', safe],
  ])('is let go as OnDelete: %s says, and the others stay', async (OnDelete, after) => {
    const [stays, leaves] = [await existing(), await existing()];
    const stack = newStack();
    await stack.deploy(settingsTemplate({ RepositoryNames: [stays, leaves], OnDelete }));
    const before = await holdersOf(stays);
    expect(before).toEqual([expect.stringMatching(/^ecr-settings-Settings-/)]);
    const outcome = await stack.deploy(settingsTemplate({ RepositoryNames: [stays], OnDelete }));
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings(leaves)).toMatchObject(after);
    expect(await holdersOf(leaves)).toEqual([]);
    expect(await settings(stays)).toMatchObject(safe);
    // The same resource as before, by its id too.
    expect(await holdersOf(stays)).toEqual(before);
    await stack.delete();
    expect(await settings(stays)).toMatchObject(after);
    for (const name of [stays, leaves]) expect(await claimsOf(name)).toBeUndefined();
  });

  test('comes back when the update is rolled back, and is still given back what was first found', async () => {
    const [stays, leaves] = [await existing(), await existing()];
    const stack = newStack();
    const OnDelete = 'Restore';
    await stack.deploy(settingsTemplate({ RepositoryNames: [stays, leaves], OnDelete }));
    const outcome = await stack.deploy(
      settingsTemplate({ RepositoryNames: [stays], OnDelete }, { resources: failingAfter('Settings') }),
    );
    expect(reasonOf(outcome)).toMatch(/^Failing: /);
    for (const name of [stays, leaves]) expect(await settings(name)).toMatchObject(safe);
    await stack.delete();
    for (const name of [stays, leaves]) expect(await settings(name)).toMatchObject(asCreated);
  });

  test('because its tags changed is let go by the next update', async () => {
    const prefix = uniqueName('tagged');
    const tags = [{ Key: 'team', Value: prefix }];
    const [stays, leaves] = [await existing({ tags }), await existing({ tags })];
    const stack = newStack();
    const properties = { RepositoryTags: { team: prefix }, OnDelete: 'Restore' };
    expect(await stack.deploy(settingsTemplate(properties, counts))).toEqual({ kind: 'deployed' });
    expect(await stack.outputs()).toEqual({ Matched: '2', Changed: '2', Unchanged: '0' });
    const resourceArn = `arn:aws:ecr:us-east-1:000000000000:repository/${leaves}`;
    await clients.ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team'] }));
    await clients.ecr.send(
      new TagResourceCommand({ resourceArn, tags: [{ Key: 'team', Value: 'another' }] }),
    );
    await stack.deploy(settingsTemplate({ ...properties, RequireScanning: true }, counts));
    expect(await stack.outputs()).toEqual({ Matched: '1', Changed: '0', Unchanged: '1' });
    expect(await settings(leaves)).toMatchObject(asCreated);
    expect(await tagsOf(leaves)).toEqual({ team: 'another' });
    expect(await claimsOf(leaves)).toBeUndefined();
    expect(await settings(stays)).toMatchObject(safe);
  });
});

describe('RepositoryTags', () => {
  test('select the image repositories that SAM made for itself, and no other', async () => {
    const bySam = await existing({
      name: `samcli-${uniqueName('repository')}`,
      tags: [{ Key: 'ManagedStackSource', Value: 'AwsSamCli' }],
    });
    const other = await existing({ tags: [{ Key: 'ManagedStackSource', Value: 'another' }] });
    const stack = newStack();
    const properties = { RepositoryTags: { ManagedStackSource: 'AwsSamCli' } };
    expect(await stack.deploy(settingsTemplate(properties, counts))).toEqual({ kind: 'deployed' });
    expect(await settings(bySam)).toMatchObject(safe);
    expect(await settings(other)).toMatchObject(asCreated);
    expect(await stack.outputs()).toEqual({ Matched: '1', Changed: '1', Unchanged: '0' });
  });

  test('narrow what names select', async () => {
    const prefix = uniqueName('narrowed');
    const tags = [{ Key: 'stage', Value: 'production' }];
    const [meant, untagged] = [`${prefix}/meant`, `${prefix}/untagged`];
    await existing({ name: meant, tags });
    await existing({ name: untagged });
    const elsewhere = await existing({ tags });
    const properties = { RepositoryName: `${prefix}/*`, RepositoryTags: { stage: 'production' } };
    expect(await newStack().deploy(settingsTemplate(properties))).toEqual({ kind: 'deployed' });
    expect(await settings(meant)).toMatchObject(safe);
    for (const name of [untagged, elsewhere]) expect(await settings(name)).toMatchObject(asCreated);
  });
});

describe('a pattern that matches nothing', () => {
  test('fails the stack, and says what to do', async () => {
    const pattern = `${uniqueName('nothing')}/*`;
    const outcome = await newStack().deploy(settingsTemplate({ RepositoryName: pattern }));
    expect(reasonOf(outcome)).toContain(
      `No repository of this account and region matches RepositoryName ${pattern}: correct it, or set AllowNoMatch: true.`,
    );
  });

  test('is no failure with AllowNoMatch, and finds what came meanwhile at the next update', async () => {
    const prefix = uniqueName('later');
    const stack = newStack();
    const properties = { RepositoryName: `${prefix}/*`, AllowNoMatch: true };
    expect(await stack.deploy(settingsTemplate(properties, counts))).toEqual({ kind: 'deployed' });
    expect(await stack.outputs()).toEqual({ Matched: '0', Changed: '0', Unchanged: '0' });
    const name = await existing({ name: `${prefix}/first` });
    await stack.deploy(settingsTemplate({ ...properties, OnDelete: 'Restore' }, counts));
    expect(await stack.outputs()).toEqual({ Matched: '1', Changed: '1', Unchanged: '0' });
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
  });
});

test('DryRun over a pattern answers what it would change, and changes nothing', async () => {
  const prefix = uniqueName('dry');
  const [first, second] = [`${prefix}/first`, `${prefix}/second`];
  for (const name of [first, second]) await existing({ name });
  await newStack().deploy(settingsTemplate({ RepositoryName: second, MutableTags: 'latest' }));
  const before = await Promise.all(
    [first, second].map(async (name) => [await settings(name), await tagsOf(name), await claimsOf(name)]),
  );
  const stack = newStack();
  const properties = { RepositoryName: `${prefix}/*`, ImageTagMutability: 'IMMUTABLE', DryRun: true };
  const outputs = attributes('Matched', 'Changed', 'Unchanged', 'WouldChange');
  expect(await stack.deploy(settingsTemplate(properties, outputs))).toEqual({ kind: 'deployed' });
  expect(await stack.outputs()).toEqual({
    Matched: '2',
    Changed: '0',
    Unchanged: '2',
    WouldChange: 'ImageTagMutability -> IMMUTABLE in 2 repositories; ScanOnPush -> true in 1 repository',
  });
  const now = await Promise.all(
    [first, second].map(async (name) => [await settings(name), await tagsOf(name), await claimsOf(name)]),
  );
  expect(now).toEqual(before);
  // The output may stay in the template when the dry run is over.
  const real = { ...properties, DryRun: false };
  expect(await stack.deploy(settingsTemplate(real, outputs))).toEqual({ kind: 'deployed' });
  expect(await stack.outputs()).toMatchObject({ Matched: '2', Changed: '2', WouldChange: 'nothing' });
});
