import { isList, isObject, type Json, type JsonObject } from '../../core/json.ts';
import { section } from './tree.ts';

/**
 * A lifecycle policy in a few words, a part for each rule in the order of their priority:
 * `untagged 14 days · newest 20`. What it cannot read it says so of, never guesses.
 * @param text the JSON text that GetLifecyclePolicy answers, undefined when there is none.
 */
export function lifecycleWords(text: string | undefined): string {
  if (text === undefined) return 'none';
  const rules = readRules(text);
  if (rules === undefined) return 'a policy that is not readable';
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
    return `rule ${String(rule.rulePriority)} of a kind not known here`;
  }
  // "newest 20" alone says that it is about every image; a bare "30 days" would not.
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
      // Several entries select the images that have a tag for each of them.
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
