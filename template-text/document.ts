/** A template as text and as values, and the location of each value in the text. */
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { JsonObject } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { parseWithPlaces } from './parse.ts';

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
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const step of path) {
    node = isAlias(node) ? node.resolve(document) : node;
    // The long form of an intrinsic has one step more than its short tag.
    if (isTagged(node) && typeof step === 'string' && /^(Fn::|Ref$|Condition$)/.test(step)) continue;
    const next = stepInto(node, step);
    if (next === undefined) break;
    offset = offsetOf(next.at) ?? offset;
    node = next.node;
  }
  return positionOf(offset);
}

/** The node of a step, and the node that has its location: its key in a map, itself in a list. */
function stepInto(node: unknown, step: string | number): { node: unknown; at: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && keyOf(item) === String(step));
    return pair === undefined ? undefined : { node: pair.value, at: pair.key };
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined;
  const item = node.items[step];
  return { node: item, at: item };
}

/** A key as the template names it. */
export function keyOf({ key }: Pair): string {
  return isScalar(key) ? (key.source ?? String(key.value)) : '';
}

/** Whether a node carries a short tag, such as `!If`. */
export function isTagged(node: unknown): node is Node & { tag: string } {
  const tag = isScalar(node) || isMap(node) || isSeq(node) ? node.tag : undefined;
  return tag?.startsWith('!') === true && tag !== '!';
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
