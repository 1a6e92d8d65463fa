import type { ClaimRecord } from '../core/claims/record.ts';
import { nameIn } from './in-flight.ts';
import type { ObservedRepository } from './observe.ts';

/** A repository that was deleted or need not be read: only its record changes. */
export function unobserved(record: ClaimRecord): ObservedRepository {
  const { repositoryArn: arn, createdAt, original } = record;
  const name = nameIn(arn);
  const { tagMutability, scanOnPush } = original;
  const repository = {
    name,
    arn,
    uri: '',
    registryId: '',
    encryption: '',
    createdAt,
    tagMutability,
    scanOnPush,
  };
  return { repository, settings: original, policyText: undefined, record, staleVersion: record.version };
}
