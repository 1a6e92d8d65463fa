import { isList, isObject, type Json, member } from '../../../core/json.ts';
import { unknownName } from '../../../core/nearest.ts';
import {
  exclusionProblem,
  matchesEveryTag,
  maximumExclusions,
  filterTypeKey as typeKey,
  filterValueKey as valueKey,
} from '../../../core/settings/tag-mutability.ts';

export const filtersName = 'ImageTagMutabilityExclusionFilters';

/**
 * Exclusion patterns out of AWS::ECR::Repository's shape, where intrinsics are resolved already: each filter must
 * have a pattern. A pattern that stands twice counts once, as it would make no second difference.
 *
 * @param problems takes a clause for each problem, none of which quotes a pattern
 */
export function readExclusions(value: Json, problems: string[]): readonly string[] {
  if (!isList(value)) {
    problems.push(`${filtersName} must be a list of filters`);
    return [];
  }
  if (value.length > maximumExclusions)
    problems.push(`${filtersName} must have 1 to ${maximumExclusions} filters, not ${value.length}`);
  const patterns = value.flatMap((filter, index) => {
    const at = `${filtersName}[${index}]`;
    if (!isObject(filter)) {
      problems.push(`${at} must be a map`);
      return [];
    }
    for (const key of Object.keys(filter))
      if (key !== typeKey && key !== valueKey)
        problems.push(`${at} has the ${unknownName('key', key, [typeKey, valueKey])}`);
    const type = member(filter, typeKey);
    if (type !== undefined && type !== 'WILDCARD') problems.push(`${at}.${typeKey} must be WILDCARD`);
    const pattern = member(filter, valueKey);
    const problem = typeof pattern === 'string' ? exclusionProblem(pattern) : 'is missing, or is no text';
    if (problem !== undefined) problems.push(`${at}.${valueKey} ${problem}`);
    return typeof pattern === 'string' ? [pattern] : [];
  });
  return [...new Set(patterns)];
}

/**
 * Exclusion patterns out of MutableTags: a list, or text with commas; empty ones do not count.
 *
 * @param problems takes a clause for each problem, none of which quotes a pattern
 */
export function readMutableTags(value: Json, problems: string[]): readonly string[] {
  const entries = typeof value === 'string' ? value.split(',') : value;
  if (!isList(entries)) {
    problems.push('MutableTags must be a list, or text with commas');
    return [];
  }
  const patterns = entries.flatMap((entry, index) => {
    const pattern = typeof entry === 'string' ? entry.trim() : undefined;
    if (pattern === '') return [];
    const problem = pattern === undefined ? 'must be text' : mutableTagProblem(pattern);
    if (problem !== undefined) problems.push(`MutableTags[${index}] ${problem}`);
    return pattern === undefined ? [] : [pattern];
  });
  const distinct = [...new Set(patterns)];
  if (distinct.length > maximumExclusions)
    problems.push(`MutableTags must have at most ${maximumExclusions} patterns, not ${distinct.length}`);
  return distinct;
}

/** As in the policy's own MutableTags: a pattern for every tag would keep none, and is hardly meant. */
function mutableTagProblem(pattern: string): string | undefined {
  return matchesEveryTag(pattern)
    ? 'matches every tag, so that none would be immutable'
    : exclusionProblem(pattern);
}
