/**
 * Whether a request rolls another one back. CloudFormation's request does not say so: it is an Update with the properties
 * from before. A rollback is never refused, because its stack would be stuck in UPDATE_ROLLBACK_FAILED.
 *
 * That a request counts as a rollback permits nothing: what would be less safe is kept then instead of refused.
 */
import type { ClaimRecord } from '../core/claims/record.ts';
import { followsFailure, revertsLastChange } from '../core/claims/rolled-back.ts';
import type { ReconcileContext } from './context.ts';
import type { ReconcileRequest, Requester } from './desired.ts';
import type { Note } from './outcome.ts';
import { recordsOf, rollBackToDryRun } from './release-deselected.ts';

/** A request, and whether it is a rollback: found out only where it would be refused otherwise. */
export interface Reconciling extends ReconcileRequest {
  readonly isRollback: () => Promise<boolean>;
}

type RollbackContext = Pick<ReconcileContext, 'claims' | 'log'>;

/** The answer that the caller knows, or else the one that the claims give; looked up once at most. */
export function recogniseRollback(requester: Requester, context: RollbackContext): () => Promise<boolean> {
  let found: Promise<boolean> | undefined;
  return () => {
    found ??=
      requester.isRollback === undefined ? isInClaims(requester, context) : known(requester.isRollback);
    return found;
  };
}

async function known(isRollback: boolean): Promise<boolean> {
  return isRollback;
}

async function isInClaims(requester: Requester, context: RollbackContext): Promise<boolean> {
  // The first request of a holder replaces no properties.
  if (requester.replacedProperties === requester.request) return false;
  const records = await recordsOf(requester.holder, context);
  return records.some((record) => isRolledBackIn(record, requester));
}

function isRolledBackIn({ claims, retained }: ClaimRecord, requester: Requester): boolean {
  return [...claims, ...retained.map(({ claim }) => claim)].some(
    (claim) =>
      claim.holder === requester.holder &&
      (revertsLastChange(claim, requester) || followsFailure(claim, requester)),
  );
}

/**
 * An Update whose properties are refused. A rollback to them reverts the Update before it, as far as claims say what that
 * has changed, and keeps everything else.
 *
 * @returns undefined if it is no rollback
 */
export async function rollBackToRefused(
  requester: Requester,
  context: ReconcileContext,
): Promise<readonly Note[] | undefined> {
  if (!(await recogniseRollback(requester, context)())) return undefined;
  const notes = await rollBackToDryRun(requester, { protectPulledWithinDays: 90 }, context);
  await context.leases.commit();
  return [...notes, { code: 'properties-refused' }];
}
