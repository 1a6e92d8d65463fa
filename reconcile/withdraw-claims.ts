/** Takes claims back where another request has written the record since: what that one has claimed stays. */
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import { type Deadline, pause } from '../aws/deadline.ts';
import { decodeRecord } from '../core/claims/encode.ts';
import { claimOf, type Ownership } from '../core/claims/record.ts';
import { withdrawClaim } from '../core/claims/withdraw.ts';
import { itemOf } from './lease-records.ts';

/** A claim to take back. */
export interface Withdrawal {
  readonly arn: string;
  /** What the record said before the claim. */
  readonly previous: Ownership;
}

/** Whose claims. */
export interface Withdrawer {
  readonly holder: string;
  /** The hash of the request that has put them. */
  readonly request: string;
  readonly now: () => number;
  readonly deadline: Deadline;
}

/**
 * Takes back what the request has claimed, once nobody changes those repositories: whoever does may bring back what the
 * record said before, this claim included.
 *
 * @throws OutOfTime
 */
export async function withdrawClaims(
  withdrawals: readonly Withdrawal[],
  table: ClaimsTable,
  { holder, request, now, deadline }: Withdrawer,
): Promise<void> {
  let left = withdrawals;
  for (let pauseMs = 50; left.length > 0; pauseMs = Math.min(1_000, pauseMs * 2)) {
    const items = await table.read(left.map(({ arn }) => arn));
    const claimed = left.flatMap((each) => {
      const item = items.get(each.arn);
      const record = item && decodeRecord(item);
      return claimOf(record, holder)?.request === request && record !== undefined
        ? [{ ...each, record }]
        : [];
    });
    const free = claimed.filter(({ record }) => record.inFlight === undefined);
    const conflicts = await table.write(
      free.map(({ record, previous }) => {
        const next = withdrawClaim(record, holder, previous);
        const { version } = record;
        return {
          item: itemOf({ ...record, ...next, version: version + 1, changedAt: now() }),
          expected: version,
        };
      }),
    );
    left = claimed.filter(({ arn, record }) => record.inFlight !== undefined || conflicts.includes(arn));
    if (left.length > 0) await pause(Math.random() * pauseMs, deadline);
  }
}
