/** Writing a file that a user named: whole or not at all, and without changing what it is. */
import { lstatSync, statSync, writeFileSync } from 'node:fs';
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
