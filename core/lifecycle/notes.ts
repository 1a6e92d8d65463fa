/** What ECR takes of a lifecycle policy although its author can hardly mean it. */
import type { Issue } from '../issue.ts';
import { isList, isObject, type Json, member } from '../json.ts';
import { canMeet, isWithin } from './tag-patterns.ts';

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
  const rules = isObject(policy) ? policy.rules : undefined;
  return (isList(rules) ? rules : []).flatMap((rule, index) => {
    const selection = isObject(rule) ? rule.selection : undefined;
    if (!isObject(selection)) return [];
    return ['tagPatternList', 'tagPrefixList'].flatMap((key): readonly Issue[] => {
      const list = member(selection, key);
      const texts = isList(list) ? list.filter((entry) => typeof entry === 'string') : [];
      const patterns = key === 'tagPrefixList' ? texts.map((prefix) => `${prefix}*`) : texts;
      return isHardlyMeant(patterns)
        ? [{ code: 'all-must-match', path: ['rules', index, 'selection', key], count: texts.length }]
        : [];
    });
  });
}

function isHardlyMeant(patterns: readonly string[]): boolean {
  return patterns.some((one, index) =>
    patterns
      .slice(index + 1)
      .some((other) => !canMeet(one, other) || isWithin(one, other) || isWithin(other, one)),
  );
}
