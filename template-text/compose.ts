import type { Document } from 'yaml';
import { Composer, LineCounter, Parser, parseDocument } from 'yaml';
import { lexemesOf } from './lexemes.ts';
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
  const document: Document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
  dropFalseErrors(document);
  const lenient = document.errors.length === 0 ? undefined : composeLeniently(text);
  return lenient ?? { document, lines };
}

/** Undefined where the text is not one document. */
function composeLeniently(text: string): Composed | undefined {
  const lines = new LineCounter();
  const composer = new Composer({ ...yamlOptions, lineCounter: lines });
  const [document, second] = composer.compose(tokensOf(text, lines), true, text.length);
  if (document !== undefined) dropFalseErrors(document);
  const isOne = document !== undefined && second === undefined && document.errors.length === 0;
  return isOne ? { document, lines } : undefined;
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
