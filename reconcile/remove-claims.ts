/** Removes the claims of a holder, for a Delete. */
import type { RemovalMode } from '../core/claims/operations.ts';
import { type ClaimRecord, claimOf } from '../core/claims/record.ts';
import type { ReconcileContext } from './context.ts';
import type { Note } from './outcome.ts';
import { recordsOf, release } from './release-deselected.ts';
import { askToStop } from './stop.ts';

/** What to remove. */
export interface RemovalRequest {
  readonly holder: string;
  readonly mode: RemovalMode;
  /** The hash of a request: only claims that it changed last are removed; undefined: all. */
  readonly onlyOf: string | undefined;
  readonly protectPulledWithinDays: number;
  /** Whether an error fails the whole request, which then reverts everything; otherwise each repository is reverted. */
  readonly mayFail: boolean;
}

/** The result. */
export interface Removed {
  /** For the response and the log. */
  readonly notes: readonly Note[];
  /** Why the claims of some repositories, which are unchanged, remain; undefined if all are removed. */
  readonly failure: { readonly error: unknown } | undefined;
}

/**
 * Stops a Create or an Update of the same holder that still runs, and removes its claims.
 *
 * @throws errors of ECR and the table; the caller then reverts the changes
 */
export async function removeClaims(
  { holder, mode, onlyOf, protectPulledWithinDays, mayFail }: RemovalRequest,
  context: ReconcileContext,
): Promise<Removed> {
  await askToStop(context.claims, holder, context.now());
  const isMeant = (record: ClaimRecord) => {
    const claim = claimOf(record, holder);
    return onlyOf === undefined || claim === undefined || claim.replacedProperties === onlyOf;
  };
  const records = (await recordsOf(holder, context)).filter(isMeant);
  const errors: unknown[] = [];
  const undoOne = async (repository: string, error: unknown) => {
    errors.push(error);
    const { failures } = await context.undoLog.undo(context.ecr, { only: repository });
    for (const { settings } of failures)
      context.log({ level: 'WARN', message: 'not undone', repository, settings });
    await context.leases.abandonOne(repository, failures.length === 0);
  };
  const notes = await release(
    records,
    { holder, mode, isDeselected: false, protectPulledWithinDays },
    context,
    mayFail ? undefined : undoOne,
  );
  await context.leases.commit();
  return { notes, failure: errors.length === 0 ? undefined : { error: errors[0] } };
}
