/** Edits that write a value: over another one, into nothing, or behind the last key of a map. */
import { isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { isObject, type Json } from '../../core/json.ts';
import { isTagged } from '../document.ts';
import { inBlock, inFlow, inLines } from '../print.ts';
import { tokensBefore } from '../tokens.ts';
import { type Editor, endOf, indentAt, lineEnd, rangeOf, startOf, withoutTrailingSpace } from './editor.ts';

/** A value in place of another, which had a place of its own. */
export function replace(editor: Editor, node: unknown, after: Json): void {
  const { style, edits } = editor;
  const [from, to] = rangeOf(node);
  const end = withoutTrailingSpace(editor, from, to);
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
  const { text, style, edits, anchored } = editor;
  // An anchor is before its value, and a comment after it.
  const colon = text.indexOf(':', endOf(key)) + 1;
  const isAnchored = isScalar(value) && value.anchor !== undefined;
  const from = isAnchored ? Math.max(colon, rangeOf(value)[0]) : colon;
  if (isAnchored) anchored.set(value, after);
  if (map.flow === true || !isObject(after) || Object.keys(after).length === 0) {
    edits.push({ from, to: from, text: ` ${inFlow(after, style)}` });
    return;
  }
  insertLines(editor, from, Object.entries(after), indentAt(editor, startOf(key)) + style.step);
}

/** Keys behind the last one of a map. */
export function addKeys(
  editor: Editor,
  node: YAMLMap,
  kept: readonly Pair[],
  added: readonly [string, Json][],
): void {
  const last = kept.at(-1);
  if (!editor.style.isJson && node.flow !== true) {
    const indent = last === undefined ? '' : indentAt(editor, startOf(last.key));
    insertLines(editor, endOf(last?.value ?? last?.key), added, indent);
  } else if (last === undefined) writeFlowMap(editor, node, added);
  else addToFlow(editor, node, last, added);
}

/** Keys and values in block style behind the line of an offset. */
function insertLines(
  editor: Editor,
  offset: number,
  entries: readonly [string, Json][],
  indent: string,
): void {
  const { text, style, edits } = editor;
  const at = lineEnd(editor, offset);
  const isInside = at > 0 && text[at - 1] !== '\n';
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
