import type { Policy } from '../policy/policy.ts';
import { isWithin } from '../tag-patterns.ts';

/** What the default lifecycle policy is built from. */
export type LifecycleParameters = Pick<Policy, 'KeepImages' | 'ExpireUntaggedAfterDays' | 'ProtectedTags'> &
  Partial<Pick<Policy, 'ArchiveUnpulledAfterDays'>>;

// Above ECR's quota of images in a repository (100,000), so that a rule with this count never expires one:
// ECR has no rule that protects, but an image is only ever expired by the first rule that matches it.
const neverReached = 1_000_000;
const action = { type: 'expire' };

/**
 * The text of the default lifecycle policy, or undefined if the policy turns it off.
 *
 * Protected tags stand first, one rule each (several patterns in one rule would have to match together), then
 * untagged images, then the rule for any image, which ECR demands to be the last
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html).
 *
 * ECR allows one rule for any image, so ArchiveUnpulledAfterDays takes the place of KeepImages.
 */
export function lifecyclePolicyText(policy: LifecycleParameters): string | undefined {
  const { ArchiveUnpulledAfterDays: archiveAfter = 0 } = policy;
  const acting: object[] = [];
  if (policy.ExpireUntaggedAfterDays > 0)
    acting.push({
      description: `Untagged images expire ${policy.ExpireUntaggedAfterDays} days after their push`,
      selection: {
        tagStatus: 'untagged',
        countType: 'sinceImagePushed',
        countUnit: 'days',
        countNumber: policy.ExpireUntaggedAfterDays,
      },
      action,
    });
  if (archiveAfter > 0)
    acting.push({
      description: `Images are archived ${archiveAfter} days after their last pull`,
      selection: {
        tagStatus: 'any',
        countType: 'sinceImagePulled',
        countUnit: 'days',
        countNumber: archiveAfter,
      },
      action: { type: 'transition', targetStorageClass: 'archive' },
    });
  else if (policy.KeepImages > 0)
    acting.push({
      description: `The newest ${policy.KeepImages} images stay`,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: policy.KeepImages },
      action,
    });
  if (acting.length === 0) return undefined;
  const keeping = policy.ProtectedTags.filter(isWidest).map((pattern) => ({
    description: `Images tagged ${pattern} never expire`,
    selection: {
      tagStatus: 'tagged',
      tagPatternList: [pattern],
      countType: 'imageCountMoreThan',
      countNumber: neverReached,
    },
    action,
  }));
  const rules = [...keeping, ...acting].map((rule, index) => ({ rulePriority: index + 1, ...rule }));
  return JSON.stringify({ rules });
}

/** Whether no other pattern matches the same tags: its rule would take every image of this one, which could never fire. */
function isWidest(pattern: string, index: number, patterns: readonly string[]): boolean {
  return !patterns.some(
    (other, at) => at !== index && isWithin(pattern, other) && (at < index || !isWithin(other, pattern)),
  );
}
