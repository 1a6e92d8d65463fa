/** Texts that are too many for the memory: they wait in a file, and are read one after the other. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Spill {
  /** Keeps a text; its number is the one to read it by. */
  add(text: string): number;
  read(number: number): string;
  /** Removes the file. */
  close(): void;
}

// A registry of a thousand repositories needs no file.
const maxCharactersInMemory = 8_000_000;

/** Where a text is in the file; in bytes. */
interface Place {
  readonly offset: number;
  readonly length: number;
}

/** @param maxCharacters of texts in memory; more of them move to a file that only this user can read */
export function startSpill(maxCharacters = maxCharactersInMemory): Spill {
  const texts: (string | Place)[] = [];
  let waiting: number[] = [];
  let characters = 0;
  let bytes = 0;
  let file: { readonly folder: string; readonly descriptor: number } | undefined;
  const flush = () => {
    file ??= openFile();
    const all = Buffer.concat(
      waiting.map((number) => {
        const text = Buffer.from(String(texts[number]));
        texts[number] = { offset: bytes, length: text.length };
        bytes += text.length;
        return text;
      }),
    );
    writeAll(file.descriptor, all);
    waiting = [];
    characters = 0;
  };
  return {
    add(text) {
      const number = texts.push(text) - 1;
      waiting.push(number);
      characters += text.length;
      if (characters > maxCharacters) flush();
      return number;
    },
    read(number) {
      const text = texts[number];
      if (typeof text !== 'object' || file === undefined) return String(text);
      const buffer = Buffer.alloc(text.length);
      readSync(file.descriptor, buffer, 0, text.length, text.offset);
      return buffer.toString();
    },
    close() {
      if (file === undefined) return;
      closeSync(file.descriptor);
      remove(file.folder);
      file = undefined;
    },
  };
}

function openFile() {
  // Only its owner can open the folder.
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-'));
  const descriptor = openSync(join(folder, 'audit.jsonl'), 'wx+', 0o600);
  // An open file can be removed, but for Windows: then nothing is left behind, however the process ends.
  remove(folder);
  return { folder, descriptor };
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Windows removes it once it is closed; what is left is of no use to anybody else.
  }
}

function writeAll(descriptor: number, buffer: Buffer): void {
  for (let done = 0; done < buffer.length; ) done += writeSync(descriptor, buffer, done);
}
