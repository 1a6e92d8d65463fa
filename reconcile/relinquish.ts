/** Writes the settings that the removal of claims restores. */
import { isRepositoryNotFound } from '../aws/faults.ts';
import { applyChanges } from './apply-changes.ts';
import type { ReconcileContext } from './context.ts';
import { mapRepositories } from './map-repositories.ts';
import type { Note } from './outcome.ts';
import type { Relinquished } from './plan-relinquish.ts';

/**
 * Applies the plans, once the leases are held.
 *
 * @param onFailure reverts one repository and lets the others be released; without it, the error is thrown
 */
export async function relinquishAll(
  relinquished: readonly Relinquished[],
  context: Pick<ReconcileContext, 'ecr' | 'undoLog' | 'log'>,
  onFailure?: (repository: string, error: unknown) => Promise<void>,
): Promise<readonly Note[]> {
  const notes = await mapRepositories(relinquished, async ({ beginning, writes, notes: own }) => {
    const { observed } = beginning;
    const { name } = observed.repository;
    try {
      await applyChanges(observed, writes, { ...context, throwIfStopped: () => undefined });
      return own;
    } catch (error) {
      if (isRepositoryNotFound(error)) return [{ code: 'deleted', repository: name } as const];
      if (onFailure === undefined) throw error;
      await onFailure(name, error);
      return [];
    }
  });
  if (relinquished.length > 0)
    context.log({
      message: 'released',
      repositories: relinquished.map(({ beginning }) => beginning.observed.repository.name),
    });
  return notes.flat();
}
