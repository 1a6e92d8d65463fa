/** The SAM CLI of the project's own environment. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { projectRoot, pythonEnvironment } from './paths.ts';

/** How a run of the SAM CLI ended, and all that it printed. */
export interface SamRun {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs `sam` in the project's root, with the project's own Node and esbuild first on PATH (SAM looks esbuild up
 * there).
 */
export async function runSam(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<SamRun> {
  // SAM leaves temporary folders behind, so it gets one that ends with it.
  const temporary = mkdtempSync(join(tmpdir(), 'sam-'));
  try {
    return await run(args, { ...environment, TMPDIR: temporary });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<SamRun> {
  const child = spawn(join(pythonEnvironment('sam'), 'bin', 'python3'), ['-m', 'samcli', ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      SAM_CLI_TELEMETRY: '0',
      // Kept byte code makes each later run a second shorter, whatever the user has set for other programs.
      PYTHONDONTWRITEBYTECODE: '',
      // For the install that SAM runs for each function: packages that npm has seen once need no network.
      npm_config_prefer_offline: 'true',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      ...environment,
      PATH: [join(projectRoot, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    },
  });
  const end = () => child.kill();
  process.once('exit', end);
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.removeListener('exit', end);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** The lines of SAM's output that say why it failed, or its last ones. */
export function decisiveLines(output: string): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const decisive = lines.filter((line) => /error|failed|reason/i.test(line));
  return (decisive.length > 0 ? decisive : lines.filter((line) => line !== '')).slice(-6).join('\n');
}
