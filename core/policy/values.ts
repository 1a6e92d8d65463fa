/** How the values of the policy's parameters are read: lists may be comma-separated text, numbers and booleans text. */

import { type Issue, type Parsed, unusable } from '../issue.ts';
import { isList, isOneOf, type Json } from '../json.ts';
import { everyTagCode, exclusionsOfNearlyEveryTag } from '../settings/matches-every-tag.ts';
import { exclusionIssue, maximumExclusions, patternIssue } from '../settings/tag-mutability.ts';
import { type UsageSource, usageSources } from '../usage/evidence.ts';

/** How an author's unsafe value is handled; the later the tighter. */
export const enforcements = ['Default', 'Override', 'Reject'] as const;
export type Enforcement = (typeof enforcements)[number];

/** What is done where a default lifecycle policy would expire images in use. */
export const lifecycleGuards = ['Off', 'Withhold', 'Refuse'] as const;
export type LifecycleGuard = (typeof lifecycleGuards)[number];

// Beyond ECR's own limit on images a count has no meaning; the bound also keeps the policy text short.
const maxCount = 100_000;
const maxText = 2048;

/** A whole number from 0 to 100,000. */
export function parseCount(value: Json): Parsed<number> {
  const text = typeof value === 'string' ? value.trim() : value;
  const number = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= maxCount
    ? { value: number }
    : unusable('not-a-count', { expected: [0, maxCount], actual: value });
}

/** true or false, as text too. */
export function parseBoolean(value: Json): Parsed<boolean> {
  if (value === true || value === 'true') return { value: true };
  if (value === false || value === 'false') return { value: false };
  return unusable('not-a-boolean', { actual: value });
}

/** Text of at most 2,048 characters. */
export function parseText(value: Json): Parsed<string> {
  return typeof value === 'string' && value.length <= maxText
    ? { value: value.trim() }
    : unusable('too-long', { expected: maxText, actual: value });
}

/** One of the three enforcements. */
export function parseEnforcement(value: Json): Parsed<Enforcement> {
  return parseOneOf(enforcements, value);
}

/** One of the three guards. */
export function parseLifecycleGuard(value: Json): Parsed<LifecycleGuard> {
  return parseOneOf(lifecycleGuards, value);
}

function parseOneOf<Name extends string>(names: readonly Name[], value: Json): Parsed<Name> {
  return isOneOf(names, value) ? { value } : unusable('not-one-of', { expected: names, actual: value });
}

/** Sources of evidence of use. */
export function parseUsageSources(value: Json): Parsed<readonly UsageSource[]> {
  const parsed = parsePatterns(value, usageSources.length, (actual) =>
    isOneOf(usageSources, actual)
      ? undefined
      : { code: 'not-one-of', path: [], expected: usageSources, actual },
  );
  return 'value' in parsed
    ? { value: usageSources.filter((source) => parsed.value.includes(source)) }
    : parsed;
}

/** Tags that can be overwritten: patterns of exclusion filters, but not of every tag, nor of nearly every one. */
export function parseMutableTags(value: Json): Parsed<readonly string[]> {
  const parsed = parsePatterns(value, maximumExclusions, exclusionIssue);
  const actual = 'value' in parsed ? exclusionsOfNearlyEveryTag(parsed.value) : undefined;
  return actual === undefined ? parsed : unusable(everyTagCode(actual), { actual });
}

// More would give a lifecycle policy more rules than are readable, and than ECR is known to accept.
const maxProtected = 40;
// Of a pattern in a rule's tagPatternList
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html).
const maxWildcards = 4;

/** Tags whose images never expire: patterns of a lifecycle rule. */
export function parseProtectedTags(value: Json): Parsed<readonly string[]> {
  return parsePatterns(value, maxProtected, (pattern) => patternIssue(pattern, maxWildcards));
}

function parsePatterns(
  value: Json,
  max: number,
  issueOf: (pattern: string) => Issue | undefined,
): Parsed<readonly string[]> {
  const list = typeof value === 'string' ? value.split(',') : value;
  if (!isList(list)) return unusable('not-a-list', { actual: value });
  const patterns: string[] = [];
  for (const entry of list) {
    if (typeof entry !== 'string') return unusable('not-text', { actual: entry });
    const pattern = entry.trim();
    // A CommaDelimitedList parameter that is left empty arrives as one empty entry.
    if (pattern === '' || patterns.includes(pattern)) continue;
    const issue = issueOf(pattern);
    if (issue !== undefined) return { issues: [issue] };
    patterns.push(pattern);
  }
  return patterns.length > max
    ? unusable('too-many-patterns', { expected: max, count: patterns.length })
    : { value: patterns };
}
