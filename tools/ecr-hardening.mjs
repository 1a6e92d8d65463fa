// The command of a clone, in any folder: installs what it needs and builds itself, the first time and when its sources
// have changed, and then runs. Plain JavaScript without packages, for Node 20 and later.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isBuilt } from './setup/built.mjs';
import { endCommands } from './setup/command.mjs';
import { withLock } from './setup/lock.mjs';
import { root } from './setup/paths.mjs';
import { prepare } from './setup/prepare.mjs';
import { SetupProblem } from './setup/problem.mjs';

process.once('exit', endCommands);
try {
  if (!isBuilt()) {
    await prepare(['command']);
    await withLock(join(root, '.aws-sam', 'command.lock'), async () => {
      // The previous holder of the lock may have built it.
      if (!isBuilt()) await import('./build-cli.mjs');
    });
  }
  createRequire(import.meta.url)(join(root, 'dist', 'ecr-hardening.cjs'));
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  console.error(`\n${error.message}`);
  // 1 means findings.
  process.exitCode = 2;
}
