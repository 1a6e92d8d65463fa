/** The sums of a release's files, as `sha256sum --check SHA256SUMS` reads them. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../core/problem.ts';

const sumsFile = 'SHA256SUMS';

/**
 * Looks at a folder that a release will replace.
 * @throws Problem if it has anything else in it than a release
 */
export function checkReplaceable(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const sums = names.includes(sumsFile) ? readFileSync(join(folder, sumsFile), 'utf8') : '';
  const released = new Set([sumsFile, ...sums.split('\n').map((line) => line.slice(line.indexOf('  ') + 2))]);
  const other = names.find((name) => !released.has(name));
  if (other !== undefined)
    throw new Problem(
      `${folder} has ${other} in it, which is not of a release: specify a folder that does not exist, since a release replaces it.`,
    );
}

/** Writes SHA256SUMS of every file of the folder. @returns their names, in order */
export function writeSums(folder: string): readonly string[] {
  const files = readdirSync(folder).sort();
  const sums = files.map((file) => `${sumOf(join(folder, file))}  ${file}\n`).join('');
  writeFileSync(join(folder, sumsFile), sums);
  return files;
}

function sumOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
