import type { Document } from 'yaml';
import { Composer, type CST, LineCounter, Parser, YAMLParseError } from 'yaml';
import { lexemesOf } from './lexemes.ts';
import { shallowTokens } from './shallow-tokens.ts';
import { yamlOptions } from './yaml-options.ts';

/** A text's nodes, and where its lines begin. */
export interface Composed {
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * Parses YAML by its specification or, where that refuses the text, in the way of CloudFormation's parser.
 * Errors are those of the specification, which are nearer to their cause: a quote that is never closed ends with its line.
 */
export function compose(text: string): Composed {
  const lines = new LineCounter();
  const [document, second] = documentsOf(new Parser(lines.addNewLine).parse(text), text, lines);
  if (document === undefined) throw new Error('the library composes a document of any text');
  if (second !== undefined)
    document.errors.push(new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', 'a second'));
  dropFalseErrors(document);
  const lenient = document.errors.length === 0 ? undefined : composeLeniently(text);
  return lenient ?? { document, lines };
}

/** Undefined where the text is not one document. */
function composeLeniently(text: string): Composed | undefined {
  const lines = new LineCounter();
  const [document, second] = documentsOf(tokensOf(text, lines), text, lines);
  if (document !== undefined) dropFalseErrors(document);
  const isOne = document !== undefined && second === undefined && document.errors.length === 0;
  return isOne ? { document, lines } : undefined;
}

function documentsOf(
  tokens: Iterable<CST.Token>,
  text: string,
  lineCounter: LineCounter,
): Iterable<Document.Parsed> {
  return new Composer({ ...yamlOptions, lineCounter }).compose(shallowTokens(tokens), true, text.length);
}

/** CloudFormation's parser takes a comment directly behind a bracket or a quote; this one asks for space before it. */
function dropFalseErrors(document: Document): void {
  document.errors = document.errors.filter(
    ({ message }) => !message.startsWith('Comments must be separated'),
  );
}

function* tokensOf(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of lexemesOf(text)) yield* parser.next(lexeme);
  yield* parser.end();
}
