/** The sums of a release's files, as `sha256sum --check SHA256SUMS` reads them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes SHA256SUMS of every file of the folder. @returns their names, in order */
export function writeSums(folder: string): readonly string[] {
  const files = readdirSync(folder).sort();
  const sums = files.map((file) => `${sumOf(join(folder, file))}  ${file}\n`).join('');
  writeFileSync(join(folder, 'SHA256SUMS'), sums);
  return files;
}

function sumOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
