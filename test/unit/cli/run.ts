import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../../local/paths.ts';

/** The package's bin. */
export const bin = join(projectRoot, 'dist', 'ecr-hardening.cjs');

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

/** What a command came to. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own, with the files given, in which commands run. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-cli-'));

  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
  }

  /** Runs the bin with what stands in place of the environment's wishes about colours and AWS. */
  run(
    args: readonly string[],
    {
      input = '',
      env = {},
      cwd = '.',
    }: { readonly input?: string; readonly env?: Record<string, string>; readonly cwd?: string } = {},
  ): Ended {
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...given } = process.env;
    // Nor what the machine or other tests say of AWS.
    const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('AWS_')));
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
      cwd: join(this.folder, cwd),
      input,
      env: { ...rest, ...env },
      encoding: 'utf8',
      maxBuffer: 64_000_000,
    });
    return { code: status, out: stdout, err: stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A template of one repository of which nothing is said. */
export const unsafe = [
  'Resources:',
  '  Orders: # ours',
  '    Type: AWS::ECR::Repository',
  '    Properties:',
  "      RepositoryName: !Sub 'orders' # as ever",
  '',
].join('\n');

/** What every sentence about a template that cannot be read is: one line, without a stack trace. */
export const isSentence = (text: string) => /^[^\n]+[.?]\n$/.test(text) && !/\bat .*:\d+:\d+/.test(text);

/** What is said on standard error, without the warnings of `expand` about the default lifecycle policies that it writes. */
export const withoutDefaults = (err: string) =>
  err.replace(/^.*: .* gets? the default lifecycle policy, which .*\n/gm, '');
