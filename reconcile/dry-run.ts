/** Reports the changes that a request would make. */
import type { AccountChange } from './account-settings.ts';
import { acquireFor } from './acquire.ts';
import type { ReconcileContext, WatchedContext } from './context.ts';
import { isSingle } from './desired.ts';
import type { Note } from './outcome.ts';
import type { Reconciled } from './reconciled.ts';
import { rollBackToDryRun } from './release-deselected.ts';
import type { Reconciling } from './rollback.ts';
import { readScanning } from './scanning.ts';
import { isWriting } from './writes.ts';

/** The plans without their writes. A rollback to a dry run reverts the Update before it. */
export async function dryRun(
  request: Reconciling,
  account: readonly AccountChange[],
  context: WatchedContext,
): Promise<Reconciled> {
  await context.watch();
  const takenBack = await takeBack(request, context);
  const acquired = await acquireFor(request, context);
  if ('refusal' in acquired) return acquired;
  const { plans } = acquired;
  const names = isSingle(request.desired) ? plans.map(({ observed }) => observed.repository.name) : [];
  const scanning = await readScanning(names, context);
  context.log({
    message: 'dry run',
    repositories: plans.length,
    // The response has the names of few.
    wouldChange: plans.filter(isWriting).map(({ observed }) => observed.repository.name),
  });
  // Only then: what is refused is undone, which needs the leases.
  await context.leases.commit();
  const notes = [...acquired.notes, ...plans.flatMap((each) => each.notes)];
  return { plans, account, scanning, notes, takenBack };
}

async function takeBack(
  { requester, replaced, isRollback }: Reconciling,
  context: ReconcileContext,
): Promise<readonly Note[]> {
  if (replaced === undefined || replaced.isDryRun || requester.isRollback === false) return [];
  // Before the claims that say so are gone.
  await isRollback();
  return rollBackToDryRun(requester, replaced, context);
}
