/** Plans every repository, and guards the images in use. */
import { mapConcurrently } from '../aws/map-concurrently.ts';
import type { ReconcileContext } from './context.ts';
import type { Desired, Requester } from './desired.ts';
import { type ImageInUse, imagesInUse, inUseSummary } from './guard.ts';
import type { ObservedRepository } from './observe.ts';
import type { Refusal } from './outcome.ts';
import { type Plan, planRepository } from './plan.ts';
import { outOfTime } from './time-budget.ts';

/** The plans of all repositories, or why they are refused, also for images in use that would expire. */
export async function planAll(
  observed: readonly ObservedRepository[],
  desired: Desired,
  requester: Requester,
  context: ReconcileContext,
): Promise<{ readonly plans: readonly Plan[] } | { readonly refusal: Refusal }> {
  const { policy, allowWeakening } = context;
  const keptPolicies = new Set<string>();
  const planEach = () =>
    observed.map((each) =>
      planRepository({ desired, requester, policy, allowWeakening, keptPolicies, now: context.now() }, each),
    );
  let planned = planEach();
  const refusals = planned.flatMap((each) => ('refusal' in each ? [each.refusal] : []));
  if (refusals.length > 0) return { refusal: { code: 'repositories-refused', refusals } };
  const plansOf = () => planned.flatMap((each) => ('plan' in each ? [each.plan] : []));
  const late = outOfTime(plansOf(), context);
  if (late !== undefined) return { refusal: late };
  const images = await inUseOf(plansOf(), desired, context);
  const refused = images.filter(({ plan: { isRollback } }) => !isRollback).flatMap((each) => each.images);
  if (refused.length > 0)
    return {
      refusal: { code: 'images-in-use', images: refused, withinDays: desired.protectPulledWithinDays },
    };
  // A rollback is never refused: the current lifecycle policy is kept.
  for (const each of images) keptPolicies.add(each.plan.observed.repository.name);
  if (images.length === 0) return { plans: plansOf() };
  planned = planEach();
  const notes = new Map(images.map((each) => [each.plan.observed.repository.name, each.images]));
  return { plans: plansOf().map((each) => withNote(each, notes)) };
}

function withNote(plan: Plan, inUse: ReadonlyMap<string, readonly ImageInUse[]>): Plan {
  const { name: repository } = plan.observed.repository;
  const images = inUse.get(repository);
  return images === undefined
    ? plan
    : {
        ...plan,
        notes: [...plan.notes, { code: 'policy-not-put-back', repository, ...inUseSummary(images) }],
      };
}

/** The images in use that the lifecycle policies to be put would expire. */
async function inUseOf(
  plans: readonly Plan[],
  { protectPulledWithinDays: days }: Desired,
  context: ReconcileContext,
): Promise<readonly { readonly plan: Plan; readonly images: readonly ImageInUse[] }[]> {
  if (days === 0) return [];
  const all = await mapConcurrently(plans, async (each) => ({
    plan: each,
    images:
      typeof each.lifecyclePolicy === 'string'
        ? await imagesInUse(each.observed.repository.name, each.lifecyclePolicy, days, context)
        : [],
  }));
  return all.filter(({ images }) => images.length > 0);
}
