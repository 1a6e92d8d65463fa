import { lexemesOf } from './lexemes.ts';

/** A piece of a YAML text: an indicator, a tag, an anchor, a comment, space, a scalar. */
export interface Token {
  readonly from: number;
  readonly text: string;
}

/** Control characters of the lexer without text of their own: a document, a flow collection's early end, a scalar. */
const marks = ['\x02', '\x18', '\x1f'];

/** The tokens of a YAML text with their offsets, in order. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let from = 0;
  for (const token of lexemesOf(text)) {
    if (marks.includes(token)) continue;
    tokens.push({ from, text: token });
    from += token.length;
  }
  return tokens;
}

/** The tokens before a node that belong to it, the nearest first: its anchor, its tag, the dash of its item. */
export function* tokensBefore(tokens: readonly Token[], offset: number): Generator<Token> {
  let index = tokens.findLastIndex(({ from }) => from < offset);
  for (; index >= 0; index -= 1) {
    const token = tokens[index];
    if (token === undefined || /^(\s*|#.*)$/.test(token.text)) continue;
    if (token.text !== '-' && !/^[!&]/.test(token.text)) return;
    yield token;
    if (token.text === '-') return;
  }
}
