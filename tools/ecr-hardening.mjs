// The command of a clone, in any folder: installs what it needs and builds itself, the first time and when its sources
// have changed, and then runs. Plain JavaScript without packages, for Node 20 and later.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isBuilt } from './setup/built.mjs';
import { endCommands } from './setup/command.mjs';
import { withLock } from './setup/lock.mjs';
import { root } from './setup/paths.mjs';
import { prepare } from './setup/prepare.mjs';
import { fileProblem, SetupProblem } from './setup/problem.mjs';
import { exitOnSignals } from './setup/signals.mjs';

process.once('exit', endCommands);
try {
  if (!isBuilt()) {
    // What it installs with has a process group of its own, which Ctrl-C does not reach.
    const leaveSignals = exitOnSignals();
    await prepare(['command']);
    await withLock(join(root, '.aws-sam', 'command.lock'), async () => {
      // The previous holder of the lock may have built it.
      if (!isBuilt()) await import('./build-cli.mjs');
    });
    leaveSignals();
  }
  createRequire(import.meta.url)(join(root, 'dist', 'ecr-hardening.cjs'));
} catch (error) {
  const problem = error instanceof SetupProblem ? error.message : fileProblem(error);
  if (problem === undefined) throw error;
  console.error(`\n${problem}`);
  // 1 means findings.
  process.exitCode = 2;
}
