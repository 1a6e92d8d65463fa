import { isPair, type YAMLMap, type YAMLSeq } from 'yaml';
import { type Editor, endOf, itemStart, lineEnd, withoutTrailingSpace } from './editor.ts';

/** Removes entries of a map or a list, with their lines or their commas; a comment above a line stays. */
export function removeItems(
  editor: Editor,
  collection: YAMLMap | YAMLSeq,
  items: readonly unknown[],
  gone: readonly unknown[],
): void {
  const { text, style, edits } = editor;
  const start = (item: unknown) => itemStart(editor, collection, items.indexOf(item));
  if (!style.isJson && collection.flow !== true) {
    for (const item of gone) {
      const lineStart = text.lastIndexOf('\n', start(item) - 1) + 1;
      edits.push({ from: lineStart, to: lineEnd(editor, itemEnd(item)), text: '' });
    }
    return;
  }
  // With the comma behind each, or, behind the last that stays, the one before them all.
  const lastKept = items.findLastIndex((item) => !gone.includes(item));
  for (const [index, item] of items.slice(0, lastKept).entries())
    if (gone.includes(item)) edits.push({ from: start(item), to: start(items[index + 1]), text: '' });
  if (lastKept < items.length - 1)
    edits.push({
      from: withoutTrailingSpace(editor, 0, itemEnd(items[lastKept])),
      to: withoutTrailingSpace(editor, 0, itemEnd(items.at(-1))),
      text: '',
    });
}

function itemEnd(item: unknown): number {
  return isPair(item) ? endOf(item.value ?? item.key) : endOf(item);
}
