import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';

const stampFile = join(root, '.aws-sam', 'command.json');
/** What the build makes, as far as it may have been removed. */
const made = ['dist/ecr-hardening.cjs', 'lib/cjs/modules.cjs'];
/** What the build reads apart from the sources; the lock file stands for all packages. */
const others = [
  'package.json',
  'package-lock.json',
  'tools/build-cli.mjs',
  'tools/library-modules.mjs',
  // Which modules the command takes from the library's file.
  'index.ts',
];

/** Whether the command is built from the sources as they are now. */
export function isBuilt() {
  const built = read(stampFile);
  return (
    built !== undefined &&
    made.every((file) => existsSync(join(root, file))) &&
    Object.entries(built).every(([file, state]) => stateOf(file) === state)
  );
}

/**
 * Records what a build has read. A new source is imported by one that has changed, so these are all that count.
 *
 * @param {readonly string[]} inputs by their paths from the root
 */
export function recordBuild(inputs) {
  const own = inputs.filter((file) => !file.startsWith('node_modules/') && existsSync(join(root, file)));
  const states = Object.fromEntries([...own, ...others].map((file) => [file, stateOf(file)]));
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(states));
}

/** @param {string} file */
function stateOf(file) {
  const found = statSync(join(root, file), { throwIfNoEntry: false });
  return found === undefined ? 'gone' : `${found.mtimeMs} ${found.size}`;
}

/** @param {string} file */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Never built, or interrupted while this was written.
    return undefined;
  }
}
