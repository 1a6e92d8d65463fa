/** What is wrong with a value, in a clause that follows the value's place. */
import type { Issue, IssueCode, LifecycleIssueCode } from '../core/issue.ts';
import { isList, type Json } from '../core/json.ts';
import { pathText } from './path.ts';
import { unknownName } from './unknown-name.ts';
import type { ValueWords } from './values.ts';

/** What a clause is made of. */
export type IssueDetails = Pick<Issue, 'expected' | 'actual' | 'count' | 'related'>;

/**
 * The clause for an issue about any value.
 *
 * A switch and not a table here and beside: a table of functions takes a cold start longer to read.
 */
export function issueClause(code: IssueCode, details: IssueDetails, values: ValueWords): string {
  const { expected, actual } = details;
  const { describe } = values;
  switch (code) {
    case 'not-a-map':
      return `must be a map${expected === undefined ? '' : ` with ${expected}`}, not ${describe(actual)}`;
    case 'not-a-list':
      return expected === undefined
        ? `must be a list, not ${describe(actual)}`
        : `must be a list of ${expected}`;
    case 'not-text':
      return `must be text, not ${describe(actual)}`;
    case 'not-a-boolean':
      return `must be true or false, not ${describe(actual)}`;
    case 'not-a-count':
      return `must be a whole number from ${listOf(expected).join(' to ')}, not ${describe(actual)}`;
    case 'not-one-of':
      return `must be ${oneOf(listOf(expected))}, not ${describe(actual)}`;
    case 'unknown-key':
      return unknownName('key', String(actual), listOf(expected), values.quote('key') !== '');
    case 'missing':
      return 'is missing';
    case 'too-long':
      return `must be text of at most ${expected} characters, not ${describe(actual)}`;
    case 'not-a-policy':
      return 'must be a policy, as a map or as JSON text';
    case 'unknown':
      return `${actual} is resolved only when the stack is deployed, so it was left alone`;
    default:
      return patternClause(code, details, values);
  }
}

/** The codes of tag patterns and exclusion filters. */
type PatternCode = Extract<IssueCode, `${string}wildcards` | `pattern${string}` | `filter${string}`>;

function patternClause(
  code: PatternCode | 'too-many-patterns' | 'matches-every-tag' | LifecycleIssueCode,
  details: IssueDetails,
  values: ValueWords,
): string {
  const { expected, actual, count, related = [] } = details;
  const { describe, quote } = values;
  switch (code) {
    case 'pattern-characters':
      return `${quote(actual)}must be 1 to 128 letters, digits and . _ * -`;
    case 'too-many-wildcards':
      return count === undefined
        ? `may have at most ${expected} wildcards`
        : `${quote(actual)}has ${count} wildcards, and ECR allows at most ${expected}`;
    case 'too-many-patterns':
      return `has ${count} patterns, and at most ${expected} are possible`;
    case 'matches-every-tag':
      return `${quote(actual)}matches every tag: exempt the repository from TagImmutability, with a reason, instead`;
    case 'filter-count':
      return `must have 1 to ${expected} filters, not ${count}`;
    case 'filters-missing':
      return `${describe(actual)} needs ${pathText(related)}`;
    case 'filters-not-taken':
      return `${describe(actual)} does not go with ${pathText(related)}: use ${expected}`;
    default:
      return lifecycleClause(code, details, values);
  }
}

function lifecycleClause(
  code: LifecycleIssueCode,
  { expected, actual, count, related = [] }: IssueDetails,
  { describe, quote }: ValueWords,
): string {
  switch (code) {
    case 'not-json':
      if (expected !== undefined) return `is not JSON: it must begin with ${expected}`;
      // The parser's own message quotes the text.
      return quote(actual) === '' ? 'is not JSON' : `is not JSON: ${actual}`;
    case 'not-json-text':
      return `must be JSON text, not ${describe(actual)}`;
    case 'no-rules':
      return 'must be a map with a list "rules" of at least one rule';
    case 'too-many-rules':
      return `has ${count} rules, and ECR allows at most ${expected}`;
    case 'text-length':
      return `must have ${listOf(expected).join(' to ')} characters, not ${count}`;
    case 'empty-list':
      return 'must be a list of at least one text';
    case 'tagged-without-list':
      return 'tagged needs either tagPatternList or tagPrefixList';
    case 'list-without-tagged':
      return 'goes with tagStatus tagged only';
    case 'unit-without-age':
      return 'does not go with imageCountMoreThan';
    case 'archive-mismatch':
      return `must be archive exactly when countType is sinceImageTransitioned, not ${describe(actual)}`;
    case 'target-without-transition':
      return 'goes with a transition only';
    case 'expiry-by-pulls':
      return 'must be transition for countType sinceImagePulled, which expires nothing';
    case 'already-archived':
      return 'must be expire for countType sinceImageTransitioned, whose images are in the archive already';
    case 'prefix-twice':
      return `${quote(actual)}is also a prefix of ${pathText(related)}; ECR takes each prefix once`;
    case 'all-must-match':
      return `has ${count} entries, and an image must match all of them: to select the images that match one of them, write one rule for each`;
    case 'same-priority':
      return `${actual} is also the priority of ${pathText(related)}; each rule needs its own`;
    case 'never-fires':
      return `can never fire: ${pathText(related)} comes before it and takes every image that it matches`;
    default:
      return code satisfies never;
  }
}

/** What is allowed, as texts. */
export function listOf(expected: Json | undefined): readonly string[] {
  return (isList(expected) ? expected : []).map(String);
}

function oneOf(allowed: readonly string[]): string {
  return allowed.length > 2 ? `one of ${allowed.join(', ')}` : allowed.join(' or ');
}
