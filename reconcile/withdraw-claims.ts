/** Takes claims back where another request has written the record since: what that one has claimed stays. */
import { claimOf } from '../core/claims/record.ts';
import type { ReconcileContext } from './context.ts';
import { defaultProtectedDays } from './guard.ts';
import type { Lessee, Withdrawal } from './leases.ts';
import { readRecords } from './observe.ts';
import { release } from './release-deselected.ts';
import { undoOne } from './remove-claims.ts';
import type { UndoFailure } from './undo-log.ts';

/**
 * Takes back what the request has claimed, once nobody changes those repositories: whoever does may bring back what the
 * record said before, this claim included. Settings that nobody else claims any more are restored.
 *
 * @returns the repositories on which the claim remains
 * @throws OutOfTime, HeldByAnother
 */
export async function withdrawClaims(
  withdrawals: readonly Withdrawal[],
  { holder, request }: Pick<Lessee, 'holder' | 'request'>,
  context: ReconcileContext,
): Promise<readonly UndoFailure[]> {
  if (withdrawals.length === 0) return [];
  const previous = new Map(withdrawals.map((each) => [each.arn, each.previous]));
  const records = await readRecords([...previous.keys()], context);
  const claimed = [...records.values()].filter((record) => claimOf(record, holder)?.request === request);
  const failures: UndoFailure[] = [];
  await release(
    claimed,
    {
      ...{ holder, mode: 'Withdraw', withdrawn: { previous, request }, isDeselected: false },
      protectPulledWithinDays: defaultProtectedDays,
    },
    context,
    async (repository, error) => {
      failures.push({ subject: repository, settings: ['claims'], error });
      await undoOne(repository, context);
    },
  );
  await context.leases.commit();
  return failures;
}
