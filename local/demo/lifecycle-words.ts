import { isList, isObject, type Json, type JsonObject } from '../../core/json.ts';
import { section } from './tree.ts';

/**
 * A short description of a lifecycle policy, one part for each rule in order of priority: `untagged 14 days · newest 20`.
 * Rules that it does not support are described as such.
 *
 * @param text the JSON text from GetLifecyclePolicy; undefined if there is no policy
 */
export function lifecycleWords(text: string | undefined): string {
  if (text === undefined) return 'none';
  const rules = readRules(text);
  if (rules === undefined) return 'an unreadable policy';
  if (rules.length === 0) return 'a policy without rules';
  return rules
    .toSorted((one, other) => Number(one.rulePriority) - Number(other.rulePriority))
    .map(ruleWords)
    .join(' · ');
}

function readRules(text: string): readonly JsonObject[] | undefined {
  try {
    const policy: Json = JSON.parse(text);
    const rules = isObject(policy) ? policy.rules : undefined;
    return isList(rules) && rules.every(isObject) ? rules : undefined;
  } catch {
    return undefined;
  }
}

function ruleWords(rule: JsonObject): string {
  const selection = section(rule, 'selection');
  const action = section(rule, 'action').type;
  const count = countWords(selection);
  const images = selectionWords(selection);
  if (count === undefined || images === undefined || (action !== 'expire' && action !== 'transition')) {
    return `rule ${String(rule.rulePriority)} of an unknown kind`;
  }
  // "newest 20" alone applies to all images; "30 days" alone would be unclear.
  const newest = count.startsWith('newest');
  const words = images === '' && newest ? count : `${images || 'any'} ${count}`;
  return action === 'transition' ? `archive ${words}` : words;
}

function selectionWords(selection: JsonObject): string | undefined {
  switch (selection.tagStatus) {
    case 'any':
      return '';
    case 'untagged':
      return 'untagged';
    case 'tagged': {
      const patterns = selection.tagPatternList ?? [];
      const prefixes = selection.tagPrefixList ?? [];
      if (!isList(patterns) || !isList(prefixes)) return undefined;
      // An image must have a matching tag for each entry.
      return (
        [...patterns.map(String), ...prefixes.map((prefix) => `${String(prefix)}*`)].join(' and ') ||
        undefined
      );
    }
    default:
      return undefined;
  }
}

function countWords(selection: JsonObject): string | undefined {
  const number = selection.countNumber;
  if (typeof number !== 'number') return undefined;
  const days = number === 1 ? '1 day' : `${number} days`;
  switch (selection.countType) {
    case 'imageCountMoreThan':
      return `newest ${number}`;
    case 'sinceImagePushed':
      return days;
    case 'sinceImagePulled':
      return `${days} unpulled`;
    case 'sinceImageTransitioned':
      return `${days} archived`;
    default:
      return undefined;
  }
}
