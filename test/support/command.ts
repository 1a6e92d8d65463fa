/** The command as a user gets it, built once for a run of tests, with one cache of its compiled code. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../local/paths.ts';

/** Makes the folder of a run of tests, for the set-up of jest; the tests' environment has its path. */
export function startRun(): void {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-tests-'));
  mkdirSync(join(folder, 'cache'));
  process.env.ECR_HARDENING_TEST_RUN = folder;
}

/** Removes it. */
export function endRun(): void {
  const folder = process.env.ECR_HARDENING_TEST_RUN;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** The package's bin. */
export const bin = join(projectRoot, 'dist', 'ecr-hardening.cjs');

/** The environment of a command that finds the code which an earlier one has compiled: hundreds of them start. */
export const compiledBefore: Readonly<Record<string, string>> =
  process.env.ECR_HARDENING_TEST_RUN === undefined
    ? {}
    : { XDG_CACHE_HOME: join(process.env.ECR_HARDENING_TEST_RUN, 'cache') };

/** Builds the bin, once for all files of a run of tests: what is tested is what a user gets. */
export function buildBin(): void {
  once('bin', () => runTool('build-cli.mjs'));
}

/** Builds the library, and the bin before it: both write what they share. */
export function buildLibrary(): void {
  buildBin();
  once('library', () => runTool('build-library.mjs'));
}

function runTool(name: string): void {
  execFileSync(process.execPath, [join(projectRoot, 'tools', name)]);
}

function once(what: string, build: () => void): void {
  const folder = process.env.ECR_HARDENING_TEST_RUN;
  if (folder === undefined) build();
  else if (isFirst(join(folder, `building-${what}`))) {
    build();
    writeFileSync(join(folder, `built-${what}`), '');
  } else {
    // Another file of tests builds it: this one's tests cannot begin before.
    for (let look = 0; !existsSync(join(folder, `built-${what}`)); look += 1) {
      if (look > 2400) throw new Error(`the ${what} was not built`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
