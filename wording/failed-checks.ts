/** The third-party checks that fail on what is safe, or kept. Apart from the clauses, so that no function's bundle has it. */
import type { Finding } from '../core/finding.ts';
import { parseEncryption } from '../core/settings/encryption.ts';

const onlyImmutable = ['CT.ECR.PR.3', 'CKV_AWS_51', 'AWS-0031'];

/** The checks that fail on what a finding leaves in the template, by their ids. */
export function failedChecks({ code, before, after }: Finding): readonly string[] {
  switch (code) {
    case 'tag-mutability-not-set':
      return after === 'IMMUTABLE_WITH_EXCLUSION' ? onlyImmutable : [];
    case 'exclusions-alone':
    case 'exclusions-fail-checks':
      return onlyImmutable;
    case 'text-fails-checks':
      return ['CT.ECR.PR.2'];
    case 'no-own-key': {
      const { type, kmsKey } = parseEncryption(before ?? null);
      return [
        'Security Hub ECR.5',
        ...(type === 'KMS' ? [] : ['CKV_AWS_136']),
        ...(type === 'KMS' && kmsKey !== undefined ? [] : ['AWS-0033']),
      ];
    }
    default:
      return [];
  }
}
