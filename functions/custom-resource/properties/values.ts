/**
 * How single values of ResourceProperties are read. Numbers and booleans arrive as text
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html).
 */
import { isList, isOneOf, type Json } from '../../../core/json.ts';
import { parseBoolean } from '../../../core/policy/values.ts';
import type { PropertyIssue } from '../../../wording/properties.ts';

/** Receives each issue. */
export type AddIssue = (issue: PropertyIssue) => void;

/** true or false; undefined when absent, or wrong and reported. */
export function readBoolean(name: string, value: Json | undefined, add: AddIssue): boolean | undefined {
  if (value === undefined) return undefined;
  const parsed = parseBoolean(value);
  if ('value' in parsed) return parsed.value;
  add({ code: 'not-a-boolean', path: [name], actual: value });
  return undefined;
}

/** One of some texts; undefined when absent, or wrong and reported. */
export function readOneOf<Value extends string>(
  name: string,
  allowed: readonly Value[],
  value: Json | undefined,
  add: AddIssue,
): Value | undefined {
  if (value === undefined || isOneOf(allowed, value)) return value;
  add({ code: 'not-one-of', path: [name], expected: allowed, actual: value });
  return undefined;
}

/** A whole number from 0; undefined when absent, or wrong and reported. */
export function readCount(name: string, value: Json | undefined, add: AddIssue): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number;
  add({ code: 'not-a-count', path: [name], expected: [0], actual: value });
  return undefined;
}

/** A list of texts, or one text with commas; empty entries are ignored, and repeated ones count once. */
export function readTexts(name: string, value: Json | undefined, add: AddIssue): readonly string[] {
  const entries = typeof value === 'string' ? value.split(',') : value;
  if (entries === undefined) return [];
  if (!isList(entries)) {
    add({ code: 'not-texts', path: [name], actual: entries });
    return [];
  }
  const texts = entries.flatMap((entry, index) => {
    if (typeof entry === 'string') return entry.trim() === '' ? [] : [entry.trim()];
    add({ code: 'not-text', path: [name, index], actual: entry });
    return [];
  });
  return [...new Set(texts)];
}
