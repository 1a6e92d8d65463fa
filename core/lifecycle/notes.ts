/** What ECR takes of a lifecycle policy although its author can hardly mean it. */
import type { Issue } from '../issue.ts';
import { asObject, entriesOf, type Json, textsOf } from '../json.ts';
import { canMeet, isWithin } from '../tag-patterns.ts';
import { prefixPatterns } from './order.ts';

/**
 * What an author should know of a policy that is sound by the grammar.
 *
 * Several entries of one list have to match together
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html). Where no tag can match two of
 * them, or one contains the other, the author most likely means "or".
 *
 * @param text a text without issues (`lifecyclePolicyIssues`)
 */
export function lifecyclePolicyNotes(text: string): readonly Issue[] {
  const policy: Json = JSON.parse(text);
  return entriesOf(asObject(policy).rules).flatMap((rule, index) => {
    const { tagPatternList, tagPrefixList } = asObject(asObject(rule).selection);
    const issueOf = (key: string, patterns: readonly string[]): readonly Issue[] =>
      isHardlyMeant(patterns)
        ? [{ code: 'all-must-match', path: ['rules', index, 'selection', key], count: patterns.length }]
        : [];
    return [
      ...issueOf('tagPatternList', textsOf(tagPatternList)),
      ...issueOf('tagPrefixList', prefixPatterns(tagPrefixList)),
    ];
  });
}

function isHardlyMeant(patterns: readonly string[]): boolean {
  return patterns.some((one, index) =>
    patterns
      .slice(index + 1)
      .some((other) => !canMeet(one, other) || isWithin(one, other) || isWithin(other, one)),
  );
}
