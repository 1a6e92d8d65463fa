/** The location of a path of keys and indices in a document. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Path } from '../core/path.ts';
import { targetOf, targetOfRead } from './aliases.ts';
import { isMergeKey } from './merge-keys.ts';

/** The offset of a path, or of its longest existing part. */
export function offsetOfPath(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const step of path) {
    node = resolved(document, node);
    // The long form of an intrinsic has one step more than its short tag.
    if (isTagged(node) && typeof step === 'string' && /^(Fn::|Ref$|Condition$)/.test(step)) continue;
    const next = stepInto(document, node, step);
    if (next === undefined) break;
    offset = offsetOf(next.at) ?? offset;
    node = next.node;
  }
  return offset;
}

interface Step {
  readonly node: unknown;
  /** The node that has its location: its key in a map, itself in a list. */
  readonly at: unknown;
}

function stepInto(document: Document, node: unknown, step: string | number): Step | undefined {
  if (isMap(node)) {
    const pair = node.items.findLast((pair) => !isMergeKey(pair.key) && keyOf(pair) === String(step));
    return pair === undefined ? stepIntoMerged(document, node, step) : { node: pair.value, at: pair.key };
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined;
  const item = node.items[step];
  return { node: item, at: item };
}

/** The node of a merged key; its location is the merge key. */
function stepIntoMerged(document: Document, { items }: YAMLMap, step: string | number): Step | undefined {
  for (const { key, value } of items.filter((pair) => isMergeKey(pair.key)).toReversed()) {
    const merged = resolved(document, value);
    for (const each of isSeq(merged) ? merged.items : [merged]) {
      const next = stepInto(document, resolved(document, each), step);
      if (next !== undefined) return { node: next.node, at: key };
    }
  }
  return undefined;
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? targetOf(document, node) : node;
}

/** A key as the template names it, also by an alias. */
export function keyOf({ key: given }: Pair): string {
  const key = isAlias(given) ? targetOfRead(given) : given;
  return isScalar(key) ? (key.source ?? String(key.value)) : '';
}

/** Whether a node carries a short tag, such as `!If`. */
export function isTagged(node: unknown): node is Node & { tag: string } {
  const tag = isScalar(node) || isMap(node) || isSeq(node) ? node.tag : undefined;
  return tag?.startsWith('!') === true && tag !== '!';
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
