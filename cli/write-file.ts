/** Writing a file that a user named: whole or not at all, and without changing what it is. */
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/**
 * Writes a file whole or not at all: a process that ends meanwhile leaves what was there. Mode, owner and symbolic links stay.
 *
 * A pipe or a device is written as it is. So is a file of another owner, of other names (hard links), or behind a link to nothing:
 * a new file in its place would not be the same one. The file of standard output or error (/dev/stdout) is written on, since it
 * may have the output of others in it.
 *
 * @throws Error if it cannot be written, or is read-only
 */
export function writeText(file: string, text: string): void {
  refuseReadOnly(file);
  if (isReplaceable(file)) writeFileAtomic.sync(file, text);
  else writeFileSync(outputTo(file) ?? file, text);
}

/**
 * The same for a text in pieces, of which one is in memory at a time.
 *
 * @throws Error if it cannot be written, or is read-only
 */
export function writeChunks(file: string, chunks: Iterable<string>): void {
  refuseReadOnly(file);
  if (isReplaceable(file)) replaceByChunks(resolved(file), chunks);
  else writeInto(outputTo(file) ?? openSync(file, 'w'), chunks);
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
    if (!outputs.includes(descriptor)) closeSync(descriptor);
  }
}

const outputs: readonly number[] = [1, 2];

/** The descriptor that standard output or error has of a file. */
function outputTo(file: string): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true) return undefined;
  return outputs.find((descriptor) => {
    const { dev, ino } = fstatSync(descriptor);
    return dev === found.dev && ino === found.ino;
  });
}

/**
 * Says before long work what would keep its report from being written after it.
 *
 * @throws Error if the folder of a file is not there or not writable, or the file is a folder or read-only
 */
export function refuseUnwritable(file: string): void {
  refuseReadOnly(file);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  // Of what is there and written as it is, such as a pipe, the folder does not matter.
  const isReplaced = found === undefined || isReplaceable(file);
  accessSync(isReplaced ? `${dirname(linked(resolved(file)))}/.` : file, constants.W_OK);
}

/** What a link to nothing names, which is written there. */
function linked(file: string): string {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return file;
  const target = readlinkSync(file);
  return linked(isAbsolute(target) ? target : `${dirname(file)}/${target}`);
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
  const isOwn = user === 0 || user === found.uid;
  return found.isFile() && found.nlink === 1 && isOwn && outputTo(file) === undefined;
}
