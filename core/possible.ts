import { isList, type Json } from './json.ts';
import type { Unknown } from './known.ts';
import type { Path } from './path.ts';

/** One value that can come to stand at a place of a document. */
export type Possible =
  | { readonly path: Path; readonly value: Json }
  | ({
      readonly path: Path;
      /** Whether it may become a lone `*`: of an attribute, or a text with a literal part, that much is known. */
      readonly canBeWildcard: boolean;
    } & Unknown);

/**
 * How the values of a document are read. A template has more of them than plain JSON: each branch of a choice, and
 * some that nobody knows yet; `cloudformation/` passes its own reader.
 */
export interface DocumentReader {
  /** Every value that can come to stand at a place: a list's entries, each by itself; none where it is absent. */
  readonly possible: (value: Json | undefined, path: Path) => readonly Possible[];
  /** Whether nothing may come to stand there. */
  readonly mayBeAbsent: (value: Json | undefined) => boolean;
}

/** Reads plain JSON: all of its values are known. */
export const plainReader: DocumentReader = {
  possible(value, path) {
    if (value === undefined) return [];
    if (isList(value)) return value.flatMap((entry, index) => plainReader.possible(entry, [...path, index]));
    return [{ path, value }];
  },
  mayBeAbsent: (value) => value === undefined,
};
