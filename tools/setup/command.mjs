import { spawn } from 'node:child_process';
import { SetupProblem } from './problem.mjs';

const maxOutputLines = 15;
const running = new Set();

/**
 * Kills every running command and its child processes: an installer must not outlive set-up. Without a graceful shutdown,
 * because npm's clean-up is slow and the next set-up starts over.
 */
export function endCommands() {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has exited.
    }
  }
}

/** The environment without variables that make Python or pip use files outside of the project's environments. */
function cleanEnvironment() {
  const { PYTHONPATH, PYTHONHOME, PIP_TARGET, PIP_PREFIX, ...rest } = process.env;
  return { ...rest, PIP_USER: '0' };
}

/**
 * Runs a command and returns its output.
 *
 * @throws SetupProblem with `advice` and the last lines of the output
 */
export function run(command, args, { advice, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      env: cleanEnvironment(),
      // A process group of its own, so that it can be killed with its child processes.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    const append = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', append);
    child.stderr.on('data', append);
    const fail = (reason) => {
      const tail = output.trimEnd().split('\n').slice(-maxOutputLines).join('\n');
      reject(new SetupProblem(`${advice}\n${command} ${args.join(' ')}: ${reason}\n${tail}`.trimEnd()));
    };
    child.on('error', (error) => {
      running.delete(child);
      fail(error.message);
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0) resolve(output);
      else fail(signal ?? `exit ${code}`);
    });
  });
}

/** The output of a command; undefined if it does not exist or fails. */
export async function outputOf(command, args) {
  try {
    return await run(command, args, { advice: '' });
  } catch {
    return undefined;
  }
}
