import type { Policy } from '../policy/policy.ts';

// Above ECR's quota of images in a repository (100,000), so that a rule with this count never expires one:
// ECR has no rule that protects, but an image is only ever expired by the first rule that matches it.
const neverReached = 1_000_000;

/**
 * The text of the default lifecycle policy, or undefined if the policy turns it off.
 *
 * Protected tags stand first, one rule each (several patterns in one rule would have to match together), then
 * untagged images, then the rule for any image, which ECR demands to be the last
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html).
 */
export function lifecyclePolicyText(
  policy: Pick<Policy, 'KeepImages' | 'ExpireUntaggedAfterDays' | 'ProtectedTags'>,
): string | undefined {
  const expiring: object[] = [];
  if (policy.ExpireUntaggedAfterDays > 0)
    expiring.push({
      description: `Untagged images expire ${policy.ExpireUntaggedAfterDays} days after their push`,
      selection: {
        tagStatus: 'untagged',
        countType: 'sinceImagePushed',
        countUnit: 'days',
        countNumber: policy.ExpireUntaggedAfterDays,
      },
    });
  if (policy.KeepImages > 0)
    expiring.push({
      description: `The newest ${policy.KeepImages} images stay`,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: policy.KeepImages },
    });
  if (expiring.length === 0) return undefined;
  const keeping = policy.ProtectedTags.map((pattern) => ({
    description: `Images tagged ${pattern} never expire`,
    selection: {
      tagStatus: 'tagged',
      tagPatternList: [pattern],
      countType: 'imageCountMoreThan',
      countNumber: neverReached,
    },
  }));
  const rules = [...keeping, ...expiring].map((rule, index) => ({
    rulePriority: index + 1,
    ...rule,
    action: { type: 'expire' },
  }));
  return JSON.stringify({ rules });
}
