/** The watch: which images in use the present lifecycle policy of a repository takes next. Pure. */
import { withPushes } from '../audit/forecast.ts';
import type { Read } from '../audit/unread.ts';
import { isUnknown } from '../core/known.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { UsageEvidence } from '../core/usage/evidence.ts';
import { unreadSources } from '../core/usage/guard.ts';
import { effectOf, expiringImages, type ImageAtRisk as Risk } from '../core/usage/policy-effect.ts';
import { takesEffectWithinDays } from '../reconcile/look-repository.ts';
import type { ImageAtRisk, Watched } from './results.ts';
import { type UseReading, verdictsOf } from './withheld.ts';

const day = 24 * 60 * 60 * 1000;
/** How far ahead is looked, in days: time to pin an image, or to change a policy. */
export const watchedDays = 7;
const maxFirst = 20;
const maxTags = 3;
const maxUsers = 3;

/**
 * The images in use, or pulled lately, that the present policy expires or archives: those that ECR may take within a day, and
 * those that it takes within a week if pushes go on as in the last 30 days.
 *
 * @returns undefined where it removes nothing, or nothing at risk and every required source was read; why what uses images is
 * unknown, where no source was read and it removes any
 */
export function watch(
  reading: UseReading,
  options: {
    readonly policy: Policy;
    readonly sources: UsageEvidence['sources'];
    readonly now: number;
  },
): Read<Watched> | undefined {
  const { lifecyclePolicy: text, images, references } = reading;
  if (isUnknown(text)) return text;
  if (text === undefined) return undefined;
  if (isUnknown(images)) return images;
  const { policy, sources, now } = options;
  const verdicts = verdictsOf(reading, policy, now);
  const risks = new Map<string, { readonly risk: Risk; readonly withinDays: number }>();
  let removesAny = false;
  for (const withinDays of [takesEffectWithinDays, watchedDays]) {
    const expiring = expiringImages(text, withPushes(images, withinDays, now), now + withinDays * day);
    if ('issues' in expiring)
      return { unknown: { code: 'policy-not-evaluated', issues: expiring.issues.slice(0, 1) } };
    removesAny ||= expiring.images.length > 0;
    for (const risk of effectOf(expiring.images, verdicts).inUse)
      if (!risks.has(risk.digest)) risks.set(risk.digest, { risk, withinDays });
  }
  const isComplete = areRequiredRead(policy, sources);
  if (risks.size === 0) return isComplete || !removesAny ? undefined : withoutRisk(references);
  const first = [...risks.values()]
    .slice(0, maxFirst)
    .map(({ risk, withinDays }) => atRisk(risk, withinDays));
  return { images: risks.size, first, isComplete };
}

/** That nothing is known to be at risk is no evidence that nothing is, where what uses images was not read. */
function withoutRisk(references: UseReading['references']): Read<Watched> {
  return isUnknown(references) ? references : { images: 0, first: [], isComplete: false };
}

/** Of the sources that the organisation requires. */
function areRequiredRead(
  { LifecycleGuardSources: required }: Policy,
  sources: UsageEvidence['sources'],
): boolean {
  return !unreadSources({ sources, required }).some(({ what }) => required.some((each) => each === what));
}

function atRisk({ digest, tags, action, verdict }: Risk, withinDays: number): ImageAtRisk {
  const users = verdict.kind === 'in-use' ? verdict.users : [];
  return {
    digest,
    tags: tags.slice(0, maxTags),
    action,
    withinDays,
    users: users.slice(0, maxUsers),
    moreUsers: Math.max(0, users.length - maxUsers),
    ...(verdict.kind === 'pulled' ? { pulledAt: verdict.pulledAt } : {}),
  };
}
