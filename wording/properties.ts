/** What is wrong with the properties of a `Custom::EcrSettings`, each in a clause that begins with its place. */
import type { Issue, IssueCode } from '../core/issue.ts';
import { nearest } from '../core/nearest.ts';
import type { Path } from '../core/path.ts';
import { type Clause, issueClauses, listOf } from './issues.ts';
import { pathText } from './path.ts';
import { unknownName } from './unknown-name.ts';
import { kindsOnly } from './values.ts';

/** What can be wrong with properties beside their values, by code. */
export type PropertyCode =
  | 'unknown-property'
  | 'unknown-account-setting'
  | 'no-selection'
  | 'no-names'
  | 'not-a-name'
  | 'not-a-repository-name'
  | 'not-a-map-of-values'
  | 'not-texts'
  | 'empty-text'
  | 'tags-and-filters'
  | 'tags-with-mutable'
  | 'registry-not-taken';

/** One thing that is wrong with the properties. */
export interface PropertyIssue extends Issue<PropertyCode | IssueCode> {
  /** Where, inside the JSON text that stands at the path. */
  readonly inside?: Path;
}

/** Whole clauses of those that are not about one value. */
const wholeClauses: { readonly [Code in PropertyCode | IssueCode]?: (issue: PropertyIssue) => string } = {
  'unknown-property': ({ expected, actual }) => unknownName('property', String(actual), listOf(expected)),
  'unknown-account-setting': ({ path, expected, actual }) =>
    `${parentText(path)} has the ${unknownName('name', String(actual), listOf(expected))}`,
  'unknown-key': ({ path, expected, actual }) =>
    `${parentText(path)} has the ${unknownName('key', String(actual), listOf(expected))}`,
  'no-selection': () =>
    'RepositoryName, RepositoryNames or RepositoryTags is missing: one of them selects repositories',
  'tags-and-filters': ({ related = [] }) =>
    `MutableTags and ${pathText(related)} mean the same: set one of them`,
  'tags-with-mutable': ({ actual, related = [] }) =>
    `MutableTags does not go with ImageTagMutability ${actual}: set ${pathText(related)}`,
  'filters-missing': ({ path, actual, related = [] }) =>
    `${pathText(path)} ${actual} needs ${pathText(related)}`,
  'filters-not-taken': ({ path, actual, related = [] }) =>
    `${pathText(related)} does not go with ${pathText(path)} ${actual}: use ${actual}_WITH_EXCLUSION`,
};

const repositoryName =
  'the name of an ECR repository (2 to 256 lower-case letters and digits, with single . _ - or / between them), or such a name with *';

const propertyClauses: { readonly [Code in PropertyCode | IssueCode]?: Clause } = {
  'no-names': () => 'must name a repository',
  'not-a-name': ({ actual }, { describe }) =>
    `must be the name of an ECR repository, not ${describe(actual)}`,
  'not-a-repository-name': () => `must be ${repositoryName}`,
  'not-a-map-of-values': ({ expected, actual }, { describe }) =>
    `must be a map of ${expected} to value, not ${describe(actual)}`,
  'not-texts': ({ actual }, { describe }) => `must be a list, or text with commas, not ${describe(actual)}`,
  'empty-text': () => 'must be text, not empty',
  'matches-every-tag': () => 'matches every tag, so that none would be immutable',
  'registry-not-taken': () => "is not taken: the registry is that of the stack's account",
};

/**
 * The clause for a problem. It never quotes a value that does not fit, unless it is nearly an allowed one: it may be a
 * secret that was put into the wrong place, and stack events and logs are not masked.
 */
export function propertyProblem(issue: PropertyIssue): string {
  const { code, path, inside, expected, actual } = issue;
  const whole = wholeClauses[code];
  if (whole !== undefined) return whole(issue);
  const where = [pathText(path), ...(inside === undefined ? [] : [pathText(inside)])]
    .filter(Boolean)
    .join(' ');
  const isNear = typeof actual === 'string' && nearest(actual, listOf(expected)) !== undefined;
  if (code === 'not-one-of' && isNear)
    return `${where} has the ${unknownName('value', actual, listOf(expected))}`;
  const clauses: { readonly [Code in PropertyCode | IssueCode]?: Clause } = {
    ...issueClauses,
    ...propertyClauses,
  };
  return `${where} ${clauses[code]?.(issue, kindsOnly)}`;
}

function parentText(path: Path): string {
  return pathText(path.slice(0, -1));
}
