/** Applies plans whose leases are held: write, verify, release what is no longer selected, end the leases. */
import { readUntil } from '../aws/deadline.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import { type AccountChange, changeAccountSettings } from './account-settings.ts';
import type { Acquired } from './acquire.ts';
import { applyChanges } from './apply-changes.ts';
import type { ReconcileContext, WatchedContext } from './context.ts';
import { type Desired, isSingle } from './desired.ts';
import { mapRepositories } from './map-repositories.ts';
import type { Refusal } from './outcome.ts';
import type { Plan } from './plan.ts';
import { readLagMs } from './read-lag.ts';
import type { Reconciled } from './reconciled.ts';
import { relinquishAll } from './relinquish.ts';
import type { Reconciling } from './rollback.ts';
import { readScanning, type Scanning, unscanned } from './scanning.ts';
import { readPolicy, verifyApplied } from './verify.ts';
import { isWriting } from './writes.ts';

export async function applyPlans(
  request: Reconciling,
  { plans, released, notes: found }: Acquired,
  account: readonly AccountChange[],
  context: WatchedContext,
): Promise<Reconciled> {
  const stopWatch = await context.watch();
  // The leases are written: a Delete that came before sees them, one that comes later is seen here.
  await stopWatch.check();
  stopWatch.poll();
  await changeAccountSettings(account, context);
  const written = await write(plans, request, context);
  if ('refusal' in written) return written;
  const { done } = written;
  const { scanning, missing } = await scanningInEffect(done, request.desired, context);
  if (missing.length > 0 && !(await request.isRollback()))
    return { refusal: { code: 'not-scanned', scanning } };
  logApplied(done, context);
  const notes = [
    ...found,
    ...done.flatMap((each) => each.notes),
    ...(missing.length === 0 ? [] : [{ code: 'not-scanned', repositories: missing } as const]),
    ...(await relinquishAll(released, context)),
  ];
  context.throwIfStopped();
  const [repository] = await context.leases.commit();
  if (repository !== undefined)
    return { refusal: { code: 'in-flight', repository, holder: 'another request' } };
  return { plans: done, account, scanning, notes };
}

function nameOf({ observed }: Plan): string {
  return observed.repository.name;
}

/** Writes and verifies every plan. */
async function write(
  plans: readonly Plan[],
  { desired, requester }: Reconciling,
  context: ReconcileContext,
): Promise<{ readonly done: readonly Plan[] } | { readonly refusal: Refusal }> {
  const single = isSingle(desired);
  const policies = new Map<string, string | undefined>();
  const written = await mapRepositories(plans, (plan) => writeOne(plan, single, policies, context));
  const verified = await verifyApplied(written.flat(), policies, context);
  if ('refusal' in verified) return verified;
  const { verified: done } = verified;
  const [first] = plans;
  return single && first !== undefined && done.length < plans.length && requester.isRollback !== true
    ? { refusal: { code: 'deleted', repository: nameOf(first), while: 'written' } }
    : { done };
}

/**
 * Writes one plan, and reads a lifecycle policy back at once: of many repositories one is read while others are written.
 *
 * @param policies takes the lifecycle policy that was read
 * @returns nothing where the repository is one of several and was deleted meanwhile
 */
async function writeOne(
  plan: Plan,
  single: boolean,
  policies: Map<string, string | undefined>,
  context: ReconcileContext,
): Promise<readonly Plan[]> {
  const { observed, lifecyclePolicy, isOwnPolicy } = plan;
  const { policyText: earlier } = observed;
  const repository = nameOf(plan);
  // ECR has it, and so have the claims, so the log reveals nothing new.
  if (lifecyclePolicy !== undefined && earlier !== undefined && !isOwnPolicy)
    context.log({ level: 'WARN', message: 'replaces a lifecycle policy', repository, earlier });
  try {
    await applyChanges(observed, plan, context);
    const read = lifecyclePolicy === undefined ? [] : await readPolicy(repository, context.ecr);
    for (const [name, text] of read) policies.set(name, text);
    return [plan];
  } catch (error) {
    if (single || !isRepositoryNotFound(error)) throw error;
    context.log({ level: 'WARN', message: 'deleted meanwhile', repository });
    return [];
  }
}

async function scanningInEffect(
  done: readonly Plan[],
  desired: Desired,
  context: ReconcileContext,
): Promise<{ readonly scanning: Scanning; readonly missing: readonly string[] }> {
  const { requireScanning } = desired;
  const names = isSingle(desired) || requireScanning ? done.map(nameOf) : [];
  // ECR's reads may lag behind its writes.
  const scanning = await readUntil(
    () => readScanning(names, context),
    (read) => !requireScanning || unscanned(read).length === 0,
    context.deadline,
    readLagMs,
  );
  return { scanning, missing: requireScanning ? unscanned(scanning) : [] };
}

function logApplied(done: readonly Plan[], { log }: ReconcileContext): void {
  const changed = done.filter(isWriting);
  log({
    message: changed.length === 0 ? 'nothing to change' : 'settings in effect',
    matched: done.length,
    changed: changed.map(nameOf),
  });
}
