/** ImageTagMutabilityExclusionFilters in AWS::ECR::Repository's shape: the tags that a mutability excludes. */
import { type Issue, unusable } from '../issue.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../json.ts';
import { isUnknown } from '../known.ts';
import type { Path } from '../path.ts';
import { type DocumentReader, type KnownPossible, plainReader, type UnknownPossible } from '../possible.ts';
import { type Alternative, combinationsOf, knownIn, widelyUnsure } from './exclusion-combinations.ts';
import { exclusionIssue, filterTypeKey, filterValueKey, maximumExclusions } from './tag-mutability.ts';

/** Exclusion filters, as far as they can be known and used. */
export interface ParsedExclusions {
  /** The patterns that are known. */
  readonly exclusions: readonly string[];
  /** What ECR would refuse, and (code `unknown`) values that are not known yet and may exclude nearly every tag. */
  readonly issues: readonly Issue[];
}

/** The same of a template, where a filter may have several values of which one is there. */
export interface ParsedAlternatives extends Pick<ParsedExclusions, 'issues'> {
  /** The patterns that are known, by what can stand together. At least one. */
  readonly combinations: readonly (readonly string[])[];
}

/** Reads `ImageTagMutabilityExclusionFilters`, all of whose values are known. */
export function parseExclusions(filters: Json): ParsedExclusions {
  const { combinations, issues } = parseAlternatives(filters);
  return { exclusions: combinations.flat(), issues };
}

/**
 * Reads `ImageTagMutabilityExclusionFilters`.
 *
 * @param reader how its values are read; in a template some are choices, or not known yet
 * @param count how many filters there are for certain, where some of the entries may be left out
 * @param isTypeRequired CloudFormation requires the filters' type, of which there is only one
 */
export function parseAlternatives(
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
): ParsedAlternatives {
  if (!isList(filters))
    return { combinations: [[]], ...unusable('not-a-list', { expected: 'filters', actual: filters }) };
  const issues: Issue[] = [];
  const alternatives = filters.map((filter): Alternative[] => (reader.mayBeAbsent(filter) ? [{}] : []));
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
      const [index] = filter.path;
      const found = typeof index === 'number' ? alternatives[index] : undefined;
      issues.push(...readFilter(filter.value, filter.path, keys, reader, found ?? []));
    }
  }
  const combinations = combinationsOf(alternatives);
  return {
    combinations: combinations.map(knownIn),
    issues: [...issues, ...widelyUnsure(combinations)],
  };
}

function unknownFilterKeys(filter: JsonObject, path: Path): readonly Issue[] {
  const expected = [filterTypeKey, filterValueKey];
  return Object.keys(filter)
    .filter((key) => !expected.includes(key))
    .map((key) => ({ code: 'unknown-key', path: [...path, key], expected, actual: key }));
}

/** What is wrong with one filter; the patterns that it may have are added to what was found. */
function readFilter(
  filter: JsonObject,
  path: Path,
  requiredKeys: readonly string[],
  reader: DocumentReader,
  found: Alternative[],
): readonly Issue[] {
  return [filterTypeKey, filterValueKey].flatMap((key): readonly Issue[] => {
    const values = reader.possible(member(filter, key), [...path, key]);
    if (values.length === 0 && requiredKeys.includes(key)) return [{ code: 'missing', path: [...path, key] }];
    return values.flatMap((each) => (isUnknown(each) ? unknownIssues(key, each) : knownIssues(key, each)));
  });

  function unknownIssues(key: string, each: UnknownPossible): readonly Issue[] {
    const issue: Issue = { code: 'unknown', path: each.path, actual: each.unknown };
    if (key === filterValueKey) found.push(each.canBeWildcard ? {} : { pattern: each.widest, unsure: issue });
    return each.canBeWildcard ? [issue] : [];
  }

  function knownIssues(key: string, { value, path: at }: KnownPossible): readonly Issue[] {
    const issue = filterIssue(key, value);
    if (issue !== undefined) return [{ ...issue, path: at }];
    if (key === filterValueKey) found.push({ pattern: String(value) });
    return [];
  }
}

function filterIssue(key: string, value: Json): Issue | undefined {
  if (key === filterTypeKey)
    return value === 'WILDCARD'
      ? undefined
      : { code: 'not-one-of', path: [], expected: ['WILDCARD'], actual: value };
  return typeof value === 'string' ? exclusionIssue(value) : { code: 'not-text', path: [], actual: value };
}
