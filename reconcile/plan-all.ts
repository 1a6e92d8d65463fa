/** Plans every repository, and guards the images in use. */

import type { ReconcileContext } from './context.ts';
import type { Desired } from './desired.ts';
import { exemptionsOf } from './exemptions.ts';
import {
  checkExpiring,
  harmSummary,
  isExpiryRefused,
  isHarmful,
  type PolicyCheck,
  previewPolicy,
  protectedDays,
} from './guard.ts';
import { mapRepositories } from './map-repositories.ts';
import type { ObservedRepository } from './observe.ts';
import type { Note, Refusal } from './outcome.ts';
import { type Plan, planRepository } from './plan.ts';
import type { PlanInput } from './plan-state.ts';
import type { Reconciling } from './rollback.ts';
import { outOfTime } from './time-budget.ts';

/** The plans, and notes about all of them. */
interface PlannedAll {
  readonly plans: readonly Plan[];
  readonly notes: readonly Note[];
}

/** The plans of all repositories, or why they are refused, also for images in use that would expire. */
export async function planAll(
  observed: readonly ObservedRepository[],
  { desired, requester, isRollback }: Reconciling,
  context: ReconcileContext,
): Promise<PlannedAll | { readonly refusal: Refusal }> {
  const plan = (isRollback: boolean, keptPolicies: ReadonlySet<string>, exempt?: PlanInput['exempt']) =>
    planEach(observed, { desired, requester, isRollback, keptPolicies, exempt }, context);
  let { plans, refusals } = plan(false, new Set());
  const exempt = await exemptionsOf(refusals, observed, context);
  if (exempt.size > 0) ({ plans, refusals } = plan(false, new Set(), exempt));
  if (refusals.length > 0 && (await isRollback())) ({ plans, refusals } = plan(true, new Set(), exempt));
  if (refusals.length > 0) return { refusal: { code: 'repositories-refused', refusals } };
  const late = outOfTime(plans, context);
  if (late !== undefined && !(await isRollback())) return { refusal: late };
  const unguarded = plans
    .filter(putsPolicy)
    .filter((each) => !each.isRollback)
    .map(nameOf);
  if (unguarded.length > 0 && isExpiryRefused(desired, context) && !(await isRollback()))
    return { refusal: { code: 'expiry-not-allowed', repositories: unguarded } };
  const guarded = await guardPolicies(plans, desired, context);
  const harmful = guarded.filter((each) => !('check' in each) || isHarmful(each.check));
  const others = unreadNotes(guarded);
  if (harmful.length === 0) return { plans, notes: others };
  // A rollback is never refused: the current lifecycle policy is kept.
  if (!harmful.every((each) => each.plan.isRollback) && !(await isRollback())) {
    const { protectPulledWithinDays: withinDays } = desired;
    const refused = harmful.filter((each) => !each.plan.isRollback);
    return desired.dryRun && refused.every((each) => 'check' in each)
      ? { plans: plans.map((each) => withRefusal(each, refused, withinDays)), notes: others }
      : refusalOf(refused, withinDays);
  }
  const kept = plan(await isRollback(), new Set(harmful.map((each) => nameOf(each.plan))), exempt);
  const notes = harmful.length < guarded.length ? others : [];
  return { plans: kept.plans.map((each) => withNote(each, harmful)), notes };
}

function planEach(
  observed: readonly ObservedRepository[],
  input: Pick<PlanInput, 'desired' | 'requester' | 'isRollback' | 'keptPolicies'> & {
    readonly exempt: PlanInput['exempt'] | undefined;
  },
  { policy, allowWeakening, now }: ReconcileContext,
) {
  const { exempt, ...given } = input;
  const whole = { ...given, policy, allowWeakening, now: now(), ...(exempt && { exempt }) };
  const planned = observed.map((each) => planRepository(whole, each));
  return {
    plans: planned.flatMap((each) => ('plan' in each ? [each.plan] : [])),
    refusals: planned.flatMap((each) => ('refusal' in each ? [each.refusal] : [])),
  };
}

function putsPolicy({ lifecyclePolicy }: Plan): boolean {
  return typeof lifecyclePolicy === 'string';
}

function nameOf({ observed }: Plan): string {
  return observed.repository.name;
}

/** A lifecycle policy that is to be put, and what it would do; or why that could not be found out. */
type Guarded =
  | { readonly plan: Plan; readonly check: PolicyCheck }
  | { readonly plan: Plan; readonly error: unknown };

async function guardPolicies(
  plans: readonly Plan[],
  desired: Desired,
  context: ReconcileContext,
): Promise<readonly Guarded[]> {
  const days = protectedDays(desired, context);
  if (days === 0) return [];
  const putting = plans.flatMap((plan) =>
    typeof plan.lifecyclePolicy === 'string' ? [{ plan, text: plan.lifecyclePolicy }] : [],
  );
  // All previews first: evidence of use, which is read once, then names who uses the images of every repository.
  const previewed = await mapRepositories(putting, ({ plan, text }) =>
    orError(plan, async () => ({ plan, expiring: await previewPolicy(nameOf(plan), text, context) })),
  );
  return mapRepositories(previewed, async (each) =>
    'error' in each
      ? each
      : orError(each.plan, async () => ({
          plan: each.plan,
          check: await checkExpiring(nameOf(each.plan), each.expiring, days, context),
        })),
  );
}

async function orError<Result>(
  plan: Plan,
  work: () => Promise<Result>,
): Promise<Result | { readonly plan: Plan; readonly error: unknown }> {
  try {
    return await work();
  } catch (error) {
    return { plan, error };
  }
}

/** The note about what is not required and was not read, each once: it is mostly the same for every repository. */
function unreadNotes(guarded: readonly Guarded[]): readonly Note[] {
  const all = guarded.flatMap((each) => ('check' in each ? each.check.otherUnread : []));
  const unread = [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
  return unread.length === 0 ? [] : [{ code: 'usage-unread', unread }];
}

/** A plan with a note that its lifecycle policy is kept. */
function withNote(plan: Plan, harmful: readonly Guarded[]): Plan {
  const repository = nameOf(plan);
  const found = harmful.find((each) => nameOf(each.plan) === repository);
  if (found === undefined) return plan;
  const summary = 'check' in found ? harmSummary(found.check) : { imagesInUse: undefined };
  return { ...plan, notes: [...plan.notes, { code: 'policy-not-put-back', repository, ...summary }] };
}

/** The plan of a dry run, with a note that its lifecycle policy would be refused. */
function withRefusal(plan: Plan, refused: readonly Guarded[], withinDays: number): Plan {
  const found = refused.find((each) => each.plan === plan);
  if (found === undefined || !('check' in found)) return plan;
  const { check } = found;
  const repository = nameOf(plan);
  return {
    ...plan,
    notes: [...plan.notes, { code: 'policy-would-be-refused', repository, check, withinDays }],
  };
}

/** @throws the error of a preview */
function refusalOf(refused: readonly Guarded[], withinDays: number): { readonly refusal: Refusal } {
  const failed = refused.find((each) => 'error' in each);
  if (failed !== undefined && 'error' in failed) throw failed.error;
  const harmful = refused.flatMap((each) => ('check' in each ? [each] : []));
  const images = harmful.flatMap((each) => each.check.images);
  if (images.length > 0) return { refusal: { code: 'images-in-use', images, withinDays } };
  const unread = harmful[0]?.check.unread ?? [];
  const repositories = harmful.map((each) => nameOf(each.plan));
  return { refusal: { code: 'usage-unread', repositories, unread } };
}
