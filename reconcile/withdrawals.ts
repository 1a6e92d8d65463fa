/** Claims that a request is to take back, since others have written their records. */
import type { Ownership } from '../core/claims/record.ts';
import type { Lease } from './lease-records.ts';

/** A claim to take back. */
export interface Withdrawal {
  readonly arn: string;
  /** What the record said before the claim. */
  readonly previous: Ownership;
}

/** Those of the leases whose records another request has written. */
export function withdrawalsOf(
  leases: readonly Lease[],
  conflicts: ReadonlySet<string>,
): readonly Withdrawal[] {
  return leases.filter(({ record }) => conflicts.has(record.repositoryArn)).map(withdrawalOf);
}

export function withdrawalOf({ previous, record }: Lease): Withdrawal {
  return { arn: record.repositoryArn, previous };
}
