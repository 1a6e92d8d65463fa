import { createHash } from 'node:crypto';
import { isList, isObject, type Json, mapMembers, member } from '../core/json.ts';
import { noPolicy, type PolicyHash } from '../core/settings/repository-settings.ts';

/** 16 hexadecimal digits that two JSON values share when they mean the same: the order of keys means nothing. */
export function hashOf(value: Json): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(value)))
    .digest('hex')
    .slice(0, 16);
}

/**
 * The same for the text of a lifecycle policy, or `none` for none. ECR returns a policy with its rules in the order of
 * their priorities; the order of tags in a list means nothing. A text that holds no JSON is taken as it is.
 */
export function hashOfPolicy(text: string | undefined): PolicyHash {
  if (text === undefined) return noPolicy;
  try {
    return hashOf(normal(JSON.parse(text)));
  } catch {
    return hashOf(text);
  }
}

function normal(policy: Json): Json {
  const rules = isObject(policy) ? member(policy, 'rules') : undefined;
  if (!isList(rules)) return policy;
  const priorityOf = (rule: Json) => (isObject(rule) ? Number(member(rule, 'rulePriority')) : 0);
  const sorted = rules.map(withSortedTags).toSorted((one, other) => priorityOf(one) - priorityOf(other));
  return { ...Object(policy), rules: sorted };
}

function withSortedTags(rule: Json): Json {
  const selection = isObject(rule) ? member(rule, 'selection') : undefined;
  if (!isObject(selection)) return rule;
  const sorted = mapMembers(selection, (value) => (isList(value) ? [...value].sort() : value));
  return { ...Object(rule), selection: sorted };
}

function ordered(value: Json): Json {
  if (isList(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]));
}
