/** The files of a release, as its SHA256SUMS lists them. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../core/problem.ts';

/** One of the files. */
export interface ReleaseFile {
  readonly name: string;
  /** SHA-256, in hexadecimal. */
  readonly sum: string;
}

export interface ReleaseFiles {
  readonly version: string;
  /** SHA256SUMS is the last: where it is, all the others are. */
  readonly files: readonly ReleaseFile[];
  /** @throws Problem if the file has changed since it was listed */
  read(file: ReleaseFile): Uint8Array;
}

const sumsFile = 'SHA256SUMS';

/** @throws Problem unless the folder has exactly the files that its SHA256SUMS lists, with these sums */
export function readReleaseFiles(folder: string): ReleaseFiles {
  if (!existsSync(join(folder, sumsFile)))
    throw new Problem(
      `${folder} is not a release, which has a file ${sumsFile}: specify its folder, such as release/0.3.0.`,
    );
  const sums = bytesOf(folder, sumsFile);
  const listed = new TextDecoder().decode(sums).trim().split('\n').map(lineOf(folder));
  const names = listed.map(({ name }) => name);
  const strays = readdirSync(folder).filter((name) => name !== sumsFile && !names.includes(name));
  if (strays.length > 0)
    throw new Problem(`${folder} has files that are not in its ${sumsFile}: ${strays.join(', ')}.`);
  for (const { name, sum } of listed)
    if (sumOf(bytesOf(folder, name)) !== sum)
      throw new Problem(
        `${join(folder, name)} is not the file that ${sumsFile} lists: make the release again, or download it again.`,
      );
  return {
    version: versionOf(folder, names),
    files: [...listed, { name: sumsFile, sum: sumOf(sums) }],
    read({ name, sum }) {
      const bytes = bytesOf(folder, name);
      if (sumOf(bytes) !== sum) throw new Problem(`${join(folder, name)} has changed meanwhile.`);
      return bytes;
    },
  };
}

const lineOf =
  (folder: string) =>
  (line: string): ReleaseFile => {
    // Names of a release have no folder, so that none leads out of it.
    const [, sum, name] = /^([0-9a-f]{64}) [ *]([\w.-]+)$/.exec(line) ?? [];
    if (sum === undefined || name === undefined || name.startsWith('.'))
      throw new Problem(`${join(folder, sumsFile)} is not a list of sums.`);
    return { name, sum };
  };

/** By the name of the command's package. */
function versionOf(folder: string, names: readonly string[]): string {
  const [version] = names.flatMap((name) => /^ecr-hardening-(.+)\.tgz$/.exec(name)?.slice(1) ?? []);
  if (version === undefined || !names.includes('template-cloudformation.yaml'))
    throw new Problem(`${folder} is not a release: it has no ecr-hardening-*.tgz or no template.`);
  return version;
}

function bytesOf(folder: string, name: string): Uint8Array {
  try {
    return readFileSync(join(folder, name));
  } catch (error) {
    const reason = typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
    throw new Problem(`${join(folder, name)} cannot be read (${reason}).`);
  }
}

function sumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
