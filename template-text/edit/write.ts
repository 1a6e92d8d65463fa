/** Edits that write a value: over another one, into nothing, or behind the last key of a map. */
import { isMap, isPair, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { isObject, type Json } from '../../core/json.ts';
import { isTagged } from '../places.ts';
import { endsWithoutLineBreak } from '../plain-values.ts';
import { inBlock, inFlow, inLines } from '../print.ts';
import { tokensBefore } from '../tokens.ts';
import {
  type Editor,
  endOf,
  indentAt,
  itemEnd,
  lineEnd,
  lineStart,
  rangeOf,
  sharesLine,
  startOf,
  withoutTrailingSpace,
} from './editor.ts';

/** A value in place of another, which had a place of its own. */
export function replace(editor: Editor, node: unknown, after: Json): void {
  const { style, edits } = editor;
  const from = startOf(node);
  const end = withoutTrailingSpace(editor, from, endOf(node));
  const before = isTagged(node) ? [...tokensBefore(editor.tokens(), from)] : [];
  const marks = before.filter(({ text }) => text !== '-');
  const start = marks.at(-1)?.from ?? from;
  const anchor = marks.find(({ text }) => text.startsWith('&'));
  // A block list may begin in its key's column, a flow list may not.
  const space = isSeq(node) && node.flow !== true && start === from ? style.step : '';
  const kept = anchor === undefined ? space : `${anchor.text} `;
  edits.push({ from: start, to: end, text: kept + inFlow(after, style) });
}

/** A value for a key that has none. */
export function fill(editor: Editor, map: YAMLMap, { key, value }: Pair, after: Json): void {
  const { text, style, edits } = editor;
  // An anchor is before its value, and a comment after it.
  const colon = text.indexOf(':', endOf(key)) + 1;
  const isAnchored = isScalar(value) && value.anchor !== undefined;
  const from = isAnchored ? Math.max(colon, rangeOf(value)[0]) : colon;
  if (map.flow === true || !isObject(after) || Object.keys(after).length === 0) {
    edits.push({ from, to: from, text: ` ${inFlow(after, style)}` });
    return;
  }
  insertLines(
    editor,
    lineEnd(editor, from),
    Object.entries(after),
    indentAt(editor, startOf(key)) + style.step,
  );
}

/** Keys behind the last one of a map. */
export function addKeys(
  editor: Editor,
  node: YAMLMap,
  kept: readonly Pair[],
  added: readonly [string, Json][],
): void {
  const last = kept.at(-1);
  if (editor.style.isJson || node.flow === true) {
    if (last === undefined) writeFlowMap(editor, node, added);
    else addToFlow(editor, node, last, added);
    return;
  }
  const indent = indentAt(editor, startOf(last?.key));
  const open = openScalar(editor, last?.value);
  if (open !== undefined) addBefore(editor, node, startOf(last?.key), open, added);
  else insertLines(editor, pastOwnComments(editor, last, indent), added, indent);
}

/**
 * The offset after an entry and the comments that are about it: those that are indented deeper than its key or, of a list in the
 * column of its key, as deeply.
 */
function pastOwnComments(editor: Editor, entry: Pair | undefined, indent: string): number {
  const { text } = editor;
  let at = lineEnd(editor, itemEnd(entry));
  if (at > 0 && text[at - 1] !== '\n') return at;
  const value = entry?.value;
  const isFlush = isSeq(value) && value.flow !== true && indentAt(editor, startOf(value)) === indent;
  const deeper = isFlush ? '[ \\t]*' : '[ \\t]+';
  const comments = new RegExp(`(?:[ \\t]*\\r?\\n)*${indent}${deeper}#[^\\n]*(?:\\n|$)`, 'y');
  for (comments.lastIndex = at; comments.test(text); at = comments.lastIndex);
  return at;
}

/** The block scalar that ends a value and the text, without a line break: one behind it would become a part of it. */
function openScalar(editor: Editor, node: unknown): Scalar | undefined {
  if (isScalar(node)) return endsWithoutLineBreak(node, editor.text) ? node : undefined;
  const last = (isMap(node) || isSeq(node)) && node.flow !== true ? node.items.at(-1) : undefined;
  if (last === undefined) return undefined;
  return openScalar(editor, isPair(last) ? last.value : last);
}

/** Keys before a map's last one, or, if that is behind a dash, after it with its scalar closed. */
function addBefore(
  editor: Editor,
  node: YAMLMap,
  key: number,
  open: Scalar,
  added: readonly [string, Json][],
): void {
  const { text, edits } = editor;
  const indent = indentAt(editor, key);
  if (!sharesLine(editor, node, key)) {
    insertLines(editor, lineStart(editor, key), added, indent);
    return;
  }
  const from = startOf(open);
  const [header = ''] = /^[|>][\d+-]*/.exec(text.slice(from, from + 3)) ?? [];
  edits.push({ from, to: from + header.length, text: `${header.replace(/[+-]/, '')}-` });
  insertLines(editor, text.length, added, indent);
}

/** Keys and values in block style at the beginning of a line, or behind a last line that has no end. */
function insertLines(editor: Editor, at: number, entries: readonly [string, Json][], indent: string): void {
  const { style, edits } = editor;
  const isInside = at > lineStart(editor, at);
  const lines = entries.map(([key, value]) => inBlock(key, value, indent, style)).join(style.eol);
  edits.push({ from: at, to: at, text: isInside ? `${style.eol}${lines}` : `${lines}${style.eol}` });
}

function keyText({ style }: Editor, key: string): string {
  return style.isJson ? JSON.stringify(key) : inFlow(key, style);
}

/** The keys of a flow map that has none. */
function writeFlowMap(editor: Editor, node: YAMLMap, added: readonly [string, Json][]): void {
  const { text, style, edits } = editor;
  const [from, end] = rangeOf(node);
  const entries = added.map(([key, value]) => `${keyText(editor, key)}: ${inFlow(value, style)}`).join(', ');
  const open = text.indexOf('{', from);
  edits.push({ from: open, to: text.lastIndexOf('}', end - 1) + 1, text: `{ ${entries} }` });
}

function addToFlow(editor: Editor, node: YAMLMap, last: Pair, added: readonly [string, Json][]): void {
  const { text, style, edits } = editor;
  const [from, end] = rangeOf(node);
  const close = text.lastIndexOf('}', end - 1);
  const lastEnd = withoutTrailingSpace(editor, startOf(last.key), endOf(last.value ?? last.key));
  // A comma after a removed entry is removed too.
  const isLast = last === node.items.at(-1);
  const comma = (isLast && /^\s*,/.exec(text.slice(lastEnd, close))?.[0]) || '';
  const indent = indentAt(editor, startOf(last.key));
  const isOverLines = /\n[ \t]*$/.test(text.slice(from, startOf(last.key)));
  const between = isOverLines ? `${style.eol}${indent}` : ' ';
  const entries = added.map(([key, value]) => {
    const written = isOverLines && style.isJson ? inLines(value, indent, style) : inFlow(value, style);
    return `${between}${keyText(editor, key)}: ${written}`;
  });
  const at = lastEnd + comma.length;
  edits.push({ from: at, to: at, text: `${comma === '' ? ',' : ''}${entries.join(',')}` });
}
