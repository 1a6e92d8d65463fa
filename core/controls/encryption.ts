import { isObject, member } from '../json.ts';
import { type Control, type ControlMetadata, hardenedTypes, repositoryType, setDefault } from './control.ts';
import { hardenProperty } from './settle.ts';

const property = 'EncryptionConfiguration';

export const aboutEncryption: ControlMetadata = {
  name: 'Encryption',
  title: 'Images are encrypted with a key of your own',
  why: 'With a customer-managed KMS key an organisation itself decides and sees who can read its images at rest.',
  remediation:
    'Set EncryptionConfiguration with EncryptionType: KMS and a KmsKey when the repository is made: adding it later replaces the repository.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html',
  relatedChecks: ['Security Hub ECR.5', 'CKV_AWS_136', 'AWS-0033'],
};

export const encryption: Control = {
  name: 'Encryption',
  types: hardenedTypes,
  isOn: (policy) => policy.KmsKey !== '',
  harden: (properties, type, context) =>
    hardenProperty(properties, property, context, {
      absent: (path) => {
        const after = { EncryptionType: 'KMS', KmsKey: context.policy.KmsKey };
        setDefault(context, path, after, 'KmsKey was asked for');
        // Create-only for a repository: even a first EncryptionConfiguration means replacement (its schema).
        if (type === repositoryType)
          context.addFinding({
            path,
            outcome: 'noted',
            reason:
              'a repository that is already deployed without it would be replaced, and one with a RepositoryName cannot be',
          });
        return after;
      },
      // Which key and which type is for the author to choose; CloudFormation judges the shape.
      literal: (_value, path, raw) => {
        const isOwnKey = isObject(raw) && member(raw, 'KmsKey') !== undefined;
        if (!isOwnKey)
          context.addFinding({
            path,
            outcome: 'noted',
            before: raw,
            reason: 'names no key of your own; it stays, since a change would replace the repository',
          });
        return raw;
      },
    }),
};
