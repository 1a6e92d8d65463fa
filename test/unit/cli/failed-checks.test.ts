import { describe, expect, test } from '@jest/globals';
import { harden } from '../../../cloudformation/harden.ts';
import type { JsonObject } from '../../../core/json.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { failedChecks } from '../../../wording/failed-checks.ts';

/** The checks that fail, of all findings about a repository. */
function failing(properties: JsonObject, policy: Partial<typeof builtInPolicy> = {}): readonly string[] {
  const { findings } = harden(
    { Resources: { One: { Type: 'AWS::ECR::Repository', Properties: properties } } },
    {
      policy: { ...builtInPolicy, ...policy },
      parameters: {},
      today: () => '2026-11-24',
      describe: () => ({}),
    },
  );
  return findings.flatMap(failedChecks);
}
const safe = { ImageTagMutability: 'IMMUTABLE', ImageScanningConfiguration: { ScanOnPush: true } };
const KmsKey = 'alias/images';

describe('the third-party checks that fail on what is safe', () => {
  test('are none for a repository that is immutable, scanned and encrypted with a key of its own', () => {
    const EncryptionConfiguration = { EncryptionType: 'KMS', KmsKey };
    expect(failing({ ...safe, EncryptionConfiguration }, { KmsKey })).toEqual([]);
    expect(failing({}, { KmsKey })).toEqual([]);
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ['AES256', { EncryptionType: 'AES256' }, ['Security Hub ECR.5', 'CKV_AWS_136', 'AWS-0033']],
    ['KMS without a key', { EncryptionType: 'KMS' }, ['Security Hub ECR.5', 'AWS-0033']],
    ["ECR's own key", { EncryptionType: 'KMS', KmsKey: 'alias/aws/ecr' }, ['Security Hub ECR.5']],
  ])('are those of encryption with %s', (_what, EncryptionConfiguration, checks) => {
    expect(failing({ ...safe, EncryptionConfiguration }, { KmsKey })).toEqual(checks);
  });

  test('are those of exclusions, whoever asked for them', () => {
    const filters = [
      { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'edge' },
    ];
    const checks = ['CT.ECR.PR.3', 'CKV_AWS_51', 'AWS-0031'];
    const excluding = { ImageTagMutabilityExclusionFilters: filters };
    expect(failing({ ...excluding, ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' })).toEqual(checks);
    expect(failing(excluding)).toEqual(checks);
    expect(failing({}, { MutableTags: ['edge'] })).toEqual(checks);
  });

  test('are those of a flag that is text', () => {
    expect(failing({ ...safe, ImageScanningConfiguration: { ScanOnPush: 'true' } })).toEqual(['CT.ECR.PR.2']);
  });
});
