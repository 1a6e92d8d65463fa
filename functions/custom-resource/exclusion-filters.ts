import { isList, isObject, type Json, member } from '../../core/json.ts';
import { unknownName } from '../../core/nearest.ts';
import { exclusionProblem, maximumExclusions } from '../../core/tag-mutability.ts';

export const filtersName = 'ImageTagMutabilityExclusionFilters';

const typeKey = 'ImageTagMutabilityExclusionFilterType';
const valueKey = 'ImageTagMutabilityExclusionFilterValue';

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
