import { Lexer } from 'yaml';

/**
 * The lexemes of a YAML text as CloudFormation, PyYAML and SnakeYAML read it: a flow collection and quoted text may go
 * on in any column, also in that of their key or before it, which YAML's specification rules out.
 */
export function lexemesOf(text: string): Generator<string> {
  const lexer = new Lexer();
  let indentNext: unknown = 0;
  // The lexer measures the lines that go on by this property, which it sets anew at every key and dash.
  Object.defineProperty(lexer, 'indentNext', {
    get: () => (isInFlow(lexer) || isAtQuote(lexer) ? 0 : indentNext),
    set(value: unknown) {
      indentNext = value;
    },
  });
  return lexer.lex(text);
}

function isInFlow(lexer: Lexer): boolean {
  const level: unknown = Reflect.get(lexer, 'flowLevel');
  return level !== 0;
}

/** A quote at the beginning of a line may be text in a block scalar, which ends where its indentation does. */
function isAtQuote(lexer: Lexer): boolean {
  const text: unknown = Reflect.get(lexer, 'buffer');
  const at: unknown = Reflect.get(lexer, 'pos');
  if (typeof text !== 'string' || typeof at !== 'number') return false;
  return /["']/.test(text[at] ?? '') && at > 0 && text[at - 1] !== '\n';
}
