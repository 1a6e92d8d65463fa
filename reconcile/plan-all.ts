/** Plans every repository, and guards the images in use. */
import { mapConcurrently } from '../aws/map-concurrently.ts';
import type { ReconcileContext } from './context.ts';
import type { Desired } from './desired.ts';
import { type ImageInUse, imagesInUse, inUseSummary, isExpiryRefused, protectedDays } from './guard.ts';
import type { ObservedRepository } from './observe.ts';
import type { Refusal } from './outcome.ts';
import { type Plan, planRepository } from './plan.ts';
import type { Reconciling } from './rollback.ts';
import { outOfTime } from './time-budget.ts';

/** The plans of all repositories, or why they are refused, also for images in use that would expire. */
export async function planAll(
  observed: readonly ObservedRepository[],
  { desired, requester, isRollback }: Reconciling,
  context: ReconcileContext,
): Promise<{ readonly plans: readonly Plan[] } | { readonly refusal: Refusal }> {
  const { policy, allowWeakening } = context;
  const plan = (isRollback: boolean, keptPolicies: ReadonlySet<string>) => {
    const input = {
      desired,
      requester,
      policy,
      allowWeakening,
      keptPolicies,
      isRollback,
      now: context.now(),
    };
    const planned = observed.map((each) => planRepository(input, each));
    return {
      plans: planned.flatMap((each) => ('plan' in each ? [each.plan] : [])),
      refusals: planned.flatMap((each) => ('refusal' in each ? [each.refusal] : [])),
    };
  };
  let { plans, refusals } = plan(false, new Set());
  if (refusals.length > 0 && (await isRollback())) ({ plans, refusals } = plan(true, new Set()));
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
  if (guarded.length === 0) return { plans };
  // A rollback is never refused: the current lifecycle policy is kept.
  if (!guarded.every((each) => each.plan.isRollback) && !(await isRollback()))
    return refusalOf(guarded, desired.protectPulledWithinDays);
  const notes = new Map(guarded.map((each) => [nameOf(each.plan), each.images]));
  const kept = plan(await isRollback(), new Set(notes.keys()));
  return { plans: kept.plans.map((each) => withNote(each, notes)) };
}

function putsPolicy({ lifecyclePolicy }: Plan): boolean {
  return typeof lifecyclePolicy === 'string';
}

function nameOf({ observed }: Plan): string {
  return observed.repository.name;
}

function withNote(plan: Plan, notes: ReadonlyMap<string, readonly ImageInUse[] | undefined>): Plan {
  const repository = nameOf(plan);
  if (!notes.has(repository)) return plan;
  const images = notes.get(repository);
  const found = images === undefined ? { imagesInUse: undefined } : inUseSummary(images);
  return { ...plan, notes: [...plan.notes, { code: 'policy-not-put-back', repository, ...found }] };
}

/** A lifecycle policy that must not be put: it would expire images in use, or that could not be found out. */
type Guarded =
  | { readonly plan: Plan; readonly images: readonly ImageInUse[] }
  | { readonly plan: Plan; readonly images: undefined; readonly error: unknown };

async function guardPolicies(
  plans: readonly Plan[],
  desired: Desired,
  context: ReconcileContext,
): Promise<readonly Guarded[]> {
  const days = protectedDays(desired, context);
  if (days === 0) return [];
  const all = await mapConcurrently(plans, async (plan): Promise<readonly Guarded[]> => {
    if (typeof plan.lifecyclePolicy !== 'string') return [];
    try {
      const images = await imagesInUse(nameOf(plan), plan.lifecyclePolicy, days, context);
      return images.length === 0 ? [] : [{ plan, images }];
    } catch (error) {
      return [{ plan, images: undefined, error }];
    }
  });
  return all.flat();
}

/** @throws the error of a preview */
function refusalOf(guarded: readonly Guarded[], withinDays: number): { readonly refusal: Refusal } {
  const refused = guarded.filter(({ plan: { isRollback } }) => !isRollback);
  const failed = refused.find((each) => each.images === undefined);
  if (failed?.images === undefined && failed !== undefined) throw failed.error;
  const images = refused.flatMap((each) => each.images ?? []);
  return { refusal: { code: 'images-in-use', images, withinDays } };
}
