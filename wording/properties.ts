/** The issues of the properties of a `Custom::EcrSettings`, each in a clause that begins with its path. */
import type { Issue, IssueCode } from '../core/issue.ts';
import { nearest } from '../core/nearest.ts';
import type { Path } from '../core/path.ts';
import { issueClause } from './issues.ts';
import { pathText } from './path.ts';
import { listOf } from './sentence.ts';
import { unknownName } from './unknown-name.ts';
import { kindsOnly } from './values.ts';

/** The codes of issues of properties, beside those of their values. */
export type PropertyCode =
  | 'unknown-property'
  | 'unknown-account-setting'
  | 'no-selection'
  | 'no-names'
  | 'not-a-name'
  | 'not-a-repository-name'
  | 'not-a-map-of-values'
  | 'tag-value-not-text'
  | 'not-texts'
  | 'empty-text'
  | 'tags-and-filters'
  | 'tags-with-mutable'
  | 'policy-and-parameters'
  | 'no-rule-left'
  | 'registry-not-taken';

/** One issue of the properties. */
export interface PropertyIssue extends Issue<PropertyCode | IssueCode> {
  /** The path inside the JSON text at `path`. */
  readonly inside?: Path;
}

/**
 * The clause for an issue. It quotes a wrong value only if it is similar to an allowed one, and never a key that the
 * author has chosen: each may be a secret in the wrong place, and stack events and logs are not masked.
 */
export function propertyProblem(issue: PropertyIssue): string {
  const { code, path, expected, actual, related = [] } = issue;
  switch (code) {
    case 'unknown-property':
      return unknownName('property', String(actual), listOf(expected), false);
    case 'unknown-account-setting':
      return `${parentText(issue)} has an ${unknownName('name', String(actual), listOf(expected), false)}`;
    case 'unknown-key':
      return `${parentText(issue)} has an ${unknownName('key', String(actual), listOf(expected), false)}`;
    case 'no-selection':
      return 'RepositoryName, RepositoryNames or RepositoryTags is missing: one of them selects repositories';
    case 'tags-and-filters':
      return `MutableTags and ${pathText(related)} mean the same: set one of them`;
    case 'tags-with-mutable':
      return `MutableTags does not go with ImageTagMutability ${actual}: set ${pathText(related)}`;
    case 'policy-and-parameters':
      return `LifecyclePolicy and ${actual} both define the lifecycle policy: set one of them`;
    case 'no-rule-left':
      return 'KeepImages and ExpireUntaggedAfterDays of 0 leave no rule for a lifecycle policy: remove them to keep the current one, or set ArchiveUnpulledAfterDays';
    case 'filters-missing':
      return `${pathText(path)} ${actual} needs ${pathText(related)}`;
    case 'filters-not-taken':
      return `${pathText(related)} does not go with ${pathText(path)} ${actual}: use ${actual}_WITH_EXCLUSION`;
    default:
      return `${placeText(issue)} ${valueClause(code, issue)}`;
  }
}

type WholeCode =
  | 'unknown-property'
  | 'unknown-account-setting'
  | 'no-selection'
  | 'tags-and-filters'
  | 'tags-with-mutable'
  | 'policy-and-parameters'
  | 'no-rule-left';

const repositoryName =
  'the name of an ECR repository (2 to 256 lower-case letters and digits, with single . _ - or / between them), or such a name with *';

/** The clause for one value, behind its place. */
function valueClause(code: Exclude<PropertyIssue['code'], WholeCode>, issue: PropertyIssue): string {
  const { expected, actual } = issue;
  const kind = kindsOnly.describe(actual);
  switch (code) {
    case 'not-one-of': {
      const allowed = listOf(expected);
      const isNear = typeof actual === 'string' && nearest(actual, allowed) !== undefined;
      return isNear
        ? `has the ${unknownName('value', actual, allowed)}`
        : issueClause(code, issue, kindsOnly);
    }
    case 'no-names':
      return 'must name a repository';
    case 'not-a-name':
      return `must be the name of an ECR repository, not ${kind}`;
    case 'not-a-repository-name':
      return `must be ${repositoryName}`;
    case 'not-a-map-of-values':
      return `must be a map of ${expected} to value, not ${kind}`;
    case 'tag-value-not-text':
      return `must be a map of key to value, and one value is ${kind}`;
    case 'not-texts':
      return `must be a list, or text with commas, not ${kind}`;
    case 'empty-text':
      return 'must be text, not empty';
    case 'matches-every-tag':
      return 'matches every tag, so that none would be immutable';
    case 'registry-not-taken':
      return "is not taken: the registry is that of the stack's account";
    default:
      return issueClause(code, issue, kindsOnly);
  }
}

/** Where a problem is, in a text too. */
function placeText({ path, inside = [] }: PropertyIssue): string {
  return `${pathText(path)} ${pathText(inside)}`.trim();
}

/** The place of the map that has the key at the end of the path. */
function parentText({ path, inside }: PropertyIssue): string {
  return inside === undefined
    ? pathText(path.slice(0, -1))
    : `${pathText(path)} ${pathText(inside.slice(0, -1))}`.trim();
}
