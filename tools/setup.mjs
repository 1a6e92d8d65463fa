// Set-up: installs the dependencies of a fresh clone. Plain JavaScript without packages, for Node 20 and later, because it
// runs before anything is installed. Fast and silent if there is nothing to do.
// `node tools/setup.mjs start` installs only what `npm start` needs, without the packages of test/package.json;
// `node tools/setup.mjs checkov` also installs the dependencies of the long test suites, and `bench` those of benchmarks.

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
