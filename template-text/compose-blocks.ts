/**
 * Composes YAML as most templates are written: a map of lines, with lists and maps below by their indentation, and texts on the
 * lines of their keys. A value that is written in another way is left to the library, and so is the whole text where that cannot be
 * told apart. The library takes ten times as long, which is most of the time of a check.
 *
 * A node has the values and the beginning of the library's, and the end only where that is what the library has read.
 */
import { LineCounter, Pair, YAMLMap, YAMLSeq } from 'yaml';
import {
  type BlockReader,
  endOfEntry,
  isItem,
  type Line,
  linesOf,
  nextLine,
  skipStart,
  unusual,
} from './block-lines.ts';
import {
  isOtherKey,
  itemByLibrary,
  keyAt,
  keyScalar,
  pairByLibrary,
  tagAlone,
  valueAt,
} from './block-values.ts';
import type { Composed } from './compose.ts';
import { emptyDocument } from './quick-scalars.ts';

const maxDepth = 150;

/** Undefined where a text is written in a way that only the library reads. */
export function composeBlocks(text: string): Composed | undefined {
  if (/[\t\uFEFF]|\r(?!\n)/.test(text)) return undefined;
  const { lines, lineStarts } = linesOf(text);
  const document = emptyDocument();
  const reader: BlockReader = { text, lines, document, next: 0 };
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

function readBlock(reader: BlockReader, column: number, depth: number): YAMLMap | YAMLSeq {
  if (depth > maxDepth) throw unusual;
  const line = reader.lines[reader.next];
  return line !== undefined && isItem(reader, line)
    ? readItems(reader, column, depth)
    : readPairs(reader, column, depth);
}

function readItems(reader: BlockReader, column: number, depth: number): YAMLSeq {
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

function readItem(reader: BlockReader, line: Line, column: number, depth: number): unknown {
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
    return itemByLibrary(reader, line.from, column, end);
  // The item's own first line is that of its content.
  line.from = from;
  line.column = behind;
  return readBlock(reader, behind, depth + 1);
}

function readPairs(reader: BlockReader, column: number, depth: number): YAMLMap {
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
function endBlock(reader: BlockReader, column: number): void {
  const line = nextLine(reader);
  if (line !== undefined && line.column > column) throw unusual;
}

function readPair(reader: BlockReader, line: Line, column: number, depth: number): Pair {
  const { text } = reader;
  const key = keyAt(text, line.from, line.to);
  const end = endOfEntry(reader, column);
  if (key === undefined) {
    // Of tags, brackets and what may be no key at all only the whole text tells what they are.
    if (!isOtherKey(text, line.from)) throw unusual;
    return pairByLibrary(reader, line.from, column, end);
  }
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
function pairAbove(reader: BlockReader, { key, line, column, depth, tag }: KeyLine): Pair | undefined {
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

function placed<Collection extends YAMLMap | YAMLSeq>(
  node: Collection,
  from: number | undefined,
): Collection {
  if (from === undefined) throw unusual;
  node.range = [from, from, from];
  return node;
}
