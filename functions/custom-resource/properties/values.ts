/**
 * How single values of ResourceProperties are read. Numbers and booleans arrive as text
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html).
 *
 * Each takes the list of problems and adds a clause to it, which never quotes a value: it may be a secret that was put
 * into the wrong place, and stack events and logs are not masked.
 */
import { isList, isObject, type Json } from '../../../core/json.ts';

/** true or false; undefined when absent, or wrong and told. */
export function readBoolean(name: string, value: Json | undefined, problems: string[]): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  problems.push(`${name} must be true or false, not ${kindOf(value)}`);
  return undefined;
}

/** A whole number from 0; undefined when absent, or wrong and told. */
export function readCount(name: string, value: Json | undefined, problems: string[]): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number;
  problems.push(`${name} must be a whole number from 0, not ${kindOf(value)}`);
  return undefined;
}

/** A list of texts, or one text with commas; empty entries do not count, and one that stands twice counts once. */
export function readTexts(name: string, value: Json | undefined, problems: string[]): readonly string[] {
  const entries = typeof value === 'string' ? value.split(',') : value;
  if (entries === undefined) return [];
  if (!isList(entries)) {
    problems.push(`${name} must be a list, or text with commas, not ${kindOf(entries)}`);
    return [];
  }
  const texts = entries.flatMap((entry, index) => {
    if (typeof entry === 'string') return entry.trim() === '' ? [] : [entry.trim()];
    problems.push(`${name}[${index}] must be text, not ${kindOf(entry)}`);
    return [];
  });
  return [...new Set(texts)];
}

/** What a value is, without the value. */
export function kindOf(value: Json): string {
  if (isList(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return value === null ? 'null' : `another ${typeof value}`;
}
