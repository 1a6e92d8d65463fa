import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { claimsOf } from './support/claims.ts';
import { functionCopy } from './support/function-copy.ts';
import { newStack, settings } from './support/new-stack.ts';
import { existing, reasonOf, settingsTemplate } from './support/settings-stack.ts';

const mutable = { ImageTagMutability: 'MUTABLE', ImageScanningConfiguration: { ScanOnPush: false } };
const safe = { mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true };

/** A repository that another stack made safe. */
async function hardened(): Promise<string> {
  const name = await existing();
  await newStack().deploy(settingsTemplate({ RepositoryName: name }));
  return name;
}

describe('what would make a repository less safe than it is', () => {
  test.each<[string, JsonObject, string]>([
    ['MUTABLE', { ImageTagMutability: 'MUTABLE' }, 'ImageTagMutability IMMUTABLE -> MUTABLE'],
    [
      'an exclusion',
      { MutableTags: 'latest' },
      'ImageTagMutability IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION latest',
    ],
    ['no scanning', { ImageScanningConfiguration: { ScanOnPush: false } }, 'ScanOnPush true -> false'],
  ])('is refused, and names AllowWeakening: %s', async (_what, properties, words) => {
    const name = await hardened();
    const before = { settings: await settings(name), claims: await claimsOf(name) };
    const outcome = await newStack().deploy(settingsTemplate({ RepositoryName: name, ...properties }));
    expect(reasonOf(outcome)).toContain(
      `${words} would make ${name} less safe than it is, which is refused unless the application is deployed with AllowWeakening: true.`,
    );
    expect({ settings: await settings(name), claims: await claimsOf(name) }).toEqual(before);
  });

  test('is refused for a repository that nobody’s stack holds, too', async () => {
    const name = await existing();
    const first = newStack();
    await first.deploy(settingsTemplate({ RepositoryName: name }));
    await first.delete();
    expect(await claimsOf(name)).toBeUndefined();
    const outcome = await newStack().deploy(settingsTemplate({ RepositoryName: name, ...mutable }));
    expect(reasonOf(outcome)).toContain('AllowWeakening: true');
    expect(await settings(name)).toMatchObject(safe);
  });

  test('is done by a function that was deployed with AllowWeakening: true', async () => {
    const name = await hardened();
    const stack = newStack();
    const outcome = await stack.deploy({
      Resources: {
        Function: await functionCopy({ AllowWeakening: 'true' }),
        Settings: {
          Type: 'Custom::EcrSettings',
          Properties: {
            ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] },
            RepositoryName: name,
            OnDelete: 'Restore',
            ...mutable,
          },
        },
      },
    });
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ mutability: 'MUTABLE', scanOnPush: false });
  });

  test('is no return to what this resource found itself', async () => {
    const name = await existing();
    const stack = newStack();
    await stack.deploy(settingsTemplate({ RepositoryName: name }));
    expect(await settings(name)).toMatchObject(safe);
    const outcome = await stack.deploy(settingsTemplate({ RepositoryName: name, ...mutable }));
    expect(outcome).toEqual({ kind: 'deployed' });
    expect(await settings(name)).toMatchObject({ mutability: 'MUTABLE', scanOnPush: false });
  });
});
