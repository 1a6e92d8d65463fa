/**
 * Brings live repositories to what is wanted: select, observe, plan, guard, apply, verify.
 *
 * Everything is read and decided first; only then anything is written, and what was written is read back.
 */
import { type AccountChange, readAccountChanges, weakenedAccountSettings } from './account-settings.ts';
import { acquireFor } from './acquire.ts';
import { applyPlans } from './apply-plans.ts';
import type { ReconcileContext, WatchedContext } from './context.ts';
import type { ReconcileRequest } from './desired.ts';
import { dryRun } from './dry-run.ts';
import { readRecords } from './observe.ts';
import type { Reconciled } from './outcome.ts';
import type { Plan } from './plan.ts';
import { isWriting } from './writes.ts';

/**
 * Serves one request.
 *
 * @throws what ECR and the table throw; the caller then undoes what was changed
 */
export async function reconcile(request: ReconcileRequest, context: WatchedContext): Promise<Reconciled> {
  const { accountSettings, dryRun: isDryRun } = request.desired;
  const account = await readAccountChanges(accountSettings, context);
  const weakened = context.allowWeakening ? [] : weakenedAccountSettings(account);
  if (weakened.length > 0) return { refusal: { code: 'account-weakened', changes: weakened } };
  return isDryRun ? dryRun(request, account, context) : applyUntilTrue(request, account, context);
}

/**
 * Applies, and again where another request has changed a repository meanwhile that had needed no change: a success is
 * true of every repository when it is answered.
 */
async function applyUntilTrue(
  request: ReconcileRequest,
  account: readonly AccountChange[],
  context: WatchedContext,
): Promise<Reconciled> {
  for (let left = account; ; left = []) {
    const acquired = await acquireFor(request, context);
    if ('refusal' in acquired) return acquired;
    const applied = await applyPlans(request, acquired, left, context);
    if ('refusal' in applied || (await areUnchanged(acquired.plans, context))) return applied;
  }
}

/** Whether nobody has changed the repositories for which no lease was needed. */
async function areUnchanged(plans: readonly Plan[], context: ReconcileContext): Promise<boolean> {
  const unleased = plans.filter((plan) => plan.ownership === undefined && !isWriting(plan));
  const records = await readRecords(
    unleased.map(({ observed }) => observed.repository.arn),
    context,
  );
  return unleased.every(({ observed }) => {
    const { repository, record } = observed;
    const now = records.get(repository.arn);
    return now === undefined || now.version === record?.version;
  });
}
