/** How sentences show or hide a value. */
import { isList, isObject, type Json } from '../core/json.ts';

/** How the values in a sentence are shown. */
export interface ValueWords {
  /** What a value is, such as `the string "MUTABLE"`; undefined: nothing. */
  readonly describe: (value: Json | undefined) => string;
  /** A text before its problem, in quotes and with a space; empty where it is not shown. */
  readonly quote: (value: Json | undefined) => string;
}

/** Shows the values of a template, which its author knows. */
export const shownValues: ValueWords = {
  describe: describeKind,
  quote: (value) => (typeof value === 'string' ? `"${value}" ` : ''),
};

/** For a parameter's value: findings are logged, and it may be a secret. */
export const hiddenValues: ValueWords = { describe: () => 'this value', quote: () => '' };

/** For values that may be a secret in the wrong place: only their kind is shown. */
export const kindsOnly: ValueWords = {
  describe: (value) => (value === undefined ? 'nothing' : kindOf(value)),
  quote: () => '',
};

/** What kind of JSON a value is, with the value where it is a single one. */
export function describeKind(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null || isList(value) || isObject(value)) return kindOf(value);
  return `the ${typeof value} ${JSON.stringify(value)}`;
}

/** What kind of JSON a value is, without the value. */
export function kindOf(value: Json): string {
  if (isList(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return value === null ? 'null' : `another ${typeof value}`;
}
