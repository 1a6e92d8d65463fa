/** Whether the default lifecycle policy may be put: what it would do to the images that were read. Pure. */
import type { RepositoryReading } from '../audit/reading.ts';
import { isUnknown } from '../core/known.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { UsageEvidence } from '../core/usage/evidence.ts';
import { unreadSources } from '../core/usage/guard.ts';
import { effectOf, expiringImages } from '../core/usage/policy-effect.ts';
import { pulledSinceOf, usageVerdicts } from '../core/usage/verdicts.ts';
import { defaultProtectedDays, type HarmSummary } from '../reconcile/guard.ts';
import { takesEffectWithinDays } from '../reconcile/look-repository.ts';

const day = 24 * 60 * 60 * 1000;

/** Within how many days a pull protects an image: a keeper always looks at pulls. */
export function protectedDaysOf({ ProtectPulledWithinDays: days }: Policy): number {
  return days || defaultProtectedDays;
}

/** A repository's lifecycle policy, its images, and what uses them. */
export type UseReading = Pick<RepositoryReading, 'lifecyclePolicy' | 'images' | 'references'>;

/** What is known of the use of a repository's images. */
export function verdictsOf(
  { images, references }: Pick<UseReading, 'images' | 'references'>,
  policy: Policy,
  now: number,
) {
  return usageVerdicts(isUnknown(images) ? [] : images, isUnknown(references) ? [] : references, {
    pulledSince: pulledSinceOf(now, protectedDaysOf(policy)),
  });
}

/** Why a text is not put; undefined where it harms nothing. ECR's own preview decides again before it is put. */
export function withheldFor(
  text: string,
  reading: UseReading,
  {
    policy,
    sources,
    now,
  }: { readonly policy: Policy; readonly sources: UsageEvidence['sources']; readonly now: number },
): HarmSummary | undefined {
  const { images, lifecyclePolicy } = reading;
  if (isUnknown(images) || isUnknown(lifecyclePolicy)) return { imagesInUse: undefined };
  const expiring = expiringImages(text, images, now + takesEffectWithinDays * day);
  if ('issues' in expiring) return { imagesInUse: undefined };
  const { inUse } = effectOf(expiring.images, verdictsOf(reading, policy, now));
  if (inUse.length > 0)
    return { imagesInUse: inUse.length, isArchiving: inUse.every(({ action }) => action === 'archive') };
  if (expiring.images.length === 0) return undefined;
  const { LifecycleGuardSources: required } = policy;
  const unread = unreadSources({ sources, required }).flatMap(({ what, reason }) =>
    required.some((each) => each === what) && what !== 'lifecycle-policy' && what !== 'images'
      ? reason.code === 'not-evaluated'
        ? []
        : [{ what, reason }]
      : [],
  );
  return unread.length === 0 ? undefined : { imagesInUse: undefined, unread };
}
