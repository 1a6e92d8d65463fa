/**
 * Changes a template's text so that it means other values, and nothing else of it: comments, order, quotes, short
 * tags and line endings stay byte for byte. Printing the parsed values again would lose all of them.
 */
import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { isList, isObject, type Json, type JsonObject, member } from '../core/json.ts';
import { isTagged, keyOf, readDocument, type TemplateDocument } from './document.ts';
import { inBlock, inFlow, inLines, type Style, styleOf } from './print.ts';
import { type Token, tokensBefore, tokensOf } from './tokens.ts';

/** A piece of text in place of that from one offset to another. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The text of a template with its values changed from what they are to what they are to be.
 *
 * @throws Error when the text that comes out does not mean that: a defect, told rather than printed
 */
export function editTemplate(template: TemplateDocument, after: JsonObject): string {
  const edits = editsFor(template, after);
  const text = apply(template.text, edits);
  if (edits.length > 0 && !isEqual(readDocument(text, template.file).value, after))
    throw new Error(`the edited text of ${template.file} does not mean what it should`);
  return text;
}

/** The edits that change a template's text, in its order. */
export function editsFor(template: TemplateDocument, after: JsonObject): readonly Edit[] {
  const editor = new Editor(template);
  editor.value(template.document.contents, template.value, after);
  editor.aliases();
  return editor.edits.toSorted((one, other) => one.from - other.from || one.to - other.to);
}

function apply(text: string, edits: readonly Edit[]): string {
  let at = 0;
  let result = '';
  for (const { from, to, text: piece } of edits) {
    result += text.slice(at, from) + piece;
    at = to;
  }
  return result + text.slice(at);
}

/** Whether two values are the same; the order of keys means nothing. */
export function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((each, index) => isEqual(each, other[index]));
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  );
}

