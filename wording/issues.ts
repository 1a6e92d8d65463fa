/** What is wrong with a value, in a clause that follows the value's place. */
import type { IssueCode } from '../core/issue.ts';
import { fill, type IssueDetails } from './sentence.ts';
import type { ValueWords } from './values.ts';

/** The clause for an issue about any value. */
export function issueClause(code: IssueCode, details: IssueDetails, values: ValueWords): string {
  return fill(sentenceOf(code, details, values), details, values);
}

function sentenceOf(code: IssueCode, { expected, actual, count }: IssueDetails, values: ValueWords): string {
  switch (code) {
    case 'not-a-map':
      return expected === undefined
        ? 'must be a map, not {value}'
        : 'must be a map with {expected}, not {value}';
    case 'not-a-list':
      return expected === undefined ? 'must be a list, not {value}' : 'must be a list of {expected}';
    case 'too-many-wildcards':
      return count === undefined
        ? 'may have at most {expected} wildcards'
        : '{quoted}has {count} wildcards, and ECR allows at most {expected}';
    case 'not-json':
      if (expected !== undefined) return 'is not JSON: it must begin with {expected}';
      // The parser's own message quotes the text.
      return values.quote(actual) === '' ? 'is not JSON' : 'is not JSON: {actual}';
    default:
      return sentences()[code];
  }
}

/** Texts and no functions, and read where one is needed: a cold start takes longer over either. */
const sentences = (): {
  readonly [Code in Exclude<
    IssueCode,
    'not-a-map' | 'not-a-list' | 'too-many-wildcards' | 'not-json'
  >]: string;
} => ({
  'not-text': 'must be text, not {value}',
  'not-a-boolean': 'must be true or false, not {value}',
  'not-a-count': 'must be a whole number from {expected| to }, not {value}',
  'not-one-of': 'must be {one}, not {value}',
  'unknown-key': 'unknown key{guess}',
  missing: 'is missing',
  'too-long': 'must be text of at most {expected} characters, not {value}',
  'not-a-policy': 'must be a policy, as a map or as JSON text',
  unknown: '{actual} is resolved only when the stack is deployed, so it was left alone',
  // tag patterns and exclusion filters
  'pattern-characters': '{quoted}must be 1 to 128 letters, digits and . _ * -',
  'too-many-patterns': 'has {count} patterns, and at most {expected} are possible',
  'matches-every-tag':
    '{quoted}matches every tag: exempt the repository from TagImmutability, with a reason, instead',
  'matches-nearly-every-tag':
    '{quoted}matches nearly every tag that identifies an image, such as versions, commits and dates: name the tags that move',
  'filter-count': 'must have 1 to {expected} filters, not {count}',
  'filters-missing': '{value} needs {related}',
  'filters-not-taken': '{value} does not go with {related}: use {expected}',
  // lifecycle policies
  'not-json-text': 'must be JSON text, not {value}',
  'no-rules': 'must be a map with a list "rules" of at least one rule',
  'too-many-rules': 'has {count} rules, and ECR allows at most {expected}',
  'text-length': 'must have {expected| to } characters, not {count}',
  'empty-list': 'must be a list of at least one text',
  'tagged-without-list': 'tagged needs either tagPatternList or tagPrefixList',
  'list-without-tagged': 'goes with tagStatus tagged only',
  'unit-without-age': 'does not go with imageCountMoreThan',
  'archive-mismatch': 'must be archive exactly when countType is sinceImageTransitioned, not {value}',
  'target-without-transition': 'goes with a transition only',
  'expiry-by-pulls': 'must be transition for countType sinceImagePulled, which expires nothing',
  'already-archived':
    'must be expire for countType sinceImageTransitioned, whose images are in the archive already',
  'prefix-twice': '{quoted}is also a prefix of {related}; ECR takes each prefix once',
  'all-must-match':
    'has {count} entries, and an image must match all of them: to select the images that match one of them, write one rule for each',
  'same-priority': '{actual} is also the priority of {related}; each rule needs its own',
  'never-fires': 'can never fire: {related} comes before it and takes every image that it matches',
});
