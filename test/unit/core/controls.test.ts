import { describe, expect, test } from '@jest/globals';
import {
  checkSettings,
  controlMetadata,
  controlNames,
  controls,
  safeDefaults,
} from '../../../core/controls/index.ts';
import { builtInPolicy, type Policy } from '../../../core/policy/policy.ts';
import { parseRepositoryPolicy } from '../../../core/settings/repository-policy.ts';
import type { KnownSettings } from '../../../core/settings/settings.ts';

const everything: Policy = {
  ...builtInPolicy,
  Retain: true,
  KmsKey: 'alias/images',
  MutableTags: ['latest'],
};
const found = (settings: KnownSettings, policy = everything) =>
  checkSettings(settings, policy).map(({ control, code, verdict }) => `${control} ${code} ${verdict}`);

describe('the controls', () => {
  test('find in what is not set that ECR is unsafe by default, each in its own setting', () => {
    expect(
      found({
        tagMutability: undefined,
        scanOnPush: undefined,
        lifecyclePolicy: undefined,
        repositoryPolicy: undefined,
        retention: undefined,
        encryption: undefined,
      }),
    ).toEqual([
      'TagImmutability tag-mutability-not-set missing',
      'ScanOnPush scan-on-push-not-set missing',
      'LifecyclePolicy no-lifecycle-policy missing',
      'Retain retention-not-set missing',
      'Retain retention-not-set missing',
      'Encryption encryption-not-set missing',
    ]);
  });

  test('find nothing in a setting that was not looked at', () => {
    expect(found({})).toEqual([]);
    expect(found({ scanOnPush: true })).toEqual([]);
  });

  test('find in what nobody knows that it is unknown', () => {
    const unknown = { unknown: 'ecr:GetLifecyclePolicy is not allowed' };
    expect(found({ lifecyclePolicy: unknown, tagMutability: unknown })).toEqual([
      'TagImmutability unknown unknown',
      'LifecyclePolicy unknown unknown',
    ]);
  });

  test.each<[KnownSettings, string[]]>([
    [{ scanOnPush: false }, ['ScanOnPush not-scanned unsafe']],
    [{ tagMutability: { mutability: 'MUTABLE', exclusions: [] } }, ['TagImmutability tags-mutable unsafe']],
    [
      { tagMutability: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['v*', '*'] } },
      ['TagImmutability every-tag-excluded unsafe'],
    ],
    [
      { tagMutability: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['*.*'] } },
      ['TagImmutability nearly-every-tag-excluded unsafe'],
    ],
    [{ lifecyclePolicy: '{"rules":[]}' }, ['LifecyclePolicy no-rules invalid']],
    [{ encryption: { type: 'AES256', kmsKey: undefined } }, ['Encryption no-own-key note']],
    [{ encryption: { type: 'KMS', kmsKey: { unknown: 'its key' } } }, []],
    [{ retention: { DeletionPolicy: 'Delete' } }, ['Retain retention-not-set missing']],
  ])('find in %j: %j', (settings, issues) => {
    expect(found(settings)).toEqual(issues);
  });

  test('find each principal of a policy that opens it, with its path', () => {
    const parsed = parseRepositoryPolicy({
      Statement: [{ Effect: 'Allow', Principal: { AWS: ['111122223333', '*'] } }],
    });
    const policy = 'value' in parsed ? parsed.value : undefined;
    expect(checkSettings({ repositoryPolicy: policy }, builtInPolicy)).toEqual([
      {
        control: 'PublicAccess',
        isUrgent: true,
        code: 'every-account-allowed',
        verdict: 'unsafe',
        path: ['Statement', 0, 'Principal', 'AWS', 1],
        actual: '*',
      },
    ]);
  });

  test('find nothing in their own defaults', () => {
    const { repositoryPolicy: _, ...defaults } = safeDefaults(everything);
    expect(Object.keys(defaults)).toEqual([
      'tagMutability',
      'scanOnPush',
      'lifecyclePolicy',
      'retention',
      'encryption',
    ]);
    expect(found(defaults)).toEqual([]);
  });

  test('set only what the policy asks for', () => {
    expect(Object.keys(safeDefaults(builtInPolicy))).toEqual([
      'tagMutability',
      'scanOnPush',
      'lifecyclePolicy',
    ]);
    const none = { ...builtInPolicy, KeepImages: 0, ExpireUntaggedAfterDays: 0 };
    expect(safeDefaults(none)).not.toHaveProperty('lifecyclePolicy');
  });

  test('have names, codes and metadata of their own', () => {
    expect(new Set(controlNames).size).toBe(controls.length);
    expect(Object.keys(controlMetadata)).toEqual(controlNames);
  });
});
