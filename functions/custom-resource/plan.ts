/** What has to be written to one repository, and whether it may be. Pure. */
import type { Policy } from '../../core/policy.ts';
import { defaultTagMutability, mutabilities, type TagMutability } from '../../core/tag-mutability.ts';
import type { WantedSettings } from './properties.ts';

/** What a repository is set to, as DescribeRepositories says it. */
export interface RepositorySettings {
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
}

/** Only what differs; an undefined part needs no write. */
export interface Plan {
  readonly tagMutability: TagMutability | undefined;
  readonly scanOnPush: boolean | undefined;
}

/**
 * The writes that bring a repository from `current` to what is wanted, or the sentence that refuses it.
 *
 * What the author left out becomes the organisation's default, unless the repository is safer already: a default
 * never weakens. What the author asked for and is unsafe is answered as the organisation's Enforcement says.
 */
export function planSettings(
  wanted: WantedSettings,
  current: RepositorySettings,
  policy: Pick<Policy, 'MutableTags' | 'Enforcement'>,
): { readonly plan: Plan } | { readonly refusal: string } {
  const unsafe = unsafeWishes(wanted);
  if (policy.Enforcement === 'Reject' && unsafe.length > 0)
    return {
      refusal: `${unsafe.join(' and ')} for ${wanted.repositoryName} is refused, since this application enforces safe settings (Enforcement: Reject).`,
    };
  const isOverridden = policy.Enforcement === 'Override';
  const fallback = defaultTagMutability(policy.MutableTags);
  const isUnsafeMutability = wanted.tagMutability !== undefined && isMutable(wanted.tagMutability);
  const asked = isOverridden && isUnsafeMutability ? undefined : wanted.tagMutability;
  const tagMutability = asked ?? safer(current.tagMutability, fallback);
  const scanOnPush = isOverridden ? true : (wanted.scanOnPush ?? true);
  return {
    plan: {
      tagMutability: isSame(tagMutability, current.tagMutability) ? undefined : tagMutability,
      scanOnPush: scanOnPush === current.scanOnPush ? undefined : scanOnPush,
    },
  };
}

function unsafeWishes({ tagMutability, scanOnPush }: WantedSettings): string[] {
  return [
    ...(tagMutability !== undefined && isMutable(tagMutability)
      ? [`ImageTagMutability ${tagMutability.mutability}`]
      : []),
    ...(scanOnPush === false ? ['ImageScanningConfiguration.ScanOnPush false'] : []),
  ];
}

function isMutable({ mutability }: TagMutability): boolean {
  return mutability === 'MUTABLE' || mutability === 'MUTABLE_WITH_EXCLUSION';
}

/** The safer of what is and what the default would be; of two with exclusions, what is stays. */
function safer(current: TagMutability, fallback: TagMutability): TagMutability {
  return mutabilities.indexOf(current.mutability) <= mutabilities.indexOf(fallback.mutability)
    ? current
    : fallback;
}

/** Whether two tag mutabilities mean the same; the order of exclusions means nothing. */
export function isSame(one: TagMutability, other: TagMutability): boolean {
  const key = ({ mutability, exclusions }: TagMutability) =>
    JSON.stringify([mutability, [...exclusions].sort()]);
  return key(one) === key(other);
}
