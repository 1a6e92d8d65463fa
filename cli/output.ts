/** The only way out to a terminal: what steers one is shown as an escape. */
import { once } from 'node:events';
import { visible, visibleLines } from '../core/visible.ts';

/** Prints text of our own that quotes others; what is a line in it stays one. */
export function print(text: string, stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(visibleLines(text));
}

/** Prints a text in pieces, each once the one before was taken; lines of our own as `print`. */
export async function printAll(chunks: Iterable<string>): Promise<void> {
  for (const chunk of chunks)
    if (!process.stdout.write(visibleLines(chunk))) await once(process.stdout, 'drain');
}

/** Prints a sentence on standard error. */
export function printProblem(sentence: string): void {
  process.stderr.write(`${visible(sentence)}\n`);
}

/** Prints a document byte for byte into a file or a pipe; at a terminal what steers it is shown as an escape. */
export function printDocument(text: string): void {
  process.stdout.write(process.stdout.isTTY === true ? visibleLines(text.replaceAll('\r\n', '\n')) : text);
}
