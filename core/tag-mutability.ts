import { isList, isObject, isOneOf, type Json, member } from './json.ts';

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

const typeKey = 'ImageTagMutabilityExclusionFilterType';
const valueKey = 'ImageTagMutabilityExclusionFilterValue';

/** Exclusion patterns in the shape that AWS::ECR::Repository has for them. */
export function toFilters(exclusions: readonly string[]): Json {
  return exclusions.map((pattern) => ({
    [typeKey]: 'WILDCARD',
    [valueKey]: pattern,
  }));
}

/**
 * Exclusion patterns out of AWS::ECR::Repository's shape.
 *
 * @returns the patterns, or the problems by path below the list (`[0].ImageTagMutabilityExclusionFilterValue`).
 *   A pattern that is an intrinsic, as yet unknown, is left out.
 */
export function readFilters(value: Json): {
  exclusions: readonly string[];
  problems: readonly { path: string; reason: string }[];
} {
  if (!isList(value))
    return { exclusions: [], problems: [{ path: '', reason: 'must be a list of filters' }] };
  const problems: { path: string; reason: string }[] = [];
  const exclusions: string[] = [];
  if (value.length === 0 || value.length > maximumExclusions)
    problems.push({ path: '', reason: `must have 1 to ${maximumExclusions} filters, not ${value.length}` });
  value.forEach((filter, index) => {
    if (!isObject(filter)) {
      problems.push({ path: `[${index}]`, reason: 'must be a map' });
      return;
    }
    const type = member(filter, typeKey);
    const pattern = member(filter, valueKey);
    if (typeof type === 'string' && type !== 'WILDCARD')
      problems.push({
        path: `[${index}].${typeKey}`,
        reason: `must be WILDCARD, not "${type}"`,
      });
    if (typeof pattern !== 'string') return;
    const problem = exclusionProblem(pattern);
    if (problem !== undefined)
      problems.push({
        path: `[${index}].${valueKey}`,
        reason: `"${pattern}" ${problem}`,
      });
    else exclusions.push(pattern);
  });
  return { exclusions, problems };
}
