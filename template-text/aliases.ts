/** What the aliases of a document name. */
import { type Alias, type Document, isAlias, isNode, type Node, visit } from 'yaml';

const known = new WeakMap<Document, ReadonlyMap<Alias, Node>>();

/**
 * The node with the anchor that an alias names: the last one before it. Undefined if there is none.
 *
 * All are found at once, since yaml's own `resolve` goes through the document for each: aliases of aliases took seconds.
 */
export function targetOf(document: Document, alias: Alias): Node | undefined {
  const targets = known.get(document) ?? targetsIn(document);
  known.set(document, targets);
  return targets.get(alias);
}

/** The same document, with what its aliases name found. */
export function withAliases(document: Document): Document {
  known.set(document, targetsIn(document));
  return document;
}

const found = new WeakMap<Alias, Node>();

/** The same for an alias of a document that was read. */
export function targetOfRead(alias: Alias): Node | undefined {
  return found.get(alias);
}

function targetsIn(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, (_, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) {
        targets.set(node, target);
        found.set(node, target);
      }
    } else if (isNode(node) && 'anchor' in node && typeof node.anchor === 'string')
      anchors.set(node.anchor, node);
  });
  return targets;
}
