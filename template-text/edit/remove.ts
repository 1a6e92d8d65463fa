import { isMap, isPair, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import {
  type Editor,
  indentAt,
  itemEnd,
  itemStart,
  lineEnd,
  lineStart,
  sharesLine,
  withoutTrailingSpace,
} from './editor.ts';

/** Removes entries of a map or a list, with their lines or their commas; a comment above or below a line stays. */
export function removeItems(
  editor: Editor,
  collection: YAMLMap | YAMLSeq,
  items: readonly unknown[],
  gone: readonly unknown[],
): void {
  if (!editor.style.isJson && collection.flow !== true) removeLines(editor, collection, items, gone);
  else removeFromFlow(editor, collection, items, gone);
}

function removeLines(
  editor: Editor,
  collection: YAMLMap | YAMLSeq,
  items: readonly unknown[],
  gone: readonly unknown[],
): void {
  const start = (item: unknown) => itemStart(editor, collection, items.indexOf(item));
  for (const item of gone) {
    const from = start(item);
    const end = itemEnd(item);
    if (sharesLine(editor, collection, from)) {
      removeBehindDash(editor, from, end);
      continue;
    }
    editor.edits.push({ from: lineStart(editor, from), to: lineEnd(editor, end), text: '' });
    const above = items.slice(0, items.indexOf(item)).findLast((each) => !gone.includes(each));
    const open = openScalar(above);
    if (open !== undefined) endScalar(editor, open, end, indentAt(editor, start(above)));
  }
}

/** With the comma behind each, or, behind the last that stays, the one before them all. */
function removeFromFlow(
  editor: Editor,
  collection: YAMLMap | YAMLSeq,
  items: readonly unknown[],
  gone: readonly unknown[],
): void {
  const { edits } = editor;
  const start = (index: number) => itemStart(editor, collection, index);
  const lastKept = items.findLastIndex((item) => !gone.includes(item));
  for (const [index, item] of items.slice(0, lastKept).entries())
    if (gone.includes(item)) edits.push({ from: start(index), to: start(index + 1), text: '' });
  if (lastKept < items.length - 1)
    edits.push({
      from: withoutTrailingSpace(editor, 0, itemEnd(items[lastKept])),
      to: withoutTrailingSpace(editor, 0, itemEnd(items.at(-1))),
      text: '',
    });
}

/** Removes a first entry that stands behind a dash; the others, and a comment behind it, may stand below the dash. */
function removeBehindDash({ text, edits }: Editor, from: number, end: number): void {
  const behind = text.slice(from + text.slice(from, end).trimEnd().length);
  const to = text.length - behind.trimStart().length;
  const isLast = /^[ \t]*(?:\r?\n|$)/.test(behind);
  const last = text.length - behind.length;
  edits.push(
    isLast ? { from: text.slice(0, from).trimEnd().length, to: last, text: '' } : { from, to, text: '' },
  );
}

/** The block scalar that ends an entry. */
function openScalar(node: unknown): Scalar | undefined {
  if (isPair(node)) return openScalar(node.value);
  if (isScalar(node)) return node.type?.startsWith('BLOCK') === true ? node : undefined;
  return (isMap(node) || isSeq(node)) && node.flow !== true ? openScalar(node.items.at(-1)) : undefined;
}

/**
 * Keeps a block scalar from taking in the lines that come to follow it: comments get the indentation of its entry, and
 * empty lines, which are a part of a scalar with `+`, are removed.
 */
function endScalar(editor: Editor, scalar: Scalar, removedEnd: number, indent: string): void {
  const { text, edits } = editor;
  const isKept = /^[|>]\d?\+/.test(text.slice(scalar.range?.[0] ?? 0, (scalar.range?.[0] ?? 0) + 3));
  const lines = /([ \t]*)(#[^\n]*)?(?:\r?\n|$)/y;
  lines.lastIndex = lineEnd(editor, removedEnd);
  let isAbove = true;
  for (let from = lines.lastIndex; from < text.length; from = lines.lastIndex) {
    const [line, space = '', comment] = lines.exec(text) ?? [];
    if (line === undefined) return;
    if (comment !== undefined && space.length > indent.length)
      edits.push({ from, to: from + space.length, text: indent });
    if (comment === undefined && isKept && isAbove) edits.push({ from, to: from + line.length, text: '' });
    isAbove &&= comment === undefined;
  }
}
