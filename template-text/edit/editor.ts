import type { YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { TemplateDocument } from '../document.ts';
import { type Style, styleOf } from '../print.ts';
import { type Token, tokensBefore, tokensOf } from '../tokens.ts';

/** A piece of text in place of that from one offset to another. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** One template while its edits are collected. */
export interface Editor {
  /** Each line ends with a line feed. */
  readonly text: string;
  readonly style: Style;
  readonly edits: Edit[];
  /** The text's tokens, made once, where something is replaced that has a tag or a dash. */
  readonly tokens: () => readonly Token[];
}

/** An editor without any edit. */
export function editorOf(template: TemplateDocument): Editor {
  const { lined: text } = template;
  let lexed: readonly Token[] | undefined;
  return {
    text,
    style: styleOf(template),
    edits: [],
    tokens() {
      lexed ??= tokensOf(text);
      return lexed;
    },
  };
}

/** Where a node begins and ends. */
export function rangeOf(node: unknown): readonly [number, number] {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  if (!range) throw new Error('a node without a place in the text');
  return [range[0], range[1]];
}

export function startOf(node: unknown): number {
  return rangeOf(node)[0];
}

/** Where the last token of a node ends. A block collection's own range goes on over the comments behind it. */
export function endOf(node: unknown): number {
  const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
  const last = isBlock ? node.items.at(-1) : undefined;
  return last === undefined ? rangeOf(node)[1] : itemEnd(last);
}

/** The same of an entry of a map or a list. */
export function itemEnd(item: unknown): number {
  return isPair(item) ? endOf(item.value ?? item.key) : endOf(item);
}

/** Where the line of an offset begins; a byte order mark comes before the first line. */
export function lineStart({ text }: Pick<Editor, 'text'>, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && text.startsWith('\uFEFF') ? 1 : start;
}

/** Where an entry begins: at its tag, its anchor or its dash, which may be lines before it, or at the `?` of its key. */
export function itemStart({ text, tokens }: Editor, collection: YAMLMap | YAMLSeq, index: number): number {
  const item = collection.items[index];
  const [from] = rangeOf(isPair(item) ? item.key : item);
  // The tokens before the first key of a block map belong to that map.
  if (isPair(item) && collection.flow !== true)
    return from - (/\?[ \t]*$/.exec(text.slice(lineStart({ text }, from), from))?.[0].length ?? 0);
  return [...tokensBefore(tokens(), from)].at(-1)?.from ?? from;
}

/** Whether an entry of a block collection is behind something else on its line, such as the dash around it. */
export function sharesLine(editor: Editor, collection: YAMLMap | YAMLSeq, offset: number): boolean {
  if (editor.style.isJson || collection.flow === true) return false;
  return editor.text.slice(lineStart(editor, offset), offset).trim() !== '';
}

/**
 * The indentation of the entries beside the one at an offset, which may be behind dashes, or behind the `?` or the `:` that mark
 * a key and its value on lines of their own.
 */
export function indentAt(editor: Editor, offset: number): string {
  const line = editor.text.slice(lineStart(editor, offset), offset);
  const marks = /^[\s?:-]*$/.test(line) ? line : (/^\s*/.exec(line)?.[0] ?? '');
  // Keys beside one that is marked are in the column of its mark.
  return marks.replace(/\?\s*$/, '').replace(/[?:-]/g, ' ');
}

/** The beginning of the next line, or the end of the text. */
export function lineEnd({ text }: Editor, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

export function withoutTrailingSpace({ text }: Editor, from: number, to: number): number {
  return from + text.slice(from, to).trimEnd().length;
}
