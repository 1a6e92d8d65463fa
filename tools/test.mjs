// `npm test`: set-up, checks of types and style, then jest. Plain JavaScript, because it runs before set-up.
//
// ECR_HARDENING_REPORT: a folder for jest's result files, which .ci/run sums up. With it each file of tests that failed runs
// once more, alone: on a busy machine one test of thousands may be late, which must not fail a build for a change that is
// right. What it failed with stays in the output. Without it a test fails at once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { failedFiles, withAgain } from './again.mjs';
import { root } from './setup/paths.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const [suite = 'all', ...rest] = process.argv.slice(2);
const report = process.env.ECR_HARDENING_REPORT;
const isLong = ['corpus', 'long', 'chaos'].includes(suite);

const environment = {
  ...process.env,
  // The tests start hundreds of processes with the same code.
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
  PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
  ...(isLong ? { ECR_HARDENING_SUITE: suite } : {}),
};

/** Runs a command; the result is its exit code. With --outputFile jest's report goes to standard error. */
async function run(command, args, stdio = 'inherit', isPatient = false) {
  const child = spawn(command, args, { cwd: root, stdio, env: environment });
  if (isPatient) giveWay(child.pid);
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
  try {
    const [code, signal] = await once(child, 'close');
    if (signal !== null) console.error(`${command} was terminated by ${signal}`);
    process.stdout.write(Buffer.concat(output));
    return code ?? 1;
  } catch (error) {
    console.error(`${command} could not be started: ${error.message}`);
    return 1;
  }
}

/** Lets other processes come before one, and before those that it starts. */
function giveWay(pid) {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended, or the system does not allow it: then all are equal.
  }
}

/** The checks, beside the build that the tests need; each prints when it has ended. */
const checks = () => [
  run(bin('tsc'), ['--noEmit'], 'pipe'),
  run(bin('biome'), ['check', '--error-on-warnings', '.'], 'pipe'),
  run(bin('node'), [join(root, 'local', 'build.ts')], 'pipe'),
];

/** Tests in which a request has only so much time, as one of Lambda has, or in which calls are counted that time makes again. */
const timed = 'test/unit/(custom-resource/|audit/registry)';

/**
 * Runs jest.
 *
 * @param name of its result file
 * @param workers how many files of tests run at once
 * @param isPatient whether other processes come first
 */
const jest = (name, workers, args, isPatient = false) =>
  // By path: PATH may still resolve `node` to another one than the project's, which set-up installs.
  run(
    bin('node'),
    [
      // Its workers have it too: with V8's own limit a tenth of their processor time is garbage collection.
      '--max-semi-space-size=64',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...(report === undefined ? [] : ['--json', `--outputFile=${resultFile(name)}`]),
      `--maxWorkers=${workers}`,
      ...args,
      ...rest,
    ],
    // Of two at the same time one is shown as it goes.
    name === 'timed' ? 'pipe' : 'inherit',
    isPatient,
  );

const resultFile = (name) => join(report, `${name}.json`);
const readResult = (name) => JSON.parse(readFileSync(resultFile(name), 'utf8'));

/** More than so many that fail are no chance, and would take long. */
const mostAgain = 20;

/** Runs again what failed of a run; its result file says the last of each file of tests. */
async function again(name) {
  // A run that crashed has none, which sum-results.mjs says.
  if (!existsSync(resultFile(name))) return 1;
  const first = readResult(name);
  const files = failedFiles(first);
  if (files.length === 0 || files.length > mostAgain) return 1;
  console.log(
    `\n${files.length} of the files of tests failed. Each runs once more, alone:\n${files.join('\n')}\n`,
  );
  const code = await jest(`${name}-again`, 1, ['--runTestsByPath', ...files]);
  writeFileSync(resultFile(name), JSON.stringify(withAgain(first, readResult(`${name}-again`))));
  return code;
}

// Tests wait more than they compute: for processes, and for times that run out. Those of the long suites compute more.
const many = Math.max(5, availableParallelism());

/** All tests run as two at the same time, so that those whose time is short get the processor before the others. */
const runs = () =>
  suite === 'all' && rest.length === 0
    ? {
        // Most of them wait; a build has the time to run one after the other, on whatever machine.
        timed: jest('timed', report === undefined ? 2 : 1, [
          ...['--selectProjects', 'unit', '--testPathPatterns', timed],
        ]),
        all: jest('all', many, ['--testPathIgnorePatterns', '/node_modules/', timed], true),
      }
    : { [suite]: jest(suite, isLong ? 2 : many, []) };

const setUp = () =>
  run(process.execPath, [join(root, 'tools', 'setup.mjs'), ...(suite === 'corpus' ? ['checkov'] : [])]);

/** @returns the first exit code that is not 0 */
async function prepare() {
  for (const step of [() => [setUp()], ...(suite === 'all' ? [checks] : [])]) {
    const failed = (await Promise.all(step())).find((code) => code !== 0);
    if (failed !== undefined) return failed;
  }
  return 0;
}

/** @returns the first exit code that is not 0, after what failed has run again */
async function test() {
  const ended = Object.entries(runs()).map(async ([name, code]) => [name, await code]);
  let worst = 0;
  for (const [name, code] of await Promise.all(ended)) {
    const last = code !== 0 && report !== undefined ? await again(name) : code;
    if (worst === 0) worst = last;
  }
  return worst;
}

process.exitCode = (await prepare()) || (await test());
