import { describe, expect, test } from '@jest/globals';
import { isUnknown, type Known, whenKnown } from '../../../core/known.ts';
import {
  isSameEncryption,
  parseEncryption,
  toEncryptionConfiguration,
} from '../../../core/settings/encryption.ts';
import { parseExclusions } from '../../../core/settings/exclusion-filters.ts';
import { isSameLifecyclePolicy, parseLifecyclePolicy } from '../../../core/settings/lifecycle-policy.ts';
import { isSameRepositoryPolicy, parseRepositoryPolicy } from '../../../core/settings/repository-policy.ts';
import { isWeakerScanOnPush, parseScanningConfiguration } from '../../../core/settings/scan-on-push.ts';
import { parseTagMutability, toFilters } from '../../../core/settings/tag-mutability.ts';
import { isSameTags, parseTags } from '../../../core/settings/tags.ts';

const codes = (parsed: object) =>
  'issues' in parsed && Array.isArray(parsed.issues)
    ? parsed.issues.map(({ code, path }) => [code, ...path].join(' '))
    : [];

describe('what is known of a value', () => {
  test('is the value, absence, or why nobody knows it', () => {
    const unknown: Known<number | undefined> = { unknown: 'it is not allowed' };
    expect([unknown, undefined, 0, null].map((value) => isUnknown(value))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    // A setting with a part of that name is no unknown one.
    expect(isUnknown({ unknown: [] })).toBe(false);
    expect(whenKnown<number, number>(2, (value) => value + 1)).toBe(3);
    expect(whenKnown<number, number>({ unknown: 'no' }, (value) => value + 1)).toEqual({ unknown: 'no' });
  });
});

describe('a setting is read from the shape of AWS::ECR::Repository', () => {
  test('tag mutability with its exclusions, both or neither', () => {
    expect(parseTagMutability(undefined, undefined)).toEqual({ value: undefined });
    expect(parseTagMutability('IMMUTABLE', undefined)).toEqual({
      value: { mutability: 'IMMUTABLE', exclusions: [] },
    });
    // Exclusions alone can only mean immutability.
    expect(parseTagMutability(undefined, ['v*'])).toEqual({
      value: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['v*'] },
    });
    expect(codes(parseTagMutability('immutable', undefined))).toEqual(['not-one-of ImageTagMutability']);
    expect(codes(parseTagMutability('IMMUTABLE', ['v*']))).toEqual(['filters-not-taken ImageTagMutability']);
    expect(codes(parseTagMutability('MUTABLE_WITH_EXCLUSION', undefined))).toEqual([
      'filters-missing ImageTagMutability',
    ]);
    // Unknown ones are taken to fit.
    expect(parseTagMutability('IMMUTABLE_WITH_EXCLUSION', { unknown: 'Ref' })).toHaveProperty('value');
  });

  test('exclusion filters', () => {
    expect(parseExclusions(toFilters(['a', 'b*']))).toEqual({ exclusions: ['a', 'b*'], issues: [] });
    expect(codes(parseExclusions([{ filter: 'a' }, 'b', ...Array(5).fill({})]))).toEqual([
      'filter-count',
      'unknown-key 0 filter',
      'missing 0 ImageTagMutabilityExclusionFilterValue',
      'not-a-map 1',
      ...[2, 3, 4, 5, 6].map((index) => `missing ${index} ImageTagMutabilityExclusionFilterValue`),
    ]);
  });

  test('scanning on push', () => {
    expect(parseScanningConfiguration({ ScanOnPush: 'True' })).toEqual({ value: true });
    expect(parseScanningConfiguration({})).toEqual({ value: undefined });
    expect(codes(parseScanningConfiguration({ scanOnPush: true, ScanOnPush: 1 }))).toEqual([
      'unknown-key scanOnPush',
      'not-a-boolean ScanOnPush',
    ]);
    expect(isWeakerScanOnPush(false, true)).toBe(true);
    expect(isWeakerScanOnPush(true, false)).toBe(false);
  });

  test('a lifecycle policy, the same in another order of keys, tags and rules', () => {
    expect(parseLifecyclePolicy({ LifecyclePolicyText: 'x' })).toEqual({ value: 'x' });
    expect(codes(parseLifecyclePolicy({ lifecyclePolicyText: 'x' }))).toEqual([
      'unknown-key lifecyclePolicyText',
      'missing LifecyclePolicyText',
    ]);
    const rule = (rulePriority: number, tagPrefixList: string[]) => ({
      rulePriority,
      selection: { tagPrefixList },
    });
    const one = JSON.stringify({ rules: [rule(1, ['a', 'b']), rule(2, ['c'])] });
    const other = JSON.stringify({
      rules: [{ selection: { tagPrefixList: ['c'] }, rulePriority: 2 }, rule(1, ['b', 'a'])],
    });
    expect(isSameLifecyclePolicy(one, other)).toBe(true);
    expect(isSameLifecyclePolicy(one, JSON.stringify({ rules: [rule(1, ['a'])] }))).toBe(false);
    expect(isSameLifecyclePolicy('no JSON', 'no JSON either')).toBe(false);
  });

  test('encryption, and back', () => {
    const given = { EncryptionType: 'KMS', KmsKey: 'alias/images' };
    expect(toEncryptionConfiguration(parseEncryption(given))).toEqual(given);
    expect(parseEncryption('AES256')).toEqual({ type: undefined, kmsKey: undefined });
    expect(isSameEncryption(parseEncryption(given), parseEncryption({ EncryptionType: 'KMS' }))).toBe(false);
  });

  test('a repository policy, as a map or as text', () => {
    const document = { Statement: { Effect: 'Allow', Principal: '*' } };
    const read = (value: string | typeof document) => {
      const parsed = parseRepositoryPolicy(value);
      return 'value' in parsed ? parsed.value : undefined;
    };
    const [one, other] = [read(document), read(JSON.stringify(document))];
    expect(one !== undefined && other !== undefined && isSameRepositoryPolicy(one, other)).toBe(true);
    expect(read('')).toBeUndefined();
    expect(codes(parseRepositoryPolicy('allow all'))).toEqual(['not-a-policy']);
  });

  test('tags', () => {
    const tags = parseTags([{ Key: 'team', Value: 'shop' }, { Key: 'owner' }, 'no tag']);
    expect([...tags.byKey]).toEqual([
      ['team', 'shop'],
      ['owner', ''],
    ]);
    expect(isSameTags(tags, parseTags([{ Key: 'owner' }, { Key: 'team', Value: 'shop' }]))).toBe(true);
    expect(isSameTags(tags, parseTags([]))).toBe(false);
  });
});
