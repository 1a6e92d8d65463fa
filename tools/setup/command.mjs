import { spawn } from 'node:child_process';
import { SetupProblem } from './problem.mjs';

const shownLines = 15;

/**
 * Runs a command to its end and answers what it printed.
 *
 * @throws SetupProblem with `advice` and the last lines that the command printed
 */
export function run(command, args, { advice, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
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
    child.on('error', (error) => fail(error.message));
    child.on('close', (code, signal) => (code === 0 ? resolve(output) : fail(signal ?? `exit ${code}`)));
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
