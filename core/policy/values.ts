/** How the values of the policy's parameters are read: lists may be comma-separated text, numbers and booleans text. */
import { describeKind, isList, isOneOf, type Json } from '../json.ts';
import {
  exclusionProblem,
  matchesEveryTag,
  maximumExclusions,
  patternProblem,
} from '../settings/tag-mutability.ts';

/** A value, or what is wrong with it in words that follow the parameter's name. */
export type Parsed<Value> = { readonly value: Value } | { readonly problem: string };

/** What happens to an unsafe value that an author wrote; the later the tighter. */
export const enforcements = ['Default', 'Override', 'Reject'] as const;
export type Enforcement = (typeof enforcements)[number];

function mustBe(what: string, value: Json): { readonly problem: string } {
  return { problem: `must be ${what}, not ${describeKind(value)}` };
}

/** A whole number from 0 to 100,000. */
export function parseCount(value: Json): Parsed<number> {
  const text = typeof value === 'string' ? value.trim() : value;
  const number = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text;
  // Beyond ECR's own limit on images a count has no meaning; the bound also keeps the policy text short.
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 100_000
    ? { value: number }
    : mustBe('a whole number from 0 to 100000', value);
}

/** true or false, as text too. */
export function parseBoolean(value: Json): Parsed<boolean> {
  if (value === true || value === 'true') return { value: true };
  if (value === false || value === 'false') return { value: false };
  return mustBe('true or false', value);
}

/** Text of at most 2,048 characters. */
export function parseText(value: Json): Parsed<string> {
  return typeof value === 'string' && value.length <= 2048
    ? { value: value.trim() }
    : mustBe('text of at most 2048 characters', value);
}

/** One of the three enforcements. */
export function parseEnforcement(value: Json): Parsed<Enforcement> {
  return isOneOf(enforcements, value) ? { value } : mustBe(`one of ${enforcements.join(', ')}`, value);
}

/** Tags that may be overwritten: what ECR takes as exclusion filters, but not every tag. */
export function parseMutableTags(value: Json): Parsed<readonly string[]> {
  return parsePatterns(value, maximumExclusions, mutableTagProblem);
}

// Beyond these a lifecycle policy would have more rules than anybody can read, and than ECR is known to take.
const mostProtected = 40;

/** Tags whose images never expire: patterns of a lifecycle rule. */
export function parseProtectedTags(value: Json): Parsed<readonly string[]> {
  return parsePatterns(value, mostProtected, protectedTagProblem);
}

function mutableTagProblem(pattern: string): string | undefined {
  return matchesEveryTag(pattern)
    ? 'matches every tag: exempt the repository from TagImmutability, with a reason, instead'
    : exclusionProblem(pattern);
}

// Patterns of a lifecycle rule's tagPatternList: at most four wildcards
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html).
function protectedTagProblem(pattern: string): string | undefined {
  return patternProblem(pattern, 4);
}

function parsePatterns(
  value: Json,
  most: number,
  problemOf: (pattern: string) => string | undefined,
): Parsed<readonly string[]> {
  const list = typeof value === 'string' ? value.split(',') : value;
  if (!isList(list)) return mustBe('a list or comma-separated text', value);
  const patterns: string[] = [];
  for (const entry of list) {
    if (typeof entry !== 'string') return { problem: `must hold text only, not ${describeKind(entry)}` };
    const pattern = entry.trim();
    // A CommaDelimitedList parameter that is left empty arrives as one empty entry.
    if (pattern === '' || patterns.includes(pattern)) continue;
    const problem = problemOf(pattern);
    if (problem !== undefined) return { problem: `has "${pattern}", which ${problem}` };
    patterns.push(pattern);
  }
  return patterns.length > most
    ? { problem: `has ${patterns.length} patterns, and at most ${most} are possible` }
    : { value: patterns };
}
