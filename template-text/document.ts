/** A template as text and as values, and the location of each value in the text. */
import type { Document } from 'yaml';
import type { JsonObject } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { parseWithPlaces } from './parse.ts';
import { offsetOfPath } from './places.ts';

/** One template file. */
export interface TemplateDocument {
  /** How the user named it. */
  readonly file: string;
  readonly text: string;
  /** The same text, of the same length, in which each line ends with a line feed: a carriage return alone ends one too. */
  readonly lined: string;
  readonly value: JsonObject;
  readonly isJson: boolean;
  /** What the text has, by its beginning in it. */
  readonly nodes: Document;
  /** The same with the ends of nodes and with comments; read when it is asked for. */
  readonly document: Document;
  /** Line and column, from 1, of an offset. */
  readonly positionOf: (offset: number) => Position;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Parses a template, and keeps the location of every value.
 *
 * @throws Problem with file, line and column if the text is not a template
 */
export function readDocument(text: string, file: string): TemplateDocument {
  const { lines, whole, ...parsed } = parseWithPlaces(text, file);
  let document: Document | undefined;
  return {
    file,
    text,
    ...parsed,
    get document() {
      document ??= whole();
      return document;
    },
    positionOf(offset) {
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    },
  };
}

/** The location of a path of keys and indices, or of its longest existing part. */
export function locate({ nodes, positionOf }: TemplateDocument, path: Path): Position {
  return positionOf(offsetOfPath(nodes, path));
}
