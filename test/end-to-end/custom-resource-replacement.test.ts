import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { claimsOf, holdersOf } from './support/claims.ts';
import { newStack, settings } from './support/new-stack.ts';
import { existing, failingAfter, reasonOf, settingsTemplate } from './support/settings-stack.ts';

const asCreated = { mutability: 'MUTABLE', exclusions: [], scanOnPush: false };
const original = { tagMutability: { mutability: 'MUTABLE', exclusions: [] }, scanOnPush: false };
const ofSettings = expect.stringMatching(/^ecr-settings-Settings-/);
const ofRenamed = expect.stringMatching(/^ecr-settings-Renamed-/);

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
    expect(await holdersOf(name)).toEqual([ofSettings]);
    const outcome = await stack.deploy(renamed({ ...properties, MutableTags: 'latest' }));
    expect(outcome).toEqual({ kind: 'deployed' });
    // The old one's Delete, with Restore, has left it alone.
    expect(await settings(name)).toMatchObject({
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['latest'],
      scanOnPush: true,
    });
    // The old one's claim is gone with it.
    expect(await holdersOf(name)).toEqual([ofRenamed]);
    expect((await claimsOf(name))?.original).toEqual(original);
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await claimsOf(name)).toBeUndefined();
  });

  test('takes over also where nothing else is to be changed', async () => {
    const name = await existing();
    const stack = newStack();
    const properties = { RepositoryName: name, OnDelete: 'Restore' };
    await stack.deploy(settingsTemplate(properties));
    const before = await settings(name);
    expect(await stack.deploy(renamed(properties))).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toEqual(before);
    expect((await claimsOf(name))?.original).toEqual(original);
    expect(await holdersOf(name)).toEqual([ofRenamed]);
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
    expect(await claimsOf(name)).toBeUndefined();
  });

  test('that is refused leaves the repository to the old one', async () => {
    const name = await existing();
    const stack = newStack();
    await stack.deploy(settingsTemplate({ RepositoryName: name, OnDelete: 'Restore' }));
    const before = { settings: await settings(name), claims: (await claimsOf(name))?.claims };
    const outcome = await stack.deploy(renamed({ RepositoryName: name, MutableTags: '*' }));
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect({ settings: await settings(name), claims: (await claimsOf(name))?.claims }).toEqual(before);
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
      expect(await holdersOf(name)).toEqual([ofSettings]);
      await stack.delete();
      expect(await settings(name)).toMatchObject(asCreated);
      expect(await claimsOf(name)).toBeUndefined();
    },
  );
});

const asFirst = { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'], scanOnPush: true };

test.each<[string, string, object]>([
  // Whoever may create a stack cannot undo what another stack had hardened and left.
  ['what the first one had hardened, where that retains', 'Retain', asFirst],
  ['what was first found, where the first one restores', 'Restore', asCreated],
])(
  'a custom resource of another stack takes over, is left alone by the first one, and gives back %s',
  async (_what, OnDelete, after) => {
    const name = await existing();
    const [first, second] = [newStack(), newStack()];
    const properties = { RepositoryName: name, OnDelete: 'Restore' };
    await first.deploy(settingsTemplate({ ...properties, OnDelete, MutableTags: 'latest' }));
    expect(await settings(name)).toMatchObject(asFirst);
    const outcome = await second.deploy(settingsTemplate({ ...properties, ImageTagMutability: 'IMMUTABLE' }));
    expect(outcome).toEqual({ kind: 'deployed' });
    const taken = { settings: await settings(name), holders: await holdersOf(name) };
    expect(taken).toMatchObject({ settings: { mutability: 'IMMUTABLE', exclusions: [] } });
    expect(taken.holders).toHaveLength(2);
    expect((await claimsOf(name))?.original).toEqual(original);
    await first.delete();
    expect(await holdersOf(name)).toEqual(taken.holders.slice(1));
    expect(await settings(name)).toEqual(taken.settings);
    await second.delete();
    expect(await settings(name)).toMatchObject(after);
    expect(await claimsOf(name)).toBeUndefined();
  },
);
