import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { claimsOf } from './support/claims.ts';
import { newStack, settings } from './support/new-stack.ts';
import {
  existing,
  failingAfter,
  reasonOf,
  settingsTemplate,
  settingsTemplateWith,
  tagsOf,
} from './support/settings-stack.ts';

const asCreated = {
  mutability: 'MUTABLE',
  exclusions: [],
  scanOnPush: false,
  lifecyclePolicyText: undefined,
};
const LifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 30 },
      action: { type: 'expire' },
    },
  ],
});
const allowed = { AllowExpiringImagesInUse: 'true' };
/** A policy that the grammar takes and the local ECR, for which 30.0 is no whole number, refuses when it is put. */
const refused = {
  ProtectPulledWithinDays: 0,
  LifecyclePolicy: {
    LifecyclePolicyText: LifecyclePolicyText.replace('"countNumber":30', '"countNumber":30.0'),
  },
};

describe('a rollback of an update', () => {
  test.each<[string, JsonObject, object]>([
    [
      'that another resource fails gives back the settings before it',
      { MutableTags: 'latest' },
      { mutability: 'IMMUTABLE', exclusions: [] },
    ],
    [
      'takes a lifecycle policy away that the update had brought',
      { LifecyclePolicy: { LifecyclePolicyText } },
      { lifecyclePolicyText: undefined },
    ],
  ])('%s', async (_what, changed, before) => {
    const name = await existing();
    const stack = newStack();
    const properties = { RepositoryName: name, OnDelete: 'Restore' };
    await stack.deploy(settingsTemplate(properties));
    expect(await settings(name)).toMatchObject(before);
    const outcome = await stack.deploy(
      settingsTemplate({ ...properties, ...changed }, { resources: failingAfter('Settings') }),
    );
    expect(reasonOf(outcome)).toMatch(/^Failing: /);
    expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true, ...before });
    // What was first found is remembered all the same.
    await stack.delete();
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await claimsOf(name)).toBeUndefined();
  });

  test('goes back to settings that were found, where a default would have chosen others', async () => {
    const name = await existing();
    const stack = newStack();
    await stack.deploy(settingsTemplate({ RepositoryName: name, MutableTags: 'nightly' }));
    const before = await settings(name);
    const outcome = await stack.deploy(
      settingsTemplate({ RepositoryName: name }, { resources: failingAfter('Settings') }),
    );
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(await settings(name)).toEqual(before);
  });
});

describe('a create', () => {
  test('that fails half-way leaves every repository as it was, without a claim', async () => {
    const first = await existing();
    const tags = [{ Key: 'team', Value: 'orders' }];
    const second = await existing({ tags });
    const outcome = await newStack().deploy(
      await settingsTemplateWith(allowed, {
        RepositoryNames: [first, second],
        OnDelete: 'Retain',
        ...refused,
      }),
    );
    expect(reasonOf(outcome)).toMatch(/existing-\S+: PutLifecyclePolicy was refused\. /);
    expect(reasonOf(outcome)).toContain('What had been changed was put back.');
    for (const name of [first, second]) expect(await settings(name)).toMatchObject(asCreated);
    expect(await tagsOf(first)).toEqual({});
    expect(await tagsOf(second)).toEqual({ team: 'orders' });
    for (const name of [first, second]) expect(await claimsOf(name)).toBeUndefined();
  });

  test.each<[string, object]>([
    ['Restore', asCreated],
    ['Retain', { mutability: 'IMMUTABLE', scanOnPush: true }],
  ])(
    'that another resource fails is rolled back as OnDelete: %s says, and leaves no claim',
    async (OnDelete, after) => {
      const name = await existing({ tags: [{ Key: 'team', Value: 'orders' }] });
      const outcome = await newStack().deploy(
        settingsTemplate({ RepositoryName: name, OnDelete }, { resources: failingAfter('Settings') }),
      );
      expect(reasonOf(outcome)).toMatch(/^Failing: /);
      expect(await settings(name)).toMatchObject(after);
      expect(await tagsOf(name)).toEqual({ team: 'orders' });
      expect(await claimsOf(name)).toBeUndefined();
    },
  );

  test('that is refused leaves what another stack holds', async () => {
    const name = await existing();
    const holder = newStack();
    await holder.deploy(settingsTemplate({ RepositoryName: name, OnDelete: 'Restore' }));
    const before = { settings: await settings(name), claims: await claimsOf(name) };
    // Less safe than the first stack made it.
    const outcome = await newStack().deploy(
      settingsTemplate({ RepositoryName: name, ImageTagMutability: 'MUTABLE' }),
    );
    expect(reasonOf(outcome)).toContain('AllowWeakening: true');
    expect({ settings: await settings(name), claims: await claimsOf(name) }).toEqual(before);
    await holder.delete();
    expect(await settings(name)).toMatchObject(asCreated);
  });
});

test('an update whose write fails half-way gives back what it had changed before it answers', async () => {
  const name = await existing();
  const stack = newStack();
  await stack.deploy(await settingsTemplateWith(allowed, { RepositoryNames: [name] }));
  const before = { settings: await settings(name), claims: await claimsOf(name) };
  const other = await existing();
  const outcome = await stack.deploy(
    await settingsTemplateWith(allowed, {
      RepositoryNames: [name, other],
      MutableTags: 'latest',
      ...refused,
    }),
  );
  expect(reasonOf(outcome)).toContain('What had been changed was put back.');
  expect(await settings(name)).toEqual(before.settings);
  expect((await claimsOf(name))?.claims).toEqual(before.claims?.claims);
  expect(await settings(other)).toMatchObject(asCreated);
});
