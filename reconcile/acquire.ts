/** From a selection to plans whose repositories no other request changes until they are done. */
import { pause } from '../aws/deadline.ts';
import { both } from '../aws/map-concurrently.ts';
import { type ClaimRecord, claimOf, managesLifecyclePolicy } from '../core/claims/record.ts';
import type { RepositorySettings } from '../core/settings/repository-settings.ts';
import type { ReconcileContext, WatchedContext } from './context.ts';
import { isBusy, nameIn, resolveInFlight } from './in-flight.ts';
import type { Beginning } from './leases.ts';
import { type ObservedRepository, observe, readRecords } from './observe.ts';
import type { Note, Refusal } from './outcome.ts';
import type { Plan } from './plan.ts';
import { planAll } from './plan-all.ts';
import type { Relinquished } from './plan-relinquish.ts';
import { lagLeftMs } from './read-lag.ts';
import { planDeselected, recordsOf } from './release-deselected.ts';
import type { Reconciling } from './rollback.ts';
import { type SelectedRepositories, selectRepositories } from './select-repositories.ts';
import { exactName, type Selection } from './selection.ts';
import { isWriting } from './writes.ts';

/** Plans to apply, and what becomes of repositories that are no longer selected. */
export interface Acquired {
  readonly plans: readonly Plan[];
  readonly released: readonly Relinquished[];
  readonly notes: readonly Note[];
}

const tagPauseMs = 1_000;

const nothing: Observed = { repositories: [], deselected: [], notes: [] };

/**
 * Selects, observes and plans, and takes the leases of everything that changes at once: a request that held some and
 * waited for others could wait for one that waits for it. Again from the start where another request has changed
 * something meanwhile. A dry run takes no lease and waits for no other request.
 *
 * @throws HeldByAnother where another request changes what is no longer selected, and no time is left to wait
 */
export async function acquireFor(
  request: Reconciling,
  context: WatchedContext,
): Promise<Acquired | { readonly refusal: Refusal }> {
  const { desired, requester, replaced } = request;
  const { selection, dryRun } = desired;
  // A refusal after the claims are written asks for it, when they would show this request itself.
  if (desired.requireScanning) await request.isRollback();
  if (selection === undefined) await context.watch();
  for (let pauseMs = 50; ; pauseMs = Math.min(2_000, pauseMs * 2)) {
    const observed = selection === undefined ? nothing : await observeFree(selection, request, context);
    if ('refusal' in observed) return observed;
    const planned = await planAll(observed.repositories, request, context);
    if ('refusal' in planned) return planned;
    const { plans } = planned;
    const { repositories, deselected } = observed;
    const notes = [...observed.notes, ...planned.notes];
    const selected = new Set(repositories.map(({ repository }) => repository.arn));
    const released =
      replaced === undefined || dryRun
        ? []
        : await planDeselected(requester, replaced, { selected, deselected }, context);
    const beginnings = [...beginningsOf(plans), ...released.map(({ beginning }) => beginning)];
    if (dryRun || (await context.leases.begin(beginnings))) return { plans, released, notes };
    // Random, so that requests that conflicted do not conflict again.
    await pause(Math.random() * pauseMs, context.deadline);
  }
}

/** The selected repositories, once no other request is changing one of them. */
async function observeFree(
  selection: Selection,
  request: Reconciling,
  context: WatchedContext,
): Promise<Observed | { readonly refusal: Refusal }> {
  const { desired, requester } = request;
  const enoughMs = context.deadline.leftMs() / 3;
  for (;;) {
    // Begun before the first write, which may follow at once: it reverts what another request has left unfinished.
    const [, selected] = await both(context.watch, () => select(selection, request, context));
    if ('refusal' in selected) return selected;
    const observed = await observeSelected(selected, selection, request, context);
    if ('refusal' in observed) return observed;
    // Tags that were read too early must not release a repository.
    const waitMs = lagLeftMs(
      observed.deselected.filter((record) => claimOf(record, requester.holder) !== undefined),
      selected.readAt,
    );
    if (waitMs > 0 && context.deadline.leftMs() > enoughMs) {
      await pause(Math.min(waitMs, tagPauseMs, context.deadline.leftMs() / 4), context.deadline);
      continue;
    }
    const busy = observed.repositories.map(({ record }) => record).filter(isBusy);
    if (busy.length === 0 || desired.dryRun) return observed;
    const left = await resolveInFlight(busy, context);
    // What they have changed was observed too early, so it is observed again.
    if (left === undefined) continue;
    const repository = nameIn(left.repositoryArn);
    return { refusal: { code: 'in-flight', repository, holder: left.inFlight.holder } };
  }
}

interface Observed {
  readonly repositories: readonly ObservedRepository[];
  readonly deselected: readonly ClaimRecord[];
  readonly notes: readonly Note[];
}

/** The selected repositories; of a rollback, which is not refused, those that there are. */
async function select(
  selection: Selection,
  { requester, isRollback }: Reconciling,
  context: ReconcileContext,
): Promise<(SelectedRepositories & Pick<Observed, 'notes'>) | { readonly refusal: Refusal }> {
  const selected = await selectRepositories(selection, context);
  if (!('refusal' in selected)) return { ...selected, notes: [] };
  if (!(await isRollback())) return selected;
  const held = await recordsOf(requester.holder, context);
  const arns = new Set(held.map(({ repositoryArn }) => repositoryArn));
  const found = await selectRepositories({ ...selection, allowNoMatch: true }, context, arns);
  return 'refusal' in found ? found : { ...found, notes: [{ code: 'nothing-matches' }] };
}

async function observeSelected(
  { selected, deselected, readAt, notes }: SelectedRepositories & Pick<Observed, 'notes'>,
  selection: Selection,
  { desired, isRollback }: Reconciling,
  context: ReconcileContext,
): Promise<Observed | { readonly refusal: Refusal }> {
  const startedAt = performance.now();
  const repositories = await observe(
    selected,
    (record) => desired.lifecyclePolicy !== undefined || managesLifecyclePolicy(record),
    { ...context, readAt },
  );
  const name = exactName(selection);
  if (name !== undefined && repositories.length < selected.length && !(await isRollback()))
    return { refusal: { code: 'deleted', repository: name, while: 'read' } };
  const records = await readRecords(
    deselected.map(({ arn }) => arn),
    context,
  );
  context.log({
    message: 'read',
    repositories: repositories.length,
    readingMs: Math.round(performance.now() - startedAt),
  });
  return { repositories, deselected: [...records.values()], notes };
}

function beginningsOf(plans: readonly Plan[]): readonly Beginning[] {
  return plans.flatMap((each) => {
    const { observed, ownership, policies } = each;
    const isChange = isWriting(each);
    if (!isChange && ownership === undefined) return [];
    const { original, claims, retained } = observed.record ?? {
      original: observed.settings,
      claims: [],
      retained: [],
    };
    return [
      {
        observed,
        ownership: ownership ?? { original, claims, retained },
        policies,
        change: isChange ? { before: observed.settings, after: afterOf(each) } : undefined,
      },
    ];
  });
}

/** The settings after the writes of a plan. */
function afterOf({ observed, tagMutability, scanOnPush, lifecyclePolicy, target }: Plan): RepositorySettings {
  const { settings } = observed;
  return {
    tagMutability: tagMutability ?? settings.tagMutability,
    scanOnPush: scanOnPush ?? settings.scanOnPush,
    lifecyclePolicy: lifecyclePolicy === undefined ? settings.lifecyclePolicy : target.lifecyclePolicy,
  };
}
