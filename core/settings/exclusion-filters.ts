/** ImageTagMutabilityExclusionFilters in AWS::ECR::Repository's shape: the tags that a mutability excludes. */
import { type Issue, unusable } from '../issue.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../json.ts';
import { isUnknown } from '../known.ts';
import type { Path } from '../path.ts';
import { type DocumentReader, plainReader } from '../possible.ts';
import { exclusionIssue, filterTypeKey, filterValueKey, maximumExclusions } from './tag-mutability.ts';

/** Exclusion filters, as far as they can be known and used. */
export interface ParsedExclusions {
  /** The patterns that are known. */
  readonly exclusions: readonly string[];
  /** What ECR would refuse, and (code `unknown`) values that are not known yet and may exclude every tag. */
  readonly issues: readonly Issue[];
}

/**
 * Reads `ImageTagMutabilityExclusionFilters`.
 *
 * @param reader how its values are read; in a template some are choices, or not known yet
 * @param count how many filters there are for certain, where some of the entries may be left out
 * @param isTypeRequired CloudFormation requires the filters' type, of which there is only one
 */
export function parseExclusions(
  filters: Json,
  {
    reader = plainReader,
    count,
    isTypeRequired = false,
  }: {
    readonly reader?: DocumentReader;
    readonly count?: { readonly certain: number; readonly possible: number };
    readonly isTypeRequired?: boolean;
  } = {},
): ParsedExclusions {
  if (!isList(filters))
    return { exclusions: [], ...unusable('not-a-list', { expected: 'filters', actual: filters }) };
  const issues: Issue[] = [];
  const exclusions: string[] = [];
  const { certain, possible } = count ?? { certain: filters.length, possible: filters.length };
  if (possible === 0 || certain > maximumExclusions)
    issues.push({ code: 'filter-count', path: [], expected: maximumExclusions, count: possible });
  const keys = isTypeRequired ? [filterTypeKey, filterValueKey] : [filterValueKey];
  for (const filter of reader.possible(filters, [])) {
    if (isUnknown(filter)) issues.push({ code: 'unknown', path: filter.path, actual: filter.unknown });
    else if (!isObject(filter.value))
      issues.push({ code: 'not-a-map', path: filter.path, actual: filter.value });
    else {
      issues.push(...unknownFilterKeys(filter.value, filter.path));
      issues.push(...readFilter(filter.value, filter.path, keys, reader, exclusions));
    }
  }
  return { exclusions, issues };
}

function unknownFilterKeys(filter: JsonObject, path: Path): readonly Issue[] {
  const expected = [filterTypeKey, filterValueKey];
  return Object.keys(filter)
    .filter((key) => !expected.includes(key))
    .map((key) => ({ code: 'unknown-key', path: [...path, key], expected, actual: key }));
}

/** What is wrong with one filter; its pattern is added to the exclusions. */
function readFilter(
  filter: JsonObject,
  path: Path,
  requiredKeys: readonly string[],
  reader: DocumentReader,
  exclusions: string[],
): readonly Issue[] {
  return [filterTypeKey, filterValueKey].flatMap((key): Issue[] => {
    const found = reader.possible(member(filter, key), [...path, key]);
    if (found.length === 0)
      return requiredKeys.includes(key) ? [{ code: 'missing', path: [...path, key] }] : [];
    return found.flatMap((each): Issue[] => {
      if (isUnknown(each))
        return each.canBeWildcard ? [{ code: 'unknown', path: each.path, actual: each.unknown }] : [];
      const issue = filterIssue(key, each.value);
      if (issue !== undefined) return [{ ...issue, path: each.path }];
      if (key === filterValueKey) exclusions.push(String(each.value));
      return [];
    });
  });
}

function filterIssue(key: string, value: Json): Issue | undefined {
  if (key === filterTypeKey)
    return value === 'WILDCARD'
      ? undefined
      : { code: 'not-one-of', path: [], expected: ['WILDCARD'], actual: value };
  return typeof value === 'string' ? exclusionIssue(value) : { code: 'not-text', path: [], actual: value };
}
