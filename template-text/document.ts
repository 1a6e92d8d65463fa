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
  readonly value: JsonObject;
  readonly isJson: boolean;
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
  const { lines, ...parsed } = parseWithPlaces(text, file);
  return {
    file,
    text,
    ...parsed,
    positionOf(offset) {
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    },
  };
}

/** The location of a path of keys and indices, or of its longest existing part. */
export function locate({ document, positionOf }: TemplateDocument, path: Path): Position {
  return positionOf(offsetOfPath(document, path));
}
