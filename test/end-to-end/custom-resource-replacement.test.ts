import { describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { newStack, settings } from './support/new-stack.ts';
import { existing, failingAfter, reasonOf, settingsTemplate, tagsOf } from './support/settings-stack.ts';

// Whole deployments, beside others on the same machine.
jest.setTimeout(30_000);

const asCreated = { mutability: 'MUTABLE', exclusions: [], scanOnPush: false };
const holder = 'ecr-hardening:holder';
const found = 'ecr-hardening:found';

/** The same resource under another logical ID. */
const renamed = (properties: JsonObject, resources: JsonObject = {}): JsonObject => ({
  Transform: 'EcrHardening',
  Resources: { Renamed: { Type: 'Custom::EcrSettings', Properties: properties }, ...resources },
});

describe('a custom resource under another logical ID', () => {
  test('takes the repository over before the old one is deleted, and still gives back what was first found', async () => {
    const name = await existing();
    const stack = newStack();
    const properties = { RepositoryName: name, OnDelete: 'Restore' };
    await stack.deploy(settingsTemplate(properties));
    const first = await tagsOf(name);
    const outcome = await stack.deploy(renamed({ ...properties, MutableTags: 'latest' }));
    expect(outcome).toEqual({ kind: 'deployed' });
    // The old one's Delete, with Restore, has left it alone.
    expect(await settings(name)).toMatchObject({
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['latest'],
      scanOnPush: true,
    });
    const second = await tagsOf(name);
    expect(second[holder]).toMatch(/^ecr-settings-Renamed-/);
    expect(second[holder]).not.toBe(first[holder]);
    expect(second[found]).toBe('MUTABLE/scan=off/lifecycle=untouched.');
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await tagsOf(name)).toEqual({});
  });

  test('takes over also where nothing else is to be changed', async () => {
    const name = await existing();
    const stack = newStack();
    const properties = { RepositoryName: name, OnDelete: 'Restore' };
    await stack.deploy(settingsTemplate(properties));
    const before = await settings(name);
    expect(await stack.deploy(renamed(properties))).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toEqual(before);
    expect((await tagsOf(name))[found]).toBe('MUTABLE/scan=off/lifecycle=untouched.');
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
  });

  test('leaves the settings when its stack is deleted, where it retains', async () => {
    const name = await existing();
    const stack = newStack();
    await stack.deploy(settingsTemplate({ RepositoryName: name }));
    await stack.deploy(renamed({ RepositoryName: name }));
    await stack.delete();
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
    expect(await tagsOf(name)).toEqual({});
  });

  test('that is refused leaves the repository to the old one', async () => {
    const name = await existing();
    const stack = newStack();
    await stack.deploy(settingsTemplate({ RepositoryName: name, OnDelete: 'Restore' }));
    const before = { settings: await settings(name), tags: await tagsOf(name) };
    const outcome = await stack.deploy(renamed({ RepositoryName: name, MutableTags: '*' }));
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect({ settings: await settings(name), tags: await tagsOf(name) }).toEqual(before);
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
  });

  test.each(['Restore', 'Retain'])(
    'that is rolled back because of another resource gives the repository back to the old one (OnDelete: %s)',
    async (OnDelete) => {
      const name = await existing();
      const stack = newStack();
      await stack.deploy(settingsTemplate({ RepositoryName: name, OnDelete: 'Restore' }));
      const before = await settings(name);
      const outcome = await stack.deploy(
        renamed({ RepositoryName: name, MutableTags: 'latest', OnDelete }, failingAfter('Renamed')),
      );
      expect(reasonOf(outcome)).toMatch(/^Failing: /);
      expect(await settings(name)).toEqual(before);
      expect((await tagsOf(name))[holder]).toMatch(/^ecr-settings-Settings-/);
      await stack.delete();
      expect(await settings(name)).toMatchObject(asCreated);
      expect(await tagsOf(name)).toEqual({});
    },
  );
});

test('a custom resource of another stack takes over, is left alone by the first one, and gives back what it found itself', async () => {
  const name = await existing();
  const [first, second] = [newStack(), newStack()];
  const properties = { RepositoryName: name, OnDelete: 'Restore' };
  const asFirst = { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'], scanOnPush: true };
  await first.deploy(settingsTemplate({ ...properties, MutableTags: 'latest' }));
  const outcome = await second.deploy(settingsTemplate({ ...properties, ImageTagMutability: 'IMMUTABLE' }));
  expect(outcome).toEqual({ kind: 'deployed' });
  const taken = { settings: await settings(name), tags: await tagsOf(name) };
  expect(taken).toMatchObject({
    settings: { mutability: 'IMMUTABLE', exclusions: [] },
    tags: { [found]: 'MUTABLE/scan=off/lifecycle=untouched.' },
  });
  await first.delete();
  expect((await tagsOf(name))[holder]).toBe(taken.tags[holder]);
  expect(await settings(name)).toEqual(taken.settings);
  // Whoever may create a stack cannot undo what another stack had hardened.
  await second.delete();
  expect(await settings(name)).toMatchObject(asFirst);
  expect(await tagsOf(name)).toEqual({});
});
