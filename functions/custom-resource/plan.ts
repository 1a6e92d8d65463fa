/** What has to be written to one repository, and whether it may be. Pure. */
import type { Policy } from '../../core/policy.ts';
import {
  defaultTagMutability,
  matchesEveryTag,
  mutabilities,
  type TagMutability,
} from '../../core/tag-mutability.ts';
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
  const asked = isOverridden && isUnsafe(wanted.tagMutability) ? undefined : wanted.tagMutability;
  const tagMutability = asked ?? safer(current.tagMutability, defaultTagMutability(policy.MutableTags));
  const scanOnPush = isOverridden ? true : (wanted.scanOnPush ?? true);
  return {
    plan: {
      tagMutability: isSame(tagMutability, current.tagMutability) ? undefined : tagMutability,
      scanOnPush: scanOnPush === current.scanOnPush ? undefined : scanOnPush,
    },
  };
}

function unsafeWishes({ tagMutability, scanOnPush }: WantedSettings): string[] {
  const wish = isMutable(tagMutability)
    ? `ImageTagMutability ${tagMutability.mutability}`
    : 'ImageTagMutabilityExclusionFilters that match every tag';
  return [
    ...(isUnsafe(tagMutability) ? [wish] : []),
    ...(scanOnPush === false ? ['ImageScanningConfiguration.ScanOnPush false'] : []),
  ];
}

function isUnsafe(value: TagMutability | undefined): boolean {
  return isMutable(value) || isVoid(value);
}

function isMutable(value: TagMutability | undefined): value is TagMutability {
  return value?.mutability === 'MUTABLE' || value?.mutability === 'MUTABLE_WITH_EXCLUSION';
}

/** Immutability that excludes every tag keeps none. */
function isVoid(value: TagMutability | undefined): boolean {
  return value?.mutability === 'IMMUTABLE_WITH_EXCLUSION' && value.exclusions.some(matchesEveryTag);
}

/**
 * The safer of what is and what the default would be. Of two with exclusions the default is safer when it
 * excludes nothing else; where neither is, what is stays.
 */
function safer(current: TagMutability, fallback: TagMutability): TagMutability {
  if (isVoid(current)) return fallback;
  const difference = mutabilities.indexOf(current.mutability) - mutabilities.indexOf(fallback.mutability);
  if (difference !== 0) return difference < 0 ? current : fallback;
  const isTighter = fallback.exclusions.every((pattern) => current.exclusions.includes(pattern));
  return isTighter ? fallback : current;
}

/** What a plan would change, in words such as `ImageTagMutability MUTABLE -> IMMUTABLE`; empty when it is nothing. */
export function describePlan({ tagMutability, scanOnPush }: Plan, current: RepositorySettings): string {
  const words = ({ mutability, exclusions }: TagMutability) => [mutability, ...exclusions].join(' ');
  return [
    ...(tagMutability === undefined
      ? []
      : [`ImageTagMutability ${words(current.tagMutability)} -> ${words(tagMutability)}`]),
    ...(scanOnPush === undefined ? [] : [`ScanOnPush ${current.scanOnPush} -> ${scanOnPush}`]),
  ].join('; ');
}

/** Whether two tag mutabilities mean the same; the order of exclusions means nothing. */
export function isSame(one: TagMutability, other: TagMutability): boolean {
  const key = ({ mutability, exclusions }: TagMutability) =>
    JSON.stringify([mutability, [...exclusions].sort()]);
  return key(one) === key(other);
}
