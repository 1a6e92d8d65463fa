import { isList, type Json } from './json.ts';
import { isUnknown, type Unknown } from './known.ts';
import type { Path } from './path.ts';

/** One possible value at a path of a document. */
export type Possible = KnownPossible | UnknownPossible;

export interface KnownPossible {
  readonly path: Path;
  readonly value: Json;
}

/** One that is not known before deployment. */
export interface UnknownPossible extends Unknown {
  readonly path: Path;
  /** Whether it can become a lone `*`: an attribute, or a text with a literal part, cannot. */
  readonly canBeWildcard: boolean;
  /** The widest pattern that it can become: its text with `*` in place of each part that may have a wildcard. */
  readonly widest: string;
}

/** The values that are known. */
export function knownValues(possible: readonly Possible[]): readonly Json[] {
  return possible.flatMap((each) => (isUnknown(each) ? [] : [each.value]));
}

/**
 * How the values of a document are read. A template has more of them than plain JSON: each branch of a choice, and
 * some that are not known yet; `cloudformation/` passes its own reader.
 */
export interface DocumentReader {
  /** Every possible value at a path: a list's entries, each by itself; none if it is absent. */
  readonly possible: (value: Json | undefined, path: Path) => readonly Possible[];
  /** Whether there may be no value. */
  readonly mayBeAbsent: (value: Json | undefined) => boolean;
  /** Whether no choice is open, so that what is possible is there. */
  readonly isDecided: boolean;
}

/** Reads plain JSON: all of its values are known. */
export const plainReader: DocumentReader = {
  possible(value, path) {
    if (value === undefined) return [];
    if (isList(value)) return value.flatMap((entry, index) => plainReader.possible(entry, [...path, index]));
    return [{ path, value }];
  },
  mayBeAbsent: (value) => value === undefined,
  isDecided: true,
};
