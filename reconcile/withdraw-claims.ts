/** Takes claims back where another request has written the record since: what that one has claimed stays. */
import { mapConcurrently } from '../aws/map-concurrently.ts';
import { type ClaimRecord, claimOf } from '../core/claims/record.ts';
import type { ReconcileContext } from './context.ts';
import { defaultProtectedDays } from './guard.ts';
import { isBusy, nameIn } from './in-flight.ts';
import type { Lessee } from './leases.ts';
import { readRecords } from './observe.ts';
import type { Relinquishing } from './plan-relinquish.ts';
import { release } from './release-deselected.ts';
import { undoOne } from './remove-claims.ts';
import type { UndoFailure } from './undo-log.ts';
import type { Withdrawal } from './withdrawals.ts';

/**
 * Takes back what the request has claimed, once nobody changes those repositories: whoever does may bring back what the
 * record said before, this claim included. Settings that nobody else claims any more are restored.
 *
 * @param contextOf a context with leases of its own
 * @returns the repositories on which the claim remains
 * @throws errors of the table, as long as nothing is taken back
 */
export async function withdrawClaims(
  withdrawals: readonly Withdrawal[],
  { holder, request }: Pick<Lessee, 'holder' | 'request'>,
  contextOf: () => ReconcileContext,
): Promise<readonly UndoFailure[]> {
  if (withdrawals.length === 0) return [];
  // The first one of a repository says what was there before the request.
  const previous = new Map(withdrawals.toReversed().map((each) => [each.arn, each.previous]));
  const records = await readRecords([...previous.keys()], contextOf());
  const claimed = [...records.values()].filter((record) => claimOf(record, holder)?.request === request);
  const withdrawing: Relinquishing = {
    ...{ holder, mode: 'Withdraw', withdrawn: { previous, request }, isDeselected: false },
    protectPulledWithinDays: defaultProtectedDays,
  };
  // One that another request changes, for as long as it may, must not keep the claims on all others.
  const groups = [claimed.filter((record) => !isBusy(record)), ...claimed.filter(isBusy).map((one) => [one])];
  const some = groups.filter((group) => group.length > 0);
  const failures = await mapConcurrently(some, (group) => withdrawSome(group, withdrawing, contextOf()));
  return failures.flat();
}

async function withdrawSome(
  records: readonly ClaimRecord[],
  withdrawing: Relinquishing,
  context: ReconcileContext,
): Promise<readonly UndoFailure[]> {
  const failures: UndoFailure[] = [];
  const fail = (repository: string, error: unknown) =>
    failures.push({ subject: repository, settings: ['claims'], error });
  try {
    const notes = await release(records, withdrawing, context, async (repository, error) => {
      fail(repository, error);
      await undoOne(repository, context);
    });
    for (const { repository } of notes.filter((note) => note.code === 'policy-not-put-back'))
      context.log({ level: 'WARN', message: 'lifecycle policy not reverted', repository });
    await context.leases.commit();
    return failures;
  } catch (error) {
    const known = new Set(failures.map(({ subject }) => subject));
    for (const { repositoryArn } of records)
      if (!known.has(nameIn(repositoryArn))) fail(nameIn(repositoryArn), error);
    return failures;
  }
}
