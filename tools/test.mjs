// `npm test`: set-up, checks of types and style, then jest. Plain JavaScript, because it runs before set-up.
//
// ECR_HARDENING_REPORT: a folder for jest's result file, which .ci/run sums up.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const [suite = 'all', ...rest] = process.argv.slice(2);
const report = process.env.ECR_HARDENING_REPORT;

const checks = [
  {
    command: process.execPath,
    args: [join(root, 'tools', 'setup.mjs'), ...(suite === 'corpus' ? ['checkov'] : [])],
  },
  ...(suite === 'all'
    ? [
        { command: bin('tsc'), args: ['--noEmit'] },
        { command: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
      ]
    : []),
  {
    // By path: PATH may still resolve `node` to another one than the project's, which set-up installs.
    command: bin('node'),
    args: [
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...(report === undefined ? [] : ['--json', `--outputFile=${join(report, `${suite}.json`)}`]),
      // Histories wait more than they compute.
      ...(suite === 'chaos' ? ['--maxWorkers=2'] : []),
      ...rest,
    ],
  },
];

const environment = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
  ...(['corpus', 'long', 'chaos'].includes(suite) ? { ECR_HARDENING_SUITE: suite } : {}),
};
for (const { command, args } of checks) {
  // With --outputFile jest does not print the JSON results to standard output; its report goes to standard error.
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment,
  });
  if (error !== undefined) console.error(`${command} could not be started: ${error.message}`);
  if (signal !== null && signal !== undefined) console.error(`${command} was terminated by ${signal}`);
  if (status !== 0) {
    process.exitCode = status ?? 1;
    break;
  }
}
