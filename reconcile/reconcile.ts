/**
 * Brings live repositories to their desired settings: select, observe, plan, guard, apply, verify.
 *
 * Everything is read and planned before the first write, and writes are verified.
 */
import { type AccountChange, readAccountChanges, refusedAccountChanges } from './account-settings.ts';
import { acquireFor } from './acquire.ts';
import { applyPlans } from './apply-plans.ts';
import type { ReconcileContext, WatchedContext } from './context.ts';
import type { ReconcileRequest } from './desired.ts';
import { dryRun } from './dry-run.ts';
import type { Plan } from './plan.ts';
import { bothRounds, type Done, type Reconciled } from './reconciled.ts';
import { type Reconciling, recogniseRollback } from './rollback.ts';
import { isWriting } from './writes.ts';

/**
 * Serves one request.
 *
 * @throws errors of ECR and the table; the caller then reverts the changes
 */
export async function reconcile(request: ReconcileRequest, context: WatchedContext): Promise<Reconciled> {
  const { accountSettings, dryRun: isDryRun } = request.desired;
  const account = await readAccountChanges(accountSettings, context);
  const refused = refusedAccountChanges(account, context);
  const reconciling = { ...request, isRollback: recogniseRollback(request.requester, context) };
  if (refused !== undefined && !(await reconciling.isRollback())) return { refusal: refused.refusal };
  const kept = refused?.refused ?? [];
  const allowed = account.filter((change) => !kept.includes(change));
  const done = isDryRun
    ? await dryRun(reconciling, allowed, context)
    : await applyUntilTrue(reconciling, allowed, context);
  if ('refusal' in done || refused === undefined) return done;
  const names = kept.map(({ name }) => name);
  const code = refused.refusal.code === 'account-weakened' ? 'account-kept-safer' : 'account-kept';
  return { ...done, notes: [...done.notes, { code, names }] };
}

/**
 * Applies, and starts again if another request has meanwhile changed a repository that needed no change: the response
 * SUCCESS holds for every repository.
 */
async function applyUntilTrue(
  request: Reconciling,
  account: readonly AccountChange[],
  context: WatchedContext,
): Promise<Reconciled> {
  let earlier: Done | undefined;
  for (let left = account; ; left = []) {
    const acquired = await acquireFor(request, context);
    if ('refusal' in acquired) return acquired;
    const applied = await applyPlans(request, acquired, left, context);
    if ('refusal' in applied) return applied;
    const done = earlier === undefined ? applied : bothRounds(earlier, applied);
    if (await areUnchanged(acquired.plans, context)) return done;
    earlier = done;
  }
}

/** Whether the repositories that needed no lease are unchanged. */
async function areUnchanged(plans: readonly Plan[], context: ReconcileContext): Promise<boolean> {
  const unleased = plans.filter((plan) => plan.ownership === undefined && !isWriting(plan));
  const versions = await context.claims.versions(unleased.map(({ observed }) => observed.repository.arn));
  return unleased.every(({ observed }) => {
    const { repository, record } = observed;
    const now = versions.get(repository.arn);
    return now === undefined || now === record?.version;
  });
}