class Editor {
  readonly edits: Edit[] = [];
  readonly #text: string;
  readonly #style: Style;
  readonly #document: TemplateDocument['document'];
  /** What each anchored node that stays comes to mean. By node: a name may be taken anew. */
  readonly #anchored = new Map<unknown, Json>();
  readonly #aliases: {
    readonly target: unknown;
    readonly from: number;
    readonly to: number;
    readonly after: Json;
  }[] = [];

  /** Made once, where something is replaced that has a tag or a dash. */
  #lexed: readonly Token[] | undefined;

  constructor({ text, isJson, document }: TemplateDocument) {
    this.#text = text;
    this.#style = styleOf(text, isJson, document);
    this.#document = document;
  }

  /** Walks a node together with what it means before and after. */
  value(node: unknown, before: Json, after: Json): void {
    if (isAlias(node)) {
      const [from, to] = rangeOf(node);
      this.#aliases.push({ target: node.resolve(this.#document), from, to, after });
      return;
    }
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
      this.#anchored.set(node, after);
    if (isTagged(node) && isObject(before) && isObject(after)) {
      // A short tag is a map of one key; what stands behind it is the node itself.
      const [key = ''] = Object.keys(before);
      const inner = member(after, key);
      if (Object.keys(after).length === 1 && inner !== undefined) {
        if (isMap(node) || isSeq(node)) this.#inside(node, member(before, key) ?? null, inner);
        else if (!isEqual(before, after)) this.#replace(node, after);
      } else this.#replace(node, after);
    } else this.#inside(node, before, after);
  }

  /** Aliases keep standing where what they point to still means what they are to mean. */
  aliases(): void {
    for (const { target, from, to, after } of this.#aliases)
      if (!isEqual(this.#anchored.get(target), after))
        this.edits.push({ from, to, text: inFlow(after, this.#style) });
  }

  #inside(node: unknown, before: Json, after: Json): void {
    if (isMap(node) && isObject(before) && isObject(after)) this.#map(node, before, after);
    else if (isSeq(node) && isList(before) && isList(after)) this.#list(node, before, after);
    else if (!isEqual(before, after)) this.#replace(node, after);
  }

  #map(node: YAMLMap, before: JsonObject, after: JsonObject): void {
    const pairs = node.items.filter((item) => isPair(item));
    const kept = pairs.filter((pair) => Object.hasOwn(after, keyOf(pair)));
    const added = Object.entries(after).filter(([key]) => !Object.hasOwn(before, key));
    if (kept.length === 0 && pairs.length > 0) {
      this.#replace(node, after);
      return;
    }
    const gone = pairs.filter((pair) => !kept.includes(pair));
    if (gone.some((pair) => this.#sharesLine(node, this.#itemStart(node, pairs.indexOf(pair))))) {
      this.#replace(node, after);
      return;
    }
    for (const pair of pairs) {
      const key = keyOf(pair);
      const given = member(before, key) ?? null;
      if (Object.hasOwn(after, key)) this.#entry(node, pair, given, member(after, key) ?? null);
    }
    this.#remove(node, pairs, gone);
    if (added.length > 0) this.#add(node, kept, added);
  }

  /** The value of a key; one that stands as nothing at all has no place that could be replaced. */
  #entry(map: YAMLMap, pair: Pair, before: Json, after: Json): void {
    const isNothing =
      pair.value === null || (isScalar(pair.value) && rangeOf(pair.value)[0] === rangeOf(pair.value)[1]);
    if (!isNothing) this.value(pair.value, before, after);
    if (isNothing && !isEqual(before, after)) this.#fill(map, pair, after);
  }

  #fill(map: YAMLMap, { key, value }: Pair, after: Json): void {
    // An anchor stands before its value, and a comment behind it.
    const colon = this.#text.indexOf(':', endOf(key)) + 1;
    const from = isScalar(value) && value.anchor !== undefined ? Math.max(colon, rangeOf(value)[0]) : colon;
    if (isScalar(value) && value.anchor !== undefined) this.#anchored.set(value, after);
    if (map.flow === true || !isObject(after) || Object.keys(after).length === 0) {
      this.edits.push({ from, to: from, text: ` ${inFlow(after, this.#style)}` });
      return;
    }
    const indent = this.#indentAt(startOf(key)) + this.#style.step;
    this.#insertLines(from, Object.entries(after), indent);
  }

  /** Keys and values in block style behind the line of an offset. */
  #insertLines(offset: number, entries: readonly [string, Json][], indent: string): void {
    const { eol } = this.#style;
    const at = this.#lineEnd(offset);
    const isInside = at > 0 && this.#text[at - 1] !== '\n';
    const lines = entries.map(([key, value]) => inBlock(key, value, indent, this.#style)).join(eol);
    this.edits.push({ from: at, to: at, text: isInside ? `${eol}${lines}` : `${lines}${eol}` });
  }

  #list(node: YAMLSeq, before: readonly Json[], after: readonly Json[]): void {
    if (before.length === after.length) {
      node.items.forEach((item, index) => {
        this.value(item, before[index] ?? null, after[index] ?? null);
      });
      return;
    }
    const gone = before.flatMap((each, index) => (after.some((one) => isEqual(one, each)) ? [] : [index]));
    const left = before.filter((_, index) => !gone.includes(index));
    const isShorter = after.length > 0 && isEqual(left, after);
    const isApart = !gone.some((index) => this.#sharesLine(node, this.#itemStart(node, index)));
    if (!isShorter || !isApart) {
      this.#replace(node, after);
      return;
    }
    // What stays may hold an alias of what goes.
    const kept = node.items.filter((_, index) => !gone.includes(index));
    kept.forEach((item, index) => {
      this.value(item, left[index] ?? null, left[index] ?? null);
    });
    const removed = node.items.filter((item) => !kept.includes(item));
    this.#remove(node, node.items, removed);
  }

  /** A value in place of another, which had a place of its own. */
  #replace(node: unknown, after: Json): void {
    const [from, to] = rangeOf(node);
    const end = this.#withoutTrailingSpace(from, to);
    const before = isTagged(node) ? [...tokensBefore(this.#tokens(), from)] : [];
    const marks = before.filter(({ text }) => text !== '-');
    const start = marks.at(-1)?.from ?? from;
    const anchor = marks.find(({ text }) => text.startsWith('&'));
    // A list may begin in its key's column, where a flow one may not.
    const space = isSeq(node) && node.flow !== true && start === from ? this.#style.step : '';
    const kept = anchor === undefined ? space : `${anchor.text} `;
    this.edits.push({ from: start, to: end, text: kept + inFlow(after, this.#style) });
  }

  /** Keys behind the last one of a map. */
  #add(node: YAMLMap, kept: readonly Pair[], added: readonly [string, Json][]): void {
    const last = kept.at(-1);
    if (this.#style.isJson || node.flow === true) {
      this.#addToFlow(node, last, added);
      return;
    }
    const indent = last === undefined ? '' : this.#indentAt(startOf(last.key));
    this.#insertLines(endOf(last?.value ?? last?.key), added, indent);
  }

  #addToFlow(node: YAMLMap, last: Pair | undefined, added: readonly [string, Json][]): void {
    const [from, end] = rangeOf(node);
    const close = this.#text.lastIndexOf('}', end - 1);
    const name = (key: string) => (this.#style.isJson ? JSON.stringify(key) : inFlow(key, this.#style));
    if (last === undefined) {
      const entries = added.map(([key, value]) => `${name(key)}: ${inFlow(value, this.#style)}`).join(', ');
      const open = this.#text.indexOf('{', from);
      this.edits.push({ from: open, to: close + 1, text: `{ ${entries} }` });
      return;
    }
    const lastEnd = this.#withoutTrailingSpace(startOf(last.key), endOf(last.value ?? last.key));
    // A comma behind what goes, goes with it.
    const isLast = last === node.items.at(-1);
    const comma = (isLast && /^\s*,/.exec(this.#text.slice(lastEnd, close))?.[0]) || '';
    const indent = this.#indentAt(startOf(last.key));
    const isOverLines = /\n[ \t]*$/.test(this.#text.slice(from, startOf(last.key)));
    const between = isOverLines ? `${this.#style.eol}${indent}` : ' ';
    const entries = added.map(([key, value]) => {
      const text =
        isOverLines && this.#style.isJson ? inLines(value, indent, this.#style) : inFlow(value, this.#style);
      return `${between}${name(key)}: ${text}`;
    });
    const at = lastEnd + comma.length;
    this.edits.push({ from: at, to: at, text: `${comma === '' ? ',' : ''}${entries.join(',')}` });
  }

  /** Entries of a map or a list, with their lines or their commas; a comment above a line stays. */
  #remove(collection: YAMLMap | YAMLSeq, items: readonly unknown[], gone: readonly unknown[]): void {
    const start = (item: unknown) => this.#itemStart(collection, items.indexOf(item));
    const end = (item: unknown) => (isPair(item) ? endOf(item.value ?? item.key) : endOf(item));
    if (!this.#style.isJson && collection.flow !== true) {
      for (const item of gone) {
        const lineStart = this.#text.lastIndexOf('\n', start(item) - 1) + 1;
        this.edits.push({ from: lineStart, to: this.#lineEnd(end(item)), text: '' });
      }
      return;
    }
    // With the comma behind each, or, behind the last that stays, the one before them all.
    const lastKept = items.findLastIndex((item) => !gone.includes(item));
    for (const [index, item] of items.slice(0, lastKept).entries())
      if (gone.includes(item)) this.edits.push({ from: start(item), to: start(items[index + 1]), text: '' });
    const last = items.at(-1);
    if (lastKept < items.length - 1)
      this.edits.push({
        from: this.#withoutTrailingSpace(0, end(items[lastKept])),
        to: this.#withoutTrailingSpace(0, end(last)),
        text: '',
      });
  }

  #tokens(): readonly Token[] {
    this.#lexed ??= tokensOf(this.#text);
    return this.#lexed;
  }

  /** Where an entry begins: at its tag, its anchor or its dash, which may stand lines before it. */
  #itemStart(collection: YAMLMap | YAMLSeq, index: number): number {
    const item = collection.items[index];
    const [from] = rangeOf(isPair(item) ? item.key : item);
    // What stands before the first key of a block map is that map's own.
    if (isPair(item) && collection.flow !== true) return from;
    return [...tokensBefore(this.#tokens(), from)].at(-1)?.from ?? from;
  }

  /** Whether an entry of a block collection stands behind something else on its line, such as the dash around it. */
  #sharesLine(collection: YAMLMap | YAMLSeq, offset: number): boolean {
    if (this.#style.isJson || collection.flow === true) return false;
    return this.#text.slice(this.#text.lastIndexOf('\n', offset - 1) + 1, offset).trim() !== '';
  }

  /** What stands before an offset on its line, where that is nothing but space, dashes apart. */
  #indentAt(offset: number): string {
    const line = this.#text.slice(this.#text.lastIndexOf('\n', offset - 1) + 1, offset);
    return /^[\s-]*$/.test(line) ? line.replaceAll('-', ' ') : (/^\s*/.exec(line)?.[0] ?? '');
  }

  /** The beginning of the next line, or the end of the text. */
  #lineEnd(offset: number): number {
    if (offset > 0 && this.#text[offset - 1] === '\n') return offset;
    const end = this.#text.indexOf('\n', offset);
    return end < 0 ? this.#text.length : end + 1;
  }

  #withoutTrailingSpace(from: number, to: number): number {
    return from + this.#text.slice(from, to).trimEnd().length;
  }
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  if (!range) throw new Error('a node without a place in the text');
  return [range[0], range[1]];
}

function startOf(node: unknown): number {
  return rangeOf(node)[0];
}

function endOf(node: unknown): number {
  return rangeOf(node)[1];
}
