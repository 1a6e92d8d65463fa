/** What is wrong with a value, in a clause that follows the value's place. */
import type { Issue, IssueCode } from '../core/issue.ts';
import { isList, type Json } from '../core/json.ts';
import { pathText } from './path.ts';
import { unknownName } from './unknown-name.ts';
import type { ValueWords } from './values.ts';

/** What a sentence about an issue is made of. */
export type IssueDetails = Pick<Issue, 'expected' | 'actual' | 'count' | 'related'>;

/** Makes the clause for one code. */
export type Clause = (details: IssueDetails, values: ValueWords) => string;

/** The clause for each code. */
export const issueClauses: { readonly [Code in IssueCode]: Clause } = {
  'not-a-map': ({ expected, actual }, { describe }) =>
    `must be a map${expected === undefined ? '' : ` with ${expected}`}, not ${describe(actual)}`,
  'not-a-list': ({ expected, actual }, { describe }) =>
    expected === undefined ? `must be a list, not ${describe(actual)}` : `must be a list of ${expected}`,
  'not-text': ({ actual }, { describe }) => `must be text, not ${describe(actual)}`,
  'not-a-boolean': ({ actual }, { describe }) => `must be true or false, not ${describe(actual)}`,
  'not-a-count': ({ expected, actual }, { describe }) =>
    `must be a whole number from ${listOf(expected).join(' to ')}, not ${describe(actual)}`,
  'not-one-of': ({ expected, actual }, { describe }) =>
    `must be ${oneOf(listOf(expected))}, not ${describe(actual)}`,
  'unknown-key': ({ expected, actual }) => unknownName('key', String(actual), listOf(expected)),
  missing: () => 'is missing',
  'too-long': ({ expected, actual }, { describe }) =>
    `must be text of at most ${expected} characters, not ${describe(actual)}`,
  'pattern-characters': ({ actual }, { quote }) =>
    `${quote(actual)}must be 1 to 128 letters, digits and . _ * -`,
  'too-many-wildcards': ({ expected, actual, count }, { quote }) =>
    count === undefined
      ? `may have at most ${expected} wildcards`
      : `${quote(actual)}has ${count} wildcards, and ECR allows at most ${expected}`,
  'too-many-patterns': ({ expected, count }) => `has ${count} patterns, and at most ${expected} are possible`,
  'matches-every-tag': ({ actual }, { quote }) =>
    `${quote(actual)}matches every tag: exempt the repository from TagImmutability, with a reason, instead`,
  'filter-count': ({ expected, count }) => `must have 1 to ${expected} filters, not ${count}`,
  'filters-missing': ({ actual, related = [] }, { describe }) =>
    `${describe(actual)} needs ${pathText(related)}`,
  'filters-not-taken': ({ expected, actual, related = [] }, { describe }) =>
    `${describe(actual)} does not go with ${pathText(related)}: use ${expected}`,
  'not-json': ({ expected, actual }, { quote }) => {
    if (expected !== undefined) return `is not JSON: it must begin with ${expected}`;
    // The parser's own message quotes the text.
    return quote(actual) === '' ? 'is not JSON' : `is not JSON: ${actual}`;
  },
  'not-json-text': ({ actual }, { describe }) => `must be JSON text, not ${describe(actual)}`,
  'no-rules': () => 'must be a map with a list "rules" of at least one rule',
  'text-length': ({ expected, count }) =>
    `must have ${listOf(expected).join(' to ')} characters, not ${count}`,
  'empty-list': () => 'must be a list of at least one text',
  'tagged-without-list': () => 'tagged needs either tagPatternList or tagPrefixList',
  'list-without-tagged': () => 'goes with tagStatus tagged only',
  'unit-without-age': () => 'does not go with imageCountMoreThan',
  'archive-mismatch': ({ actual }, { describe }) =>
    `must be archive exactly when countType is sinceImageTransitioned, not ${describe(actual)}`,
  'target-without-transition': () => 'goes with a transition only',
  'expiry-by-pulls': () => 'must be transition for countType sinceImagePulled, which expires nothing',
  'same-priority': ({ actual, related = [] }) =>
    `${actual} is also the priority of ${pathText(related)}; each rule needs its own`,
  'never-fires': ({ related = [] }) =>
    `can never fire: ${pathText(related)} comes before it and takes every image that it matches`,
  'not-a-policy': () => 'must be a policy, as a map or as JSON text',
  unknown: ({ actual }) => `${actual} is resolved only when the stack is deployed, so it was left alone`,
};

/** The clause for an issue. */
export function issueClause(
  { code, ...details }: Pick<Issue, 'code'> & IssueDetails,
  values: ValueWords,
): string {
  return issueClauses[code](details, values);
}

/** What is allowed, as texts. */
export function listOf(expected: Json | undefined): readonly string[] {
  return (isList(expected) ? expected : []).map(String);
}

function oneOf(allowed: readonly string[]): string {
  return allowed.length > 2 ? `one of ${allowed.join(', ')}` : allowed.join(' or ');
}
