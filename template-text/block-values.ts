/** The keys and the values on the lines of a text in YAML. */
import {
  Composer,
  isNode,
  isPair,
  type Node,
  type Pair,
  Parser,
  type Range,
  Scalar,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { type BlockReader, unusual } from './block-lines.ts';
import { composeFlow } from './compose-flow.ts';
import { plainScalar, quotedScalar } from './quick-scalars.ts';
import { shallowTokens } from './shallow-tokens.ts';
import { yamlOptions } from './yaml-options.ts';

/** A key that is a word, before a colon. */
export function keyAt(text: string, from: number, to: number): string | undefined {
  keyPattern.lastIndex = from;
  const key = keyPattern.exec(text)?.[0];
  return key === undefined || from + key.length >= to || otherWords.test(key) ? undefined : key;
}

const keyPattern = /[A-Za-z][\w./:-]*?(?=:(?: |\r?\n|$))/y;
/** Words that are no texts in YAML 1.1. */
const otherWords = /^(?:y|yes|n|no|true|false|on|off|null)$/i;

/** Whether a line begins with another key on one line: in quotes, or a number or word with a meaning of its own. */
export function isOtherKey(text: string, from: number): boolean {
  otherKeyPattern.lastIndex = from;
  return otherKeyPattern.test(text);
}

const otherKeyPattern = /(?:'[^'\r\n]*'|"[^"\\\r\n]*"|[\w$./-]+):(?= |\r?\n|$)/y;

export function keyScalar(key: string, from: number): Scalar {
  return Object.assign(new Scalar(key), {
    source: key,
    type: Scalar.PLAIN,
    range: [from, from + key.length, from + key.length],
  });
}

/** A short tag with nothing behind it on its line. */
export function tagAlone(text: string, from: number, to: number): string | undefined {
  return /^(![A-Za-z0-9]+)(?: +#[^\n]*| *)$/.exec(text.slice(from, to))?.[1];
}

/** A value on one line, with its tag if it has one, that is all of an entry; undefined where it may be something else. */
export function valueAt(
  { text, document, lines, next }: BlockReader,
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

export function pairByLibrary(reader: BlockReader, from: number, column: number, end: number): Pair {
  const map = byLibrary(reader, from, column, end);
  const [pair, ...others] = map instanceof YAMLMap ? map.items : [];
  if (pair === undefined || others.length > 0 || !isPair(pair)) throw unusual;
  return pair;
}

/** With its dash, since a block scalar may say how many spaces it is indented from there. */
export function itemByLibrary(reader: BlockReader, from: number, column: number, end: number): unknown {
  const list = byLibrary(reader, from, column, end);
  const [item, ...others] = list instanceof YAMLSeq ? list.items : [];
  if (item === undefined || others.length > 0) throw unusual;
  return item;
}

/** Some lines as the library reads them, at the same column. */
function byLibrary(reader: BlockReader, from: number, column: number, end: number): Node {
  const { text, lines } = reader;
  const last = lines[end];
  const to = last === undefined ? text.length : last.from - last.column;
  // A schema takes longer to make than a short text to read.
  const options = { ...yamlOptions, schema: reader.document.schema };
  const part = ' '.repeat(column) + text.slice(from, to);
  const tokens = shallowTokens(new Parser().parse(part));
  const [document, second] = new Composer(options).compose(tokens, true, part.length);
  if (document === undefined || second !== undefined) throw unusual;
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
