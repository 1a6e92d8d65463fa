/**
 * The only way out to a terminal: what steers one is shown as an escape.
 *
 * Files and pipes are written directly: Node's streams take longer to load than a small check takes.
 */
import { fstatSync, statSync, writeSync } from 'node:fs';
import { visible, visibleLines } from '../core/visible.ts';

const output = 1;
const errors = 2;
type Descriptor = typeof output | typeof errors;

/** Prints text of our own that quotes others; what is a line in it stays one. */
export function print(text: string): void {
  write(output, visibleLines(text));
}

/** Prints a text in pieces; lines of our own as `print`. */
export async function printAll(chunks: Iterable<string>): Promise<void> {
  for (const chunk of chunks) {
    if (!hasReader) return;
    await write(output, visibleLines(chunk));
  }
}

/** Prints a sentence on standard error. */
export function printProblem(sentence: string): void {
  write(errors, `${visible(sentence)}\n`);
}

/** Prints what commander has to say on standard error. */
export function printUsage(text: string): void {
  write(errors, visibleLines(text));
}

/** Prints a document byte for byte into a file or a pipe; at a terminal what steers it is shown as an escape. */
export function printDocument(text: string): void {
  write(output, outputScreen.isTTY ? visibleLines(text.replaceAll('\r\n', '\n')) : text);
}

/** Standard output and standard error as far as displays use them; a stream is made only where it is a terminal. */
export const outputScreen = screenOf(output);
export const errorScreen = screenOf(errors);

/** A terminal, or what is in its place. */
export type Screen = ReturnType<typeof screenOf>;

function screenOf(descriptor: Descriptor) {
  return {
    get isTTY(): boolean {
      return mayBeTerminal(descriptor) && streamOf(descriptor).isTTY === true;
    },
    get columns(): number {
      return streamOf(descriptor).columns;
    },
    write: (text: string) => void write(descriptor, text),
  };
}

/** @returns a promise where the stream of a terminal has not taken all of it yet */
function write(descriptor: Descriptor, text: string): Promise<void> | undefined {
  if (descriptor === output && !hasReader) return undefined;
  if (!mayBeTerminal(descriptor)) {
    writeAll(descriptor, text);
    return undefined;
  }
  const stream = streamOf(descriptor);
  if (stream.write(text)) return undefined;
  return new Promise((resolve) => {
    stream.once('drain', resolve);
    stream.once('error', () => resolve());
  });
}

const streams = new Map<Descriptor, NodeJS.WriteStream>();

function streamOf(descriptor: Descriptor): NodeJS.WriteStream {
  const known = streams.get(descriptor);
  if (known !== undefined) return known;
  const stream = descriptor === output ? process.stdout : process.stderr;
  if (descriptor === output) stream.on('error', afterFailure);
  streams.set(descriptor, stream);
  return stream;
}

/** Terminals are character devices, and so is where output is thrown away. */
function mayBeTerminal(descriptor: Descriptor): boolean {
  const known = devices.get(descriptor);
  if (known !== undefined) return known;
  const is = isDevice(descriptor);
  devices.set(descriptor, is);
  return is;
}

const devices = new Map<Descriptor, boolean>();

function isDevice(descriptor: Descriptor): boolean {
  try {
    const found = fstatSync(descriptor);
    const isNothing = found.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev;
    return found.isCharacterDevice() && !isNothing;
  } catch {
    // Not open, or of a kind that only Node's stream knows.
    return true;
  }
}

const waitMs = 5;

/** Writes all of a text, also into a pipe that is full for now. */
function writeAll(descriptor: Descriptor, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
      else {
        if (descriptor === output) afterFailure(error);
        return;
      }
    }
  }
}

/** Whether somebody still reads the output. */
let hasReader = true;

/**
 * The reader of a pipe may stop early (`ecr-hardening check ... | head`), which is no error: the rest is not written, and the command
 * ends as it would have, since a gate reads its exit code. A full disk is an error.
 */
function afterFailure(error: unknown): void {
  if (!hasReader) return;
  if (codeOf(error) === 'EPIPE') {
    hasReader = false;
    return;
  }
  printProblem(
    `The output could not be written (${error instanceof Error ? error.message : String(error)}).`,
  );
  process.exit(2);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
