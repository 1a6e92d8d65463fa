import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { showSteps } from '../../cli/progress.mjs';
import { outputOf, run } from './command.mjs';
import { withLock } from './lock.mjs';
import { modules, pythonRoot, root } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { checkNode, choosePython, isUsable, pythonNames } from './requirements.mjs';
import { fingerprint, isStamped, stamp } from './stamp.mjs';

/** What `npm start` needs. */
const environments = [
  { name: 'ministack', title: 'local AWS (MiniStack)', lists: ['ministack'] },
  { name: 'sam', title: 'SAM CLI', lists: ['sam'] },
];

/** The same with what only the tests and the checks need. */
const allEnvironments = environments.map((each) =>
  each.name === 'sam'
    ? { ...each, title: 'SAM CLI, cfn-lint, pre-commit', lists: ['sam', 'cfn-lint', 'pre-commit'] }
    : each,
);

/** Only for the long test suites and for benchmarks. */
const checkov = { name: 'checkov', title: 'Checkov', lists: ['checkov'] };
/** What benchmarks run beside this project. */
const bench = { name: 'bench', title: 'Cloud Custodian, crhelper', lists: ['bench'] };

/**
 * Installs missing dependencies: the npm packages and the Python environments, in parallel.
 *
 * @param extras `start`: only what `npm start` needs; `command`: only what the command needs, no Python; `checkov`: also the
 *   environment of the long test suites; `bench`: also those of benchmarks
 */
export async function prepare(extras = []) {
  checkNode();
  const wanted = wantedOf(extras);
  if (missing(wanted).length === 0) return;
  const lock = join(root, '.aws-sam', 'setup.lock');
  const { stderr, env } = process;
  // A log of CI keeps every frame of a moving line.
  const isTTY = stderr.isTTY === true && !env.CI;
  const steps = showSteps({ isTTY, columns: stderr.columns, write: (text) => stderr.write(text) });
  await withLock(lock, () => install(steps, wanted), {
    onWait: (holder) =>
      steps.report(
        `Waiting for another set-up in this folder (process ${holder}; if it does not exist, remove ${lock}) …`,
      ),
  });
}

/** What is wanted, as tasks. */
function wantedOf(extras) {
  const isCommand = extras.includes('command');
  const isStart = extras.includes('start');
  const chosen = isCommand ? [] : isStart ? environments : allEnvironments;
  const added = extras.includes('bench') ? [checkov, bench] : extras.includes('checkov') ? [checkov] : [];
  return [packages(isCommand || isStart), ...[...chosen, ...added].map(pythonEnvironment)];
}

async function install(steps, wanted) {
  // The previous holder of the lock may have installed everything.
  const tasks = missing(wanted);
  if (tasks.length === 0) return;
  const python = tasks.some(({ needsPython }) => needsPython) ? await findPython() : undefined;
  steps.report('Installing dependencies; the first time this takes a minute or two …');
  const results = await Promise.allSettled(tasks.map((task) => steps.step(task.title, task.install(python))));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** The missing dependencies, as tasks. */
function missing(wanted) {
  return wanted.filter((task) => !task.isDone());
}

/**
 * Folders of packages that nothing here loads, 120 MB: what the install script of `node` leaves beside bin/node (another name
 * of the program, and headers for C++), and the bundles of echarts, whose modules are bundled with the command line.
 */
const unused = [join('node', 'node_modules'), join('echarts', 'dist')];

/**
 * npm's options for which packages to install.
 *
 * @param isStart without those of the workspace `test`
 */
export function packageOptions(isStart) {
  // --include=dev because NODE_ENV=production would omit the tools.
  if (!isStart) return ['--include=dev'];
  // npm would install the library's optional peers as well, which are the tests' (--legacy-peer-deps).
  return ['--include=dev', '--workspace=functions', '--include-workspace-root', '--legacy-peer-deps'];
}

/** @param isStart without those of the workspace `test` */
function packages(isStart) {
  const file = join(modules, '.ecr-hardening');
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const complete = fingerprint(lock);
  const print = isStart ? fingerprint(lock, 'start') : complete;
  return {
    title: 'npm packages',
    needsPython: false,
    isDone: () => isStamped(file, print) || isStamped(file, complete),
    async install() {
      await run('npm', ['ci', ...packageOptions(isStart), '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: root,
        advice:
          'The npm packages could not be installed: see the output below, check the connection to the registry, and retry.',
      });
      // The functions run on the Node of the npm package "node", which its install script downloads.
      const node = join(modules, '.bin', 'node');
      const version = await outputOf(node, ['--version']);
      if (!version?.startsWith('v24.'))
        throw new SetupProblem(
          'The npm package "node" did not install Node 24: allow its install script (npm config get ignore-scripts), remove node_modules, and retry.',
        );
      for (const folder of unused) rmSync(join(modules, folder), { recursive: true, force: true });
      stamp(file, print);
    },
  };
}

const pipInstall = [
  ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--no-compile'],
  // Only the very files that were published when the lists were made, for every kind of machine.
  '--require-hashes',
  // The lists are complete, so there are no dependencies to resolve.
  '--no-deps',
];

/** An environment, which the first of its lists creates and each other one adds to. */
function pythonEnvironment({ name, title, lists }) {
  const folder = join(pythonRoot, name);
  const python3 = join(folder, 'bin', 'python3');
  const parts = lists.map((list) => requirementsOf(list, folder));
  const lacking = () => parts.findIndex(({ file, print }) => !isStamped(file, print));
  return {
    title,
    needsPython: true,
    // If its Python was uninstalled, the link is broken.
    isDone: () => lacking() === -1 && existsSync(python3),
    async install(python) {
      const advice = `${title} could not be installed: see the output below, check the connection to the registry, and retry.`;
      const first = existsSync(python3) ? Math.max(lacking(), 0) : 0;
      if (first === 0) {
        // Retried because child processes of a killed set-up may still write there.
        rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
        mkdirSync(pythonRoot, { recursive: true });
        await run(python.name, ['-m', 'venv', folder], { advice });
      }
      for (const { path, file, print } of parts.slice(first)) {
        await run(python3, [...pipInstall, '-r', path(python.version)], { advice });
        stamp(file, print);
      }
    },
  };
}

function requirementsOf(list, folder) {
  const path = (version) =>
    join(root, 'local', 'requirements', `${list}${version?.[1] === 10 ? '-python310' : ''}.txt`);
  return {
    path,
    file: join(folder, `.ecr-hardening-${list}`),
    // Both lists are part of the fingerprint, because the version of Python is not known here.
    print: fingerprint(readFileSync(path(), 'utf8'), readFileSync(path([3, 10]), 'utf8')),
  };
}

async function findPython() {
  const script =
    'import sys, importlib.util as u; print(*sys.version_info[:2], u.find_spec("venv") is not None and u.find_spec("ensurepip") is not None)';
  const probes = [];
  for (const name of pythonNames()) {
    const output = await outputOf(name, ['-c', script]);
    if (output === undefined) continue;
    // Other lines are warnings, such as that it cannot find its libraries. What does not answer is no Python.
    const [, major, minor, hasVenv] = /^(\d+) (\d+) (True|False)\r?$/m.exec(output) ?? [];
    if (hasVenv === undefined) continue;
    probes.push({ name, version: [Number(major), Number(minor)], hasVenv: hasVenv === 'True' });
    if (isUsable(probes.at(-1))) break;
  }
  return choosePython(probes);
}
