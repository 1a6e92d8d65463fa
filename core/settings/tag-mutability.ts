import { isOneOf, type Json } from '../json.ts';
import { matchesWildcard } from '../wildcard.ts';

/** ECR's four tag mutabilities, the safest first (the order in which nothing may be weakened). */
export const mutabilities = [
  'IMMUTABLE',
  'IMMUTABLE_WITH_EXCLUSION',
  'MUTABLE_WITH_EXCLUSION',
  'MUTABLE',
] as const;

export type Mutability = (typeof mutabilities)[number];

/** Whether a value is one of ECR's tag mutabilities. */
export function isMutability(value: unknown): value is Mutability {
  return isOneOf(mutabilities, value);
}

/** Whether this mutability goes together with exclusion filters (ECR refuses either without the other). */
export function takesFilters(mutability: Mutability): boolean {
  return mutability === 'IMMUTABLE_WITH_EXCLUSION' || mutability === 'MUTABLE_WITH_EXCLUSION';
}

/** How ECR keeps tags: a mutability, and the wildcard patterns that are excluded from it (empty without `_WITH_EXCLUSION`). */
export interface TagMutability {
  readonly mutability: Mutability;
  readonly exclusions: readonly string[];
}

/** The tag mutability that an organisation gets by default: immutable, but for the tags it names. */
export function defaultTagMutability(mutableTags: readonly string[]): TagMutability {
  return mutableTags.length === 0
    ? { mutability: 'IMMUTABLE', exclusions: [] }
    : { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: mutableTags };
}

/** Whether two tag mutabilities mean the same; the order of exclusions means nothing. */
export function isSameMutability(one: TagMutability, other: TagMutability): boolean {
  const key = ({ mutability, exclusions }: TagMutability) =>
    JSON.stringify([mutability, [...exclusions].sort()]);
  return key(one) === key(other);
}

// Limits of ImageTagMutabilityExclusionFilter, from the CloudFormation schema of AWS::ECR::Repository;
// the two wildcards are ECR's own answer (terraform-provider-aws#43642).
export const maximumExclusions = 5;

/** What is wrong with a tag pattern of at most so many wildcards, in words that follow its name. */
export function patternProblem(pattern: string, mostWildcards: number): string | undefined {
  if (!/^[0-9a-zA-Z._*-]{1,128}$/.test(pattern)) return 'must be 1 to 128 letters, digits and . _ * -';
  const wildcards = pattern.split('*').length - 1;
  return wildcards > mostWildcards
    ? `has ${wildcards} wildcards, and ECR allows at most ${mostWildcards}`
    : undefined;
}

/** What is wrong with one exclusion pattern, in words that follow its name; undefined when ECR takes it. */
export function exclusionProblem(pattern: string): string | undefined {
  return patternProblem(pattern, 2);
}

/** Whether an exclusion pattern matches every tag, which makes the mutability that it excludes from void. */
export function matchesEveryTag(pattern: string): boolean {
  return /^\*+$/.test(pattern);
}

/** The keys of one exclusion filter in AWS::ECR::Repository's shape. */
export const filterTypeKey = 'ImageTagMutabilityExclusionFilterType';
export const filterValueKey = 'ImageTagMutabilityExclusionFilterValue';

/** Exclusion patterns in the shape that AWS::ECR::Repository has for them. */
export function toFilters(exclusions: readonly string[]): Json {
  return exclusions.map((pattern) => ({
    [filterTypeKey]: 'WILDCARD',
    [filterValueKey]: pattern,
  }));
}

/**
 * Whether a tag mutability keeps every tag that another one keeps.
 *
 * In the order of `mutabilities`; of two that are the same, by their exclusions: fewer or narrower ones are safer
 * where they are the tags that may move, more or wider ones where they are those that may not. Two that exclude
 * different tags are neither safer than the other.
 */
export function isAtLeastAsSafe(one: TagMutability, other: TagMutability): boolean {
  const difference = rank(one) - rank(other);
  if (difference !== 0) return difference < 0;
  if (isVoid(one) || isVoid(other)) return true;
  if (one.mutability === 'IMMUTABLE_WITH_EXCLUSION') return covers(other.exclusions, one.exclusions);
  if (one.mutability === 'MUTABLE_WITH_EXCLUSION') return covers(one.exclusions, other.exclusions);
  return true;
}

/** Whether a tag mutability does not keep every tag that another one keeps. */
export function isWeakerMutability(one: TagMutability, other: TagMutability): boolean {
  return !isAtLeastAsSafe(one, other);
}

/** Immutability that excludes every tag keeps none. */
export function isVoid({ mutability, exclusions }: TagMutability): boolean {
  return mutability === 'IMMUTABLE_WITH_EXCLUSION' && exclusions.some(matchesEveryTag);
}

/** Whether tags can be overwritten: what an organisation's Enforcement answers. */
export function isUnsafeMutability(value: TagMutability): boolean {
  return value.mutability === 'MUTABLE' || value.mutability === 'MUTABLE_WITH_EXCLUSION' || isVoid(value);
}

function rank(value: TagMutability): number {
  return mutabilities.indexOf(isVoid(value) ? 'MUTABLE' : value.mutability);
}

/**
 * Whether the wide patterns match whatever the narrow ones do, each narrow one by one wide one.
 *
 * A narrow pattern is itself matched: its `*` is a character that no tag has, so only a wide `*` can stand for it.
 */
function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((pattern) => wide.some((each) => matchesWildcard(each, pattern)));
}
