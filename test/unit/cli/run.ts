import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bin, compiledBefore } from '../../support/command.ts';

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
      env: { ...rest, ...compiledBefore, ...env },
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
