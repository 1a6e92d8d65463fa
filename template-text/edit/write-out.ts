/** Edits that write the values of aliases and merge keys in their place. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  visit,
  type YAMLMap,
} from 'yaml';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { targetOf } from '../aliases.ts';
import { isMergeKey } from '../merge-keys.ts';
import { keyOf } from '../places.ts';
import { plainValue } from '../plain-values.ts';
import { inFlow } from '../print.ts';
import { tokensBefore } from '../tokens.ts';
import { type Editor, indentAt, itemEnd, rangeOf, startOf } from './editor.ts';
import { removeItems } from './remove.ts';
import { replace } from './write.ts';

/** Adds an edit for each alias, each merge key, and each anchor that nothing names any more. */
export function writeOut(editor: Editor, document: Document): void {
  const targets = new Set<unknown>();
  visit(document, {
    Alias(_, alias) {
      targets.add(targetOf(document, alias));
    },
  });
  visit(document, (place, node, ancestors) => {
    if (isPair(node)) return isMergeKey(node.key) ? visit.SKIP : undefined;
    if (targets.has(node)) removeAnchor(editor, node);
    if (isAlias(node)) writeAlias(editor, document, node, place === 'key' ? ancestors.at(-1) : undefined);
    return isMap(node) && !writeMergedMap(editor, document, node) ? visit.SKIP : undefined;
  });
}

/** @param pair the one whose key it is, if it is one: keys are names, whatever their text would mean as a value */
function writeAlias({ edits, style, text }: Editor, document: Document, alias: Alias, pair: unknown): void {
  const [from, to] = rangeOf(alias);
  const value = isPair(pair) ? keyOf(pair) : plainValue(document, text, alias);
  edits.push({ from, to, text: inFlow(value, style) });
}

/** Writes what a map merges, if it does. @returns false if the map was written anew as a whole */
function writeMergedMap(editor: Editor, document: Document, map: YAMLMap): boolean {
  if (!map.items.some(({ key }) => isMergeKey(key))) return true;
  const value = plainValue(document, editor.text, map);
  return isObject(value) && writeMerged(editor, map, value);
}

/**
 * Writes what a map merges in the place of its first merge key, and removes the others.
 *
 * @returns false if the map was written anew as a whole
 */
function writeMerged(editor: Editor, map: YAMLMap, value: JsonObject): boolean {
  const own = new Set(map.items.filter(({ key }) => !isMergeKey(key)).map(keyOf));
  const merged = Object.entries(value).filter(([key]) => !own.has(key));
  const [first, ...others] = map.items.filter(({ key }) => isMergeKey(key));
  const gone = first === undefined || merged.length > 0 ? others : [first, ...others];
  if (gone.length === map.items.length) {
    replace(editor, map, value);
    return false;
  }
  removeItems(editor, map, map.items, gone);
  if (first === undefined || merged.length === 0) return true;
  const { style, edits } = editor;
  const from = startOf(first.key);
  const between = map.flow === true ? ', ' : `${style.eol}${indentAt(editor, from)}`;
  const entries = merged.map(
    ([key, each]: [string, Json]) => `${inFlow(key, style)}: ${inFlow(each, style)}`,
  );
  edits.push({ from, to: itemEnd(first), text: entries.join(between) });
  return true;
}

/** Removes an anchor together with the space behind it or, at the end of a line, with that before it. */
function removeAnchor({ text, edits, tokens }: Editor, node: unknown): void {
  if (!isNode(node) || !(isScalar(node) || isMap(node) || isSeq(node))) return;
  const token = [...tokensBefore(tokens(), startOf(node))].find((each) => each.text === `&${node.anchor}`);
  if (token === undefined) return;
  const end = token.from + token.text.length;
  const behind = /^[ \t]+(?=[^\s])/.exec(text.slice(end, end + 100))?.[0].length ?? 0;
  const before = behind > 0 ? 0 : (/[ \t]+$/.exec(text.slice(0, token.from))?.[0].length ?? 0);
  edits.push({ from: token.from - before, to: end + behind, text: '' });
}
