/** A template as text and as values, and where in the text each value stands. */
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
 * Parses a template, and keeps where everything stands.
 *
 * @throws Problem with file, line and column when the text is no template
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

/** Where a path of keys and indices ends, or the nearest place on the way there. */
export function locate({ document, positionOf }: TemplateDocument, path: Path): Position {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const step of path) {
    node = isAlias(node) ? node.resolve(document) : node;
    // The long form of an intrinsic is a step more than its short tag.
    if (isTagged(node) && typeof step === 'string' && /^(Fn::|Ref$|Condition$)/.test(step)) continue;
    const next = stepInto(node, step);
    if (next === undefined) break;
    offset = offsetOf(next.at) ?? offset;
    node = next.node;
  }
  return positionOf(offset);
}

/** The node that a step leads to, and what it is found at: its key in a map, itself in a list. */
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
