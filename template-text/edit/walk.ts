/** Walks a template's nodes together with what they mean before and after, and collects the edits between the two. */
import { isMap, isPair, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { isEqual, isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { isTagged, keyOf } from '../places.ts';
import { type Editor, itemStart, rangeOf, sharesLine } from './editor.ts';
import { removeItems } from './remove.ts';
import { addKeys, fill, replace } from './write.ts';

/** Edits one node. */
export function editValue(editor: Editor, node: unknown, before: Json, after: Json): void {
  if (isTagged(node) && isObject(before) && isObject(after)) editTagged(editor, node, before, after);
  else editInside(editor, node, before, after);
}

/** A short tag is a map of one key; its value is the node itself. */
function editTagged(editor: Editor, node: unknown, before: JsonObject, after: JsonObject): void {
  const [key = ''] = Object.keys(before);
  const inner = member(after, key);
  const isSameTag = Object.keys(after).length === 1 && inner !== undefined;
  if (isSameTag && (isMap(node) || isSeq(node))) editInside(editor, node, member(before, key) ?? null, inner);
  else if (!isSameTag || !isEqual(before, after)) replace(editor, node, after);
}

function editInside(editor: Editor, node: unknown, before: Json, after: Json): void {
  if (isMap(node) && isObject(before) && isObject(after)) editMap(editor, node, before, after);
  else if (isSeq(node) && isList(before) && isList(after)) editList(editor, node, before, after);
  else if (!isEqual(before, after)) replace(editor, node, after);
}

function editMap(editor: Editor, node: YAMLMap, before: JsonObject, after: JsonObject): void {
  const pairs = node.items.filter((item) => isPair(item));
  const kept = pairs.filter((pair) => Object.hasOwn(after, keyOf(pair)));
  const gone = pairs.filter((pair) => !kept.includes(pair));
  if (kept.length === 0 && pairs.length > 0) {
    replace(editor, node, after);
    return;
  }
  // Of equal keys the last counts, and the others stay as they are.
  for (const [key, pair] of new Map(kept.map((pair) => [keyOf(pair), pair])))
    editEntry(editor, node, pair, member(before, key) ?? null, member(after, key) ?? null);
  removeItems(editor, node, pairs, gone);
  const added = Object.entries(after).filter(([key]) => !Object.hasOwn(before, key));
  if (added.length > 0) addKeys(editor, node, kept, added);
}

/** The value of a key; an empty one has no location that could be replaced. */
function editEntry(editor: Editor, map: YAMLMap, pair: Pair, before: Json, after: Json): void {
  const { value } = pair;
  const isNothing = value === null || (isScalar(value) && rangeOf(value)[0] === rangeOf(value)[1]);
  if (!isNothing) editValue(editor, value, before, after);
  else if (!isEqual(before, after)) fill(editor, map, pair, after);
}

function editList(editor: Editor, node: YAMLSeq, before: readonly Json[], after: readonly Json[]): void {
  if (before.length === after.length) {
    node.items.forEach((item, index) => {
      editValue(editor, item, before[index] ?? null, after[index] ?? null);
    });
    return;
  }
  const gone = before.flatMap((each, index) => (after.some((one) => isEqual(one, each)) ? [] : [index]));
  const left = before.filter((_, index) => !gone.includes(index));
  const isShorter = after.length > 0 && isEqual(left, after);
  const isApart = !gone.some((index) => sharesLine(editor, node, itemStart(editor, node, index)));
  if (!isShorter || !isApart) {
    replace(editor, node, after);
    return;
  }
  const removed = node.items.filter((_, index) => gone.includes(index));
  removeItems(editor, node, node.items, removed);
}
