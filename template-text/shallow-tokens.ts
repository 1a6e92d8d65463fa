/** Keeps the YAML library from what is nested so deeply that its recursion would reach the end of the stack. */
import type { CST } from 'yaml';
import { tooDeep } from './plain-values.ts';

/**
 * More than of any template that is read (plain-values.ts), and far from where the stack ends: Node 20 aborts, without an
 * exception, where a regular expression is compiled there.
 */
const maxNesting = 400;

/** The same tokens; in place of a document that is nested more deeply, an error where it is. */
export function* shallowTokens(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  for (const token of tokens) {
    const deep = tokenBelow(token, maxNesting);
    yield deep === undefined ? token : { type: 'error', offset: deep.offset, source: '', message: tooDeep };
  }
}

/** A token nested more deeply than that. With a list of what is left and not by recursion, since the depth is the question. */
function tokenBelow(root: CST.Token, maxDepth: number): CST.Token | undefined {
  const left = [{ token: root, depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return token;
    // The first one is looked at next.
    for (const inner of innerTokens(token).toReversed()) left.push({ token: inner, depth: depth + 1 });
  }
  return undefined;
}

function innerTokens(token: CST.Token): readonly CST.Token[] {
  const inner =
    'items' in token
      ? token.items.flatMap(({ key, value }) => [key, value])
      : token.type === 'document'
        ? [token.value]
        : [];
  return inner.filter((each) => each !== undefined && each !== null);
}
