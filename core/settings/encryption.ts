import { isObject, type Json } from '../json.ts';
import type { Known } from '../known.ts';

/** How images are encrypted at rest. */
export interface Encryption {
  /** `AES256`, `KMS` or `KMS_DSSE`; undefined where it is not set, or not known. */
  readonly type: string | undefined;
  /** The KMS key; undefined where none is named. */
  readonly kmsKey: Known<string | undefined>;
}

/**
 * Reads `EncryptionConfiguration`. Type and key are the author's choice, and CloudFormation validates the shape: a value
 * that is not a map has no key.
 */
export function parseEncryption(value: Json): Encryption {
  const type = isObject(value) ? value.EncryptionType : undefined;
  const key = isObject(value) ? value.KmsKey : undefined;
  return {
    type: typeof type === 'string' ? type : undefined,
    kmsKey: key === undefined || typeof key === 'string' ? key : { unknown: 'KmsKey' },
  };
}

/** Whether two mean the same: no key and ECR's own key are the same only in the same type. */
export function isSameEncryption(one: Encryption, other: Encryption): boolean {
  return one.type === other.type && one.kmsKey === other.kmsKey;
}

/** In AWS::ECR::Repository's shape. */
export function toEncryptionConfiguration({ type, kmsKey }: Encryption): Json {
  return {
    ...(type === undefined ? {} : { EncryptionType: type }),
    ...(typeof kmsKey === 'string' ? { KmsKey: kmsKey } : {}),
  };
}
