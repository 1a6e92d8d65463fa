/**
 * Composes YAML as most templates are written: a map of lines, with lists and maps below by their indentation, and texts on the
 * lines of their keys. A value that is written in another way is left to the library, and so is the whole text where that cannot be
 * told apart. The library takes ten times as long, which is most of the time of a check.
 *
 * A node has the values and the beginning of the library's, and the end only where that is what the library has read.
 */
import {
  type Document,
  isNode,
  isPair,
  LineCounter,
  type Node,
  Pair,
  parseDocument,
  type Range,
  Scalar,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import type { Composed } from './compose.ts';
import { composeFlow } from './compose-flow.ts';
import { emptyDocument, plainScalar, quotedScalar } from './quick-scalars.ts';
import { yamlOptions } from './yaml-options.ts';

/** Undefined where a text is written in a way that only the library reads. */
export function composeBlocks(text: string): Composed | undefined {
  if (/[\t\uFEFF]|\r(?!\n)/.test(text)) return undefined;
  const { lines, lineStarts } = linesOf(text);
  const document = emptyDocument();
  const reader: Reader = { text, lines, document, next: 0 };
  try {
    skipStart(reader);
    const first = lines[reader.next];
    if (first === undefined || first.column !== 0) return undefined;
    document.contents = readBlock(reader, 0, 0);
    if (lines[reader.next] !== undefined) return undefined;
  } catch (error) {
    if (error === unusual) return undefined;
    throw error;
  }
  const counter = new LineCounter();
  counter.lineStarts = lineStarts;
  return { document, lines: counter };
}

/** A line with its content's place; `column` is that of an item's content behind its dashes while that is read. */
interface Line {
  from: number;
  column: number;
  /** The end of the line, without its line break. */
  readonly to: number;
  /** Whether it is blank, or has nothing but a comment. */
  readonly isEmpty: boolean;
  readonly isBlank: boolean;
}

interface Reader {
  readonly text: string;
  readonly lines: readonly Line[];
  readonly document: Document;
  /** The line to read. */
  next: number;
}

/** Thrown where only the library can go on. */
const unusual = new Error('written in another way');
const maxDepth = 150;

function linesOf(text: string): { readonly lines: readonly Line[]; readonly lineStarts: number[] } {
  const lines: Line[] = [];
  const lineStarts: number[] = [];
  for (let from = 0; from <= text.length; ) {
    lineStarts.push(from);
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end - (text[end - 1] === '\r' ? 1 : 0);
    let content = from;
    while (content < to && text[content] === ' ') content += 1;
    const isBlank = content === to;
    lines.push({
      from: content,
      column: content - from,
      to,
      isBlank,
      isEmpty: isBlank || text[content] === '#',
    });
    if (end < 0) break;
    from = end + 1;
  }
  return { lines, lineStarts };
}

function skipEmpty(reader: Reader): void {
  while (reader.lines[reader.next]?.isEmpty === true) reader.next += 1;
}

/** Empty lines, and the mark at which a document begins. */
function skipStart(reader: Reader): void {
  const line = nextLine(reader);
  if (line === undefined || reader.text.slice(line.from - line.column, line.to) !== '---') return;
  reader.next += 1;
  skipEmpty(reader);
}

/** The next line with content. */
function nextLine(reader: Reader): Line | undefined {
  skipEmpty(reader);
  return reader.lines[reader.next];
}

function isItem({ text }: Reader, { from, to }: Line): boolean {
  return text[from] === '-' && (from + 1 === to || text[from + 1] === ' ');
}

function readBlock(reader: Reader, column: number, depth: number): YAMLMap | YAMLSeq {
  if (depth > maxDepth) throw unusual;
  const line = reader.lines[reader.next];
  return line !== undefined && isItem(reader, line)
    ? readItems(reader, column, depth)
    : readPairs(reader, column, depth);
}

function readItems(reader: Reader, column: number, depth: number): YAMLSeq {
  const seq = new YAMLSeq();
  let start: number | undefined;
  for (
    let line = nextLine(reader);
    line?.column === column && isItem(reader, line);
    line = nextLine(reader)
  ) {
    start ??= line.from;
    seq.items.push(readItem(reader, line, column, depth));
  }
  endBlock(reader, column);
  return placed(seq, start);
}

function readItem(reader: Reader, line: Line, column: number, depth: number): unknown {
  const { text } = reader;
  let from = line.from + 1;
  while (from < line.to && text[from] === ' ') from += 1;
  const end = endOfEntry(reader, column);
  const simple = valueAt(reader, from, line.to, end);
  if (simple !== undefined) {
    reader.next += 1;
    return simple;
  }
  const behind = column + (from - line.from);
  if (text[from] !== '-' && keyAt(text, from, line.to) === undefined)
    return byLibrary(reader, from, behind, end);
  // The item's own first line is that of its content.
  line.from = from;
  line.column = behind;
  return readBlock(reader, behind, depth + 1);
}

function readPairs(reader: Reader, column: number, depth: number): YAMLMap {
  const map = new YAMLMap();
  let start: number | undefined;
  for (
    let line = nextLine(reader);
    line?.column === column && !isItem(reader, line);
    line = nextLine(reader)
  ) {
    start ??= line.from;
    map.items.push(readPair(reader, line, column, depth));
  }
  endBlock(reader, column);
  return placed(map, start);
}

/** What is behind a block is not more indented. */
function endBlock(reader: Reader, column: number): void {
  const line = nextLine(reader);
  if (line !== undefined && line.column > column) throw unusual;
}

function readPair(reader: Reader, line: Line, column: number, depth: number): Pair {
  const { text } = reader;
  const key = keyAt(text, line.from, line.to);
  const end = endOfEntry(reader, column);
  if (key === undefined) return pairByLibrary(reader, line.from, column, end);
  let from = line.from + key.length + 1;
  while (from < line.to && text[from] === ' ') from += 1;
  const isAlone = from === line.to || text[from] === '#';
  const tag = isAlone ? undefined : tagAlone(text, from, line.to);
  if (isAlone || tag !== undefined) {
    const above = pairAbove(reader, { key, line, column, depth, tag });
    return above ?? pairByLibrary(reader, line.from, column, end);
  }
  const value = valueAt(reader, from, line.to, end);
  if (value === undefined) return pairByLibrary(reader, line.from, column, end);
  reader.next += 1;
  return new Pair(keyScalar(key, line.from), value);
}

interface KeyLine {
  readonly key: string;
  readonly line: Line;
  readonly column: number;
  readonly depth: number;
  readonly tag: string | undefined;
}

/** A pair whose value is below its key; undefined where that is no list or map. */
function pairAbove(reader: Reader, { key, line, column, depth, tag }: KeyLine): Pair | undefined {
  const at = line.from;
  const { next } = reader;
  reader.next += 1;
  const below = nextLine(reader);
  const isBelow =
    below !== undefined && (below.column > column || (below.column === column && isItem(reader, below)));
  if (!isBelow || !(isItem(reader, below) || keyAt(reader.text, below.from, below.to) !== undefined)) {
    reader.next = next;
    return undefined;
  }
  const value = readBlock(reader, below.column, depth + 1);
  if (tag !== undefined) value.tag = tag;
  return new Pair(keyScalar(key, at), value);
}

/** A key that is a word, before a colon. */
function keyAt(text: string, from: number, to: number): string | undefined {
  keyPattern.lastIndex = from;
  const key = keyPattern.exec(text)?.[0];
  return key === undefined || from + key.length >= to || otherWords.test(key) ? undefined : key;
}

const keyPattern = /[A-Za-z][\w./:-]*?(?=:(?: |\r?\n|$))/y;
/** Words that are no texts in YAML 1.1. */
const otherWords = /^(?:y|yes|n|no|true|false|on|off|null)$/i;

function keyScalar(key: string, from: number): Scalar {
  return Object.assign(new Scalar(key), {
    source: key,
    type: Scalar.PLAIN,
    range: [from, from + key.length, from + key.length],
  });
}

/** A short tag with nothing behind it on its line. */
function tagAlone(text: string, from: number, to: number): string | undefined {
  return /^(![A-Za-z0-9]+) *(?:#[^\n]*)?$/.exec(text.slice(from, to))?.[1];
}

/** A value on one line, with its tag if it has one, that is all of an entry; undefined where it may be something else. */
function valueAt(
  { text, document, lines, next }: Reader,
  from: number,
  to: number,
  end: number,
): Scalar | YAMLMap | YAMLSeq | undefined {
  // What goes on in the next line is read by the library.
  for (let index = next + 1; index < end; index += 1) if (lines[index]?.isEmpty !== true) return undefined;
  const [head = '', tag] = /^(![A-Za-z0-9]+) +/.exec(text.slice(from, to)) ?? [];
  const at = from + head.length;
  const rest = text.slice(at, to);
  const value = /^[[{]/.test(rest)
    ? composeFlow(rest, at, document)
    : (quotedScalar(rest, at) ?? plainScalar(rest, at, document, tag !== undefined));
  if (value !== undefined && tag !== undefined) value.tag = tag;
  return value;
}

/** The line behind the last one that belongs to the entry that is read: the first with content that is not more indented. */
function endOfEntry({ lines, next }: Reader, column: number): number {
  let end = next + 1;
  for (let index = end; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined || (line.column <= column && !line.isBlank)) break;
    if (!line.isBlank) end = index + 1;
  }
  // Blank lines belong to a block scalar that keeps them.
  while (lines[end]?.isBlank === true) end += 1;
  return end;
}

function pairByLibrary(reader: Reader, from: number, column: number, end: number): Pair {
  const map = byLibrary(reader, from, column, end);
  const [pair, ...others] = map instanceof YAMLMap ? map.items : [];
  if (pair === undefined || others.length > 0 || !isPair(pair)) throw unusual;
  return pair;
}

/** Some lines as the library reads them, at the same column. */
function byLibrary(reader: Reader, from: number, column: number, end: number): Node {
  const { text, lines } = reader;
  const last = lines[end];
  const to = last === undefined ? text.length : last.from - last.column;
  // A schema takes longer to make than a short text to read.
  const options = { ...yamlOptions, schema: reader.document.schema };
  const document = parseDocument(' '.repeat(column) + text.slice(from, to), options);
  if (document.errors.length > 0 || document.contents === null) throw unusual;
  const shift = from - column;
  visit(document, (_, node) => {
    if (isNode(node) && node.range) node.range = shifted(node.range, shift);
  });
  reader.next = end;
  return document.contents;
}

function shifted([start, valueEnd, nodeEnd]: Range, by: number): Range {
  return [start + by, valueEnd + by, nodeEnd + by];
}

function placed<Collection extends YAMLMap | YAMLSeq>(
  node: Collection,
  from: number | undefined,
): Collection {
  if (from === undefined) throw unusual;
  node.range = [from, from, from];
  return node;
}
