import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { showSteps } from '../../cli/progress.mjs';
import { outputOf, run } from './command.mjs';
import { withLock } from './lock.mjs';
import { modules, pythonRoot, root } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { checkNode, choosePython, isUsable, pythonNames } from './requirements.mjs';
import { fingerprint, isStamped, stamp } from './stamp.mjs';

const environments = [
  { name: 'ministack', title: 'local AWS (MiniStack)' },
  { name: 'sam', title: 'SAM CLI and cfn-lint' },
];

/** Only for the long test suites. */
const optional = [{ name: 'checkov', title: 'Checkov' }];

/**
 * Installs missing dependencies: the npm packages and the Python environments, in parallel.
 *
 * @param extras names of optional environments to install
 */
export async function prepare(extras = []) {
  checkNode();
  const wanted = [...environments, ...optional.filter(({ name }) => extras.includes(name))];
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
  return [packages(), ...wanted.map(pythonEnvironment)].filter((task) => !task.isDone);
}

function packages() {
  const file = join(modules, '.ecr-hardening');
  const print = fingerprint(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return {
    title: 'npm packages',
    needsPython: false,
    isDone: isStamped(file, print),
    async install() {
      // --include=dev because NODE_ENV=production would omit the tools.
      await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
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
      stamp(file, print);
    },
  };
}

function pythonEnvironment({ name, title }) {
  const folder = join(pythonRoot, name);
  const file = join(folder, '.ecr-hardening');
  const requirements = (version) =>
    join(root, 'local', 'requirements', `${name}${version?.[1] === 10 ? '-python310' : ''}.txt`);
  // Both lists are part of the fingerprint, because the version of Python is not known here.
  const print = fingerprint(
    readFileSync(requirements(), 'utf8'),
    readFileSync(requirements([3, 10]), 'utf8'),
  );
  return {
    title,
    needsPython: true,
    // If its Python was uninstalled, the link is broken.
    isDone: isStamped(file, print) && existsSync(join(folder, 'bin', 'python3')),
    async install(python) {
      // Retried because child processes of a killed set-up may still write there.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
      mkdirSync(pythonRoot, { recursive: true });
      const advice = `${title} could not be installed: see the output below, check the connection to the registry, and retry.`;
      await run(python.name, ['-m', 'venv', folder], { advice });
      const list = requirements(python.version);
      const pip = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-input',
        '--disable-pip-version-check',
        '--no-compile',
        // Only the very files that were published when the lists were made, for every kind of machine.
        '--require-hashes',
        // The lists are complete, so there are no dependencies to resolve.
        '--no-deps',
      ];
      await run(join(folder, 'bin', 'python3'), [...pip, '-r', list], { advice });
      stamp(file, print);
    },
  };
}

async function findPython() {
  const script =
    'import sys, importlib.util as u; print(*sys.version_info[:2], u.find_spec("venv") is not None and u.find_spec("ensurepip") is not None)';
  const probes = [];
  for (const name of pythonNames()) {
    const output = await outputOf(name, ['-c', script]);
    if (output === undefined) continue;
    const [major, minor, hasVenv] = output.trim().split(' ');
    probes.push({ name, version: [Number(major), Number(minor)], hasVenv: hasVenv === 'True' });
    if (isUsable(probes.at(-1))) break;
  }
  return choosePython(probes);
}
