import { type Issue, type Parsed, unusable } from '../issue.ts';
import { isList, isObject, type Json, mapMembers, member, numberOf } from '../json.ts';

/** The property of AWS::ECR::Repository, and the key of its map that has the policy's text. */
export const lifecyclePolicyProperty = 'LifecyclePolicy';
export const lifecyclePolicyKey = 'LifecyclePolicyText';

/** Reads `LifecyclePolicy`: the policy's text, which `core/lifecycle/grammar.ts` checks. */
export function parseLifecyclePolicy(value: Json): Parsed<string> {
  if (!isObject(value)) return unusable('not-a-map', { expected: lifecyclePolicyKey, actual: value });
  const issues: Issue[] = Object.keys(value)
    .filter((key) => key !== lifecyclePolicyKey)
    .map((key) => ({ code: 'unknown-key', path: [key], expected: [lifecyclePolicyKey], actual: key }));
  const text = member(value, lifecyclePolicyKey);
  const path = [lifecyclePolicyKey];
  if (text === undefined) issues.push({ code: 'missing', path });
  else if (typeof text !== 'string') issues.push({ code: 'not-text', path, actual: text });
  return typeof text === 'string' && issues.length === 0 ? { value: text } : { issues };
}

/**
 * Whether two policies mean the same: ECR returns one with its rules in the order of their priorities, and the order of
 * keys, and of tags in a list, is ignored. A text that is not JSON is compared as it is.
 */
export function isSameLifecyclePolicy(one: string, other: string): boolean {
  return one === other || canonicalLifecyclePolicy(one) === canonicalLifecyclePolicy(other);
}

/** One text for all policies that mean the same. */
export function canonicalLifecyclePolicy(text: string): string {
  try {
    return JSON.stringify(ordered(withOrderedRules(JSON.parse(text))));
  } catch {
    return text;
  }
}

function withOrderedRules(policy: Json): Json {
  const rules = isObject(policy) ? policy.rules : undefined;
  if (!isObject(policy) || !isList(rules)) return policy;
  const priorityOf = (rule: Json) => (isObject(rule) ? numberOf(rule.rulePriority) : 0);
  const sorted = rules.map(withSortedTags).toSorted((one, other) => priorityOf(one) - priorityOf(other));
  return { ...policy, rules: sorted };
}

function withSortedTags(rule: Json): Json {
  const selection = isObject(rule) ? rule.selection : undefined;
  if (!isObject(rule) || !isObject(selection)) return rule;
  const sorted = mapMembers(selection, (value) => (isList(value) ? [...value].sort() : value));
  return { ...rule, selection: sorted };
}

function ordered(value: Json): Json {
  if (isList(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, ordered(each)]),
  );
}
