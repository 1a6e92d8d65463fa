import { Lexer } from 'yaml';

/** A piece of a YAML text: an indicator, a tag, an anchor, a comment, space, a scalar. */
export interface Token {
  readonly from: number;
  readonly text: string;
}

/** Signs of the lexer's own, which stand for no text: a document, a flow collection's early end, a scalar. */
const marks = ['\x02', '\x18', '\x1f'];

/** The tokens of a YAML text with where they stand, in its order. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let from = 0;
  for (const token of new Lexer().lex(text)) {
    if (marks.includes(token)) continue;
    tokens.push({ from, text: token });
    from += token.length;
  }
  return tokens;
}

/** What stands before a node and belongs to it, from the nearest on: its anchor, its tag, the dash of its item. */
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
