/** Composes a template in JSON, which the library would read as YAML: that takes it ten times as long. */
import { type Document, LineCounter, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Composed } from './compose.ts';
import { emptyDocument, meaningOf } from './quick-scalars.ts';

/** Nested more deeply, a text is left to the library, which says so. */
const maxDepth = 150;
/** So are longer keys, and those whose colon is on another line: in YAML they are none. */
const maxKey = 1000;

interface Reader {
  readonly text: string;
  readonly document: Document;
  at: number;
}

/** Undefined where the library has something to say. @param text is valid JSON, with spaces only between its tokens */
export function composeJson(text: string): Composed | undefined {
  const reader: Reader = { text, document: emptyDocument(), at: 0 };
  const node = readNode(reader, 0);
  if (node === undefined) return undefined;
  reader.document.contents = node;
  const lines = new LineCounter();
  for (let at = 0; at >= 0; at = nextLine(text, at)) lines.addNewLine(at);
  return { document: reader.document, lines };
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? -1 : end + 1;
}

type JsonNode = YAMLMap | YAMLSeq | Scalar;

function readNode(reader: Reader, depth: number): JsonNode | undefined {
  skipSpace(reader);
  if (depth > maxDepth) return undefined;
  switch (reader.text[reader.at]) {
    case '{':
      return readMap(reader, depth);
    case '[':
      return readList(reader, depth);
    case '"':
      return readText(reader);
    default:
      return readLiteral(reader);
  }
}

function readMap(reader: Reader, depth: number): YAMLMap | undefined {
  const map = begun(new YAMLMap(), reader);
  while (isMore(reader, '}')) {
    const key = readText(reader);
    const behind = reader.at;
    skipSpace(reader);
    if (reader.at - (key.range?.[0] ?? 0) > maxKey || reader.text.slice(behind, reader.at).includes('\n'))
      return undefined;
    // The colon.
    reader.at += 1;
    const value = readNode(reader, depth + 1);
    if (value === undefined) return undefined;
    map.items.push(new Pair(key, value));
  }
  return map;
}

function readList(reader: Reader, depth: number): YAMLSeq | undefined {
  const list = begun(new YAMLSeq(), reader);
  while (isMore(reader, ']')) {
    const item = readNode(reader, depth + 1);
    if (item === undefined) return undefined;
    list.items.push(item);
  }
  return list;
}

function begun<Collection extends YAMLMap | YAMLSeq>(collection: Collection, reader: Reader): Collection {
  collection.flow = true;
  collection.range = [reader.at, reader.at, reader.at];
  reader.at += 1;
  return collection;
}

/** Whether one more member or item follows; goes to it, or behind the end. */
function isMore(reader: Reader, end: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] === ',') {
    reader.at += 1;
    skipSpace(reader);
  }
  if (reader.text[reader.at] !== end) return true;
  reader.at += 1;
  return false;
}

function readText(reader: Reader): Scalar<string> {
  const token = tokenAt(reader, /"(?:[^"\\]|\\.)*"/y);
  const source: string = token.includes('\\') ? JSON.parse(token) : token.slice(1, -1);
  return placed(new Scalar(source), Scalar.QUOTE_DOUBLE, source, token, reader);
}

function readLiteral(reader: Reader): Scalar {
  const token = tokenAt(reader, /[^\s,\]}]+/y);
  return placed(new Scalar(meaningOf(token, reader.document)), Scalar.PLAIN, token, token, reader);
}

function placed<Node extends Scalar>(
  scalar: Node,
  type: Scalar.Type,
  source: string,
  token: string,
  { at }: Reader,
): Node {
  scalar.type = type;
  scalar.source = source;
  scalar.range = [at - token.length, at, at];
  return scalar;
}

function tokenAt(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const [token = ''] = pattern.exec(reader.text) ?? [];
  reader.at += token.length;
  return token;
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at += 1;
}
