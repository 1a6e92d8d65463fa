import { type Issue, type Parsed, unusable } from '../issue.ts';
import { isOneOf, type Json } from '../json.ts';
import { isUnknown, type Known } from '../known.ts';
import { exclusionsOfNearlyEveryTag, matchesEveryTag } from './matches-every-tag.ts';

/** ECR's four tag mutabilities; which of two settings is safer depends on their exclusions too. */
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

/** What is wrong with a tag pattern of at most so many wildcards; undefined when ECR takes it. */
export function patternIssue(pattern: string, maxWildcards: number): Issue | undefined {
  if (!/^[0-9a-zA-Z._*-]{1,128}$/.test(pattern))
    return { code: 'pattern-characters', path: [], actual: pattern };
  const count = pattern.split('*').length - 1;
  return count > maxWildcards
    ? { code: 'too-many-wildcards', path: [], expected: maxWildcards, actual: pattern, count }
    : undefined;
}

/** What is wrong with one exclusion pattern; undefined when ECR takes it. */
export function exclusionIssue(pattern: string): Issue | undefined {
  return patternIssue(pattern, 2);
}

/** The properties of AWS::ECR::Repository. */
export const mutabilityProperty = 'ImageTagMutability';
export const filtersProperty = 'ImageTagMutabilityExclusionFilters';

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

/** Mutability that excludes every tag lets none move: it is immutability by another name. */
export function excludesEveryTagFromMutability({ mutability, exclusions }: TagMutability): boolean {
  return mutability === 'MUTABLE_WITH_EXCLUSION' && exclusions.some(matchesEveryTag);
}

/** Immutability that excludes every tag keeps none, and one that excludes nearly every tag next to none. */
export function isVoid({ mutability, exclusions }: TagMutability): boolean {
  return mutability === 'IMMUTABLE_WITH_EXCLUSION' && exclusionsOfNearlyEveryTag(exclusions) !== undefined;
}

/**
 * A mutability together with its exclusions: ECR takes both of them or refuses both.
 *
 * @param exclusions undefined where there are none; unknown ones are taken to fit
 * @returns undefined where neither is set; exclusions alone can only mean immutability
 */
export function parseTagMutability(
  mutability: Json | undefined,
  exclusions: Known<readonly string[] | undefined>,
): Parsed<TagMutability | undefined> {
  if (mutability === undefined && exclusions === undefined) return { value: undefined };
  const known = isUnknown(exclusions) ? [] : (exclusions ?? []);
  if (mutability === undefined)
    return { value: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: known } };
  return parsePair(mutability, known, exclusions !== undefined, isUnknown(exclusions));
}

function parsePair(
  actual: Json,
  exclusions: readonly string[],
  hasFilters: boolean,
  isFitting: boolean,
): Parsed<TagMutability> {
  const path = [mutabilityProperty];
  const related = [filtersProperty];
  if (!isMutability(actual)) return unusable('not-one-of', { path, expected: mutabilities, actual });
  if (takesFilters(actual) === hasFilters || isFitting) return { value: { mutability: actual, exclusions } };
  return hasFilters
    ? unusable('filters-not-taken', { path, expected: 'IMMUTABLE_WITH_EXCLUSION', actual, related })
    : unusable('filters-missing', { path, actual, related });
}
