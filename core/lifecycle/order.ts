/** What is wrong with the rules of a lifecycle policy beside each other, where each is sound by itself. */
import type { Issue } from '../issue.ts';
import { type Json, type JsonObject, textsOf } from '../json.ts';
import type { Path } from '../path.ts';
import { isWithin } from '../tag-patterns.ts';

/** A rule that is valid by itself. */
export interface OrderedRule {
  readonly path: Path;
  readonly priority: number;
  readonly selection: JsonObject;
}

/** Rules with the same priority, and rules that can never fire because an earlier one matches all of their images. */
export function orderIssues(rules: readonly OrderedRule[]): readonly Issue[] {
  const ordered = rules.toSorted((one, other) => one.priority - other.priority);
  return ordered.flatMap((rule, index) => {
    const { path, priority, selection } = rule;
    const earlier = ordered.slice(0, index);
    const equal = earlier.find((other) => other.priority === priority);
    const first = earlier.find((other) => takesAll(other.selection, selection));
    const issues: Issue[] = equal
      ? [{ code: 'same-priority', path: [...path, 'rulePriority'], actual: priority, related: equal.path }]
      : [];
    return first
      ? [...issues, { code: 'never-fires', path, related: first.path }]
      : [...issues, ...repeatedPrefixes(rule, earlier)];
  });
}

/**
 * Whether the first selection matches every image of the second.
 *
 * ECR gives an image to the first rule whose selection matches it, whether or not that rule then expires it
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html), so the second never sees one.
 */
function takesAll(first: JsonObject, second: JsonObject): boolean {
  if (storageClassOf(first) !== storageClassOf(second)) return false;
  const status = first.tagStatus;
  // ECR refuses a rule after one for any image; its message is about the priority.
  if (status === 'any') return true;
  if (status !== second.tagStatus) return false;
  // Only one rule may select untagged images.
  if (status === 'untagged') return true;
  const narrow = patternsOf(second);
  // Each entry has to match some tag: whatever matches the narrower pattern matches the wider one.
  return patternsOf(first).every((wide) => narrow.some((pattern) => isWithin(pattern, wide)));
}

/**
 * Prefixes that stand in a rule of the storage class already: ECR takes each once
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html).
 */
function repeatedPrefixes(
  { path, selection }: OrderedRule,
  earlier: readonly OrderedRule[],
): readonly Issue[] {
  const prefixes = textsOf(selection.tagPrefixList);
  const sameClass = earlier.filter((other) => storageClassOf(other.selection) === storageClassOf(selection));
  return prefixes.flatMap((actual, index): readonly Issue[] => {
    const other = sameClass.find((rule) => textsOf(rule.selection.tagPrefixList).includes(actual));
    const related = other?.path ?? (prefixes.indexOf(actual) < index ? path : undefined);
    const at = [...path, 'selection', 'tagPrefixList', index];
    return related ? [{ code: 'prefix-twice', path: at, actual, related }] : [];
  });
}

function storageClassOf(selection: JsonObject): Json {
  return selection.storageClass ?? 'standard';
}

/** The patterns that an image has to match; a prefix is a pattern with a wildcard at its end. */
function patternsOf({ tagPatternList, tagPrefixList }: JsonObject): readonly string[] {
  return [...textsOf(tagPatternList), ...prefixPatterns(tagPrefixList)];
}

/** Prefixes as patterns. */
export function prefixPatterns(prefixes: Json | undefined): readonly string[] {
  return textsOf(prefixes).map((prefix) => `${prefix}*`);
}
