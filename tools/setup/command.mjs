import { spawn } from 'node:child_process';
import { SetupProblem } from './problem.mjs';

const shownLines = 15;
const running = new Set();

/**
 * Ends every command that still runs, and what it has started: an installer must not outlive its set-up.
 * At once, since npm takes its time to clean up, and the next set-up begins anew anyhow.
 */
export function endCommands() {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended in the meantime.
    }
  }
}

/** The user's environment without what makes Python look, or pip install, outside the project's environments. */
function cleanEnvironment() {
  const { PYTHONPATH, PYTHONHOME, PIP_TARGET, PIP_PREFIX, ...rest } = process.env;
  return { ...rest, PIP_USER: '0' };
}

/**
 * Runs a command to its end and answers what it printed.
 *
 * @throws SetupProblem with `advice` and the last lines that the command printed
 */
export function run(command, args, { advice, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      env: cleanEnvironment(),
      // A group of its own, so that it can be ended with all that it has started.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const fail = (reason) => {
      const tail = output.trimEnd().split('\n').slice(-shownLines).join('\n');
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

/** The output of a command, or undefined when it is not there or fails. */
export async function ask(command, args) {
  try {
    return await run(command, args, { advice: '' });
  } catch {
    return undefined;
  }
}
