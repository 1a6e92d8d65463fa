/** Composes a list or a map in brackets on one line, as short ones are written: words and texts in quotes, with short tags. */
import { type Document, Pair, type Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { unusual } from './block-lines.ts';
import { plainScalar, quotedScalar } from './quick-scalars.ts';

interface Reader {
  /** Nothing but the collection, and what may be behind it on its line. */
  readonly text: string;
  /** Where the text begins in the template. */
  readonly start: number;
  readonly document: Document;
  at: number;
  /** In how many collections it is. */
  depth: number;
}

/** Nobody writes more of them on one line. */
const maxDepth = 50;

type FlowNode = YAMLMap | YAMLSeq | Scalar;

/** Undefined for anything else than a collection with at most a comment behind it. */
export function composeFlow(text: string, start: number, document: Document): YAMLMap | YAMLSeq | undefined {
  const reader: Reader = { text, start, document, at: 0, depth: 0 };
  try {
    const node = readCollection(reader);
    return /^ *(?: #.*)?$/s.test(text.slice(reader.at)) ? node : undefined;
  } catch (error) {
    if (error === unusual) return undefined;
    throw error;
  }
}

function readCollection(reader: Reader): YAMLMap | YAMLSeq {
  const from = reader.start + reader.at;
  reader.depth += 1;
  if (reader.depth > maxDepth) throw unusual;
  const collection = reader.text[reader.at] === '{' ? readMap(reader) : readList(reader);
  collection.flow = true;
  collection.range = [from, from, from];
  reader.depth -= 1;
  return collection;
}

function readMap(reader: Reader): YAMLMap {
  const map = new YAMLMap();
  eachEntry(reader, '}', () => {
    const key = readScalar(reader);
    take(reader, /: /y);
    map.items.push(new Pair(key, readNode(reader)));
  });
  return map;
}

function readList(reader: Reader): YAMLSeq {
  const list = new YAMLSeq();
  eachEntry(reader, ']', () => list.items.push(readNode(reader)));
  return list;
}

function eachEntry(reader: Reader, end: string, read: () => void): void {
  take(reader, /[[{] */y);
  if (reader.text[reader.at] !== end)
    for (;;) {
      read();
      take(reader, / */y);
      if (reader.text[reader.at] === end) break;
      take(reader, /, */y);
    }
  reader.at += 1;
}

function readNode(reader: Reader): FlowNode {
  take(reader, / */y);
  const tag = /![A-Za-z0-9]+(?= )/y;
  tag.lastIndex = reader.at;
  const [name] = tag.exec(reader.text) ?? [];
  if (name !== undefined) {
    reader.at += name.length;
    take(reader, / +/y);
  }
  const isCollection = /[[{]/.test(reader.text[reader.at] ?? '');
  const node = isCollection ? readCollection(reader) : readScalar(reader, name !== undefined);
  if (name !== undefined) node.tag = name;
  return node;
}

// A word may have colons and spaces in it, but no comment, and nothing that ends an entry.
const word = /[A-Za-z0-9_./$](?:[^\s,[\]{}:#]|:(?=[^\s,[\]{}#])| +(?=[^\s,[\]{}:#]))*/y;
const quoted = /"[^"\\]*"|'[^']*'/y;

function readScalar(reader: Reader, isTagged = false): Scalar {
  const from = reader.start + reader.at;
  const inQuotes = /["']/.test(reader.text[reader.at] ?? '');
  const token = take(reader, inQuotes ? quoted : word);
  const scalar = inQuotes ? quotedScalar(token, from) : plainScalar(token, from, reader.document, isTagged);
  if (scalar === undefined) throw unusual;
  return scalar;
}

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const [token] = pattern.exec(reader.text) ?? [];
  if (token === undefined) throw unusual;
  reader.at += token.length;
  return token;
}
