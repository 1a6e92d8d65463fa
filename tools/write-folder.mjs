// Writes a folder of what was built, while other processes may run, pack or copy what an earlier build has left there.
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts each file whole in the place of the earlier one, and removes what an earlier version has built.
 *
 * @param {string} folder
 * @param {ReadonlyMap<string, { contents: string | Uint8Array, isProgram?: boolean }>} files by their names
 * @param {string} temporary a folder of this process's own, on the same disk; removed at the end
 */
export function writeFolder(folder, files, temporary) {
  for (const each of [folder, temporary]) mkdirSync(each, { recursive: true });
  for (const [name, { contents, isProgram = false }] of files) {
    const file = join(temporary, name);
    writeFileSync(file, contents);
    if (isProgram) chmodSync(file, 0o755);
    renameSync(file, join(folder, name));
  }
  rmSync(temporary, { recursive: true });
  // Another build may be removing it too.
  for (const name of readdirSync(folder))
    if (!files.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
}
