/** Writing a file that a user named: whole or not at all, and without changing what it is. */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import writeFileAtomic from 'write-file-atomic';

/**
 * Writes a file whole or not at all: a process that ends meanwhile leaves what was there. Mode, owner and symbolic links stay.
 *
 * A pipe or a device is written as it is. So is a file of another owner, of other names (hard links), or behind a link to nothing:
 * a new file in its place would not be the same one.
 *
 * @throws Error if it cannot be written, or is read-only
 */
export function writeText(file: string, text: string): void {
  refuseReadOnly(file);
  if (isReplaceable(file)) writeFileAtomic.sync(file, text);
  else writeFileSync(file, text);
}

/**
 * The same for a text in pieces, of which one is in memory at a time.
 *
 * @throws Error if it cannot be written, or is read-only
 */
export function writeChunks(file: string, chunks: Iterable<string>): void {
  refuseReadOnly(file);
  if (isReplaceable(file)) replaceByChunks(resolved(file), chunks);
  else writeInto(openSync(file, 'w'), chunks);
}

/** By a new file beside it, which then takes its place: the way of write-file-atomic, which takes a whole text only. */
function replaceByChunks(file: string, chunks: Iterable<string>): void {
  const found = statSync(file, { throwIfNoEntry: false });
  const written = `${file}.${randomUUID()}`;
  try {
    const descriptor = openSync(written, 'wx', found?.mode);
    writeInto(descriptor, chunks, () => {
      if (found !== undefined) giveTo(descriptor, found);
      fsyncSync(descriptor);
    });
    renameSync(written, file);
  } catch (error) {
    rmSync(written, { force: true });
    throw error;
  }
}

/** A new file is this process's, with a mode that its umask limits. */
function giveTo(descriptor: number, { uid, gid, mode }: Stats): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch {
    // Only root can give a file to others; its owner is this user already, whose group may be another one.
  }
  fchmodSync(descriptor, mode);
}

function writeInto(descriptor: number, chunks: Iterable<string>, atEnd: () => void = () => undefined): void {
  try {
    for (const chunk of chunks) writeFileSync(descriptor, chunk);
    atEnd();
  } finally {
    closeSync(descriptor);
  }
}

/** The file itself, where it is named by a symbolic link. */
function resolved(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) === undefined ? file : realpathSync(file);
}

/** @throws Error if a file is read-only, also for root, which the system does not stop */
export function refuseReadOnly(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() && (found.mode & 0o222) === 0) throw new Error('it is read-only');
}

function isReplaceable(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return lstatSync(file, { throwIfNoEntry: false }) === undefined;
  const user = process.getuid?.() ?? 0;
  return found.isFile() && found.nlink === 1 && (user === 0 || user === found.uid);
}
