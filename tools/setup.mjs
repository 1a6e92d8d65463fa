// Set-up: installs the dependencies of a fresh clone. Plain JavaScript without packages, for Node 20 and later, because it
// runs before anything is installed. Fast and silent if there is nothing to do.
// `node tools/setup.mjs start` installs only what `npm start` needs, without the packages of test/package.json;
// `node tools/setup.mjs checkov` also installs the dependencies of the long test suites, and `bench` those of benchmarks.

import { endCommands } from './setup/command.mjs';
import { prepare } from './setup/prepare.mjs';
import { fileProblem, SetupProblem } from './setup/problem.mjs';
import { exitOnSignals } from './setup/signals.mjs';

exitOnSignals();
process.once('exit', endCommands);

try {
  await prepare(process.argv.slice(2));
} catch (error) {
  const problem = error instanceof SetupProblem ? error.message : fileProblem(error);
  if (problem === undefined) throw error;
  console.error(`\n${problem}`);
  process.exitCode = 1;
}
