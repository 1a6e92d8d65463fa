// The bootstrap: makes a fresh clone ready to run. Plain JavaScript without a dependency, for Node 20 and later,
// since it runs before anything is installed. `node tools/setup.mjs checkov` also installs what the long suites need. Silent, and done within a moment, when there is nothing to do.

import { prepare } from './setup/prepare.mjs';
import { SetupProblem } from './setup/problem.mjs';

try {
  await prepare(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
