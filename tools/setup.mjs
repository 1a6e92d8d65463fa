// The bootstrap: makes a fresh clone ready to run. Plain JavaScript without a dependency, for Node 20 and later,
// since it runs before anything is installed. Silent, and done within a moment, when there is nothing to do.
// `node tools/setup.mjs checkov` also installs what the long suites need.

import { endCommands } from './setup/command.mjs';
import { prepare } from './setup/prepare.mjs';
import { SetupProblem } from './setup/problem.mjs';

for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
])
  process.once(signal, () => process.exit(code));
process.once('exit', endCommands);

try {
  await prepare(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
