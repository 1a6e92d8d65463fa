/** The SAM CLI of the project's Python environment. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { projectRoot, pythonEnvironment } from './paths.ts';

/** Exit code and output of a run of the SAM CLI. */
export interface SamRun {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs `sam` in the project's root, with the project's Node and esbuild first in PATH, where SAM looks for esbuild.
 */
export async function runSam(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<SamRun> {
  // SAM leaves temporary folders behind, so they are created in one that is removed afterwards.
  const temporary = mkdtempSync(join(tmpdir(), 'sam-'));
  // Retried because processes that SAM has started may still write there.
  const remove = () => rmSync(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  // After an interruption nothing below is reached.
  process.once('exit', remove);
  try {
    return await run(args, { ...environment, TMPDIR: temporary });
  } finally {
    process.removeListener('exit', remove);
    remove();
  }
}

function run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<SamRun> {
  const child = spawn(join(pythonEnvironment('sam'), 'bin', 'python3'), ['-m', 'samcli', ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      SAM_CLI_TELEMETRY: '0',
      // Cached byte code saves a second in each later run; the user may have disabled it for other programs.
      PYTHONDONTWRITEBYTECODE: '',
      ...environment,
      PATH: [join(projectRoot, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    },
  });
  // At once, so that it leaves its folder alone; and before that is removed.
  const kill = () => child.kill('SIGKILL');
  process.prependOnceListener('exit', kill);
  let output = '';
  const append = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', append);
  child.stderr.on('data', append);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.removeListener('exit', kill);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** The lines of SAM's output that explain a failure, or the last lines. */
export function errorLines(output: string): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const errors = lines.filter((line) => /error|failed|reason/i.test(line));
  return (errors.length > 0 ? errors : lines.filter((line) => line !== '')).slice(-6).join('\n');
}
