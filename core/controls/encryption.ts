import { isUnknown } from '../known.ts';
import type { Control, ControlMetadata } from './control.ts';
import { unknownIssue } from './control-issue.ts';

export const encryptionMetadata: ControlMetadata = {
  title: 'Images are encrypted with a customer managed key',
  why: 'With a customer managed KMS key you control and audit access to the images at rest.',
  remediation:
    'Set EncryptionConfiguration with EncryptionType: KMS and a KmsKey when you create the repository: adding it later replaces the repository.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html',
  relatedChecks: ['Security Hub ECR.5', 'CKV_AWS_136', 'AWS-0033'],
};

// ECR's key in every account, which is not the account's own.
export const awsManagedKey = 'alias/aws/ecr';

/** An author's setting is kept: a change would replace the repository. */
export const encryption: Control<'Encryption', 'encryption-not-set' | 'no-own-key'> = {
  name: 'Encryption',
  setting: 'encryption',
  isOn: ({ KmsKey }) => KmsKey !== '',
  check({ encryption: given }) {
    if (isUnknown(given)) return unknownIssue(given);
    if (given === undefined) return [{ code: 'encryption-not-set', verdict: 'missing', path: [] }];
    return given.kmsKey === undefined || given.kmsKey === awsManagedKey
      ? [{ code: 'no-own-key', verdict: 'note', path: [], actual: given.type }]
      : [];
  },
  safeDefault: ({ KmsKey }) => (KmsKey === '' ? {} : { encryption: { type: 'KMS', kmsKey: KmsKey } }),
};
