import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ask, run } from './command.mjs';
import { withLock } from './lock.mjs';
import { modules, pythonRoot, root } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { showProgress } from './progress.mjs';
import { checkNode, choosePython, isUsable, pythonNames } from './requirements.mjs';
import { fingerprint, isStamped, stamp } from './stamp.mjs';

const environments = [
  { name: 'ministack', title: 'local AWS (MiniStack)' },
  { name: 'sam', title: 'SAM CLI and cfn-lint' },
];

/** What only the long suites need, by name. */
const optional = [{ name: 'checkov', title: 'Checkov' }];

/**
 * Installs what is not installed yet: the npm packages, and the Python environments beside each other.
 *
 * @param extras names of optional environments to install too
 */
export async function prepare(extras = []) {
  checkNode();
  const wanted = [...environments, ...optional.filter(({ name }) => extras.includes(name))];
  if (missing(wanted).length === 0) return;
  const lock = join(root, '.aws-sam', 'setup.lock');
  const progress = showProgress();
  try {
    await withLock(lock, () => install(progress, wanted), {
      onWait: (holder) =>
        progress.say(
          `Waiting for another set-up of this folder to finish (process ${holder}; if there is none, remove ${lock}) …`,
        ),
    });
  } finally {
    progress.end();
  }
}

async function install(progress, wanted) {
  // Whoever held the lock before may have done it all.
  const tasks = missing(wanted);
  if (tasks.length === 0) return;
  const python = tasks.some(({ needsPython }) => needsPython) ? await findPython() : undefined;
  progress.say('Setting up, which takes a minute or two the first time …');
  const results = await Promise.allSettled(
    tasks.map((task) => progress.step(task.title, () => task.install(python))),
  );
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** What has to be installed, each with its way to do it. */
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
      // Named, since NODE_ENV=production would leave the tools out.
      await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: root,
        advice:
          'The npm packages could not be installed: see below, check the connection to the registry, and try again.',
      });
      // The npm package "node" brings the Node that the functions run on; its install script fetches it through npm.
      const node = join(modules, '.bin', 'node');
      const version = await ask(node, ['--version']);
      if (!version?.startsWith('v24.'))
        throw new SetupProblem(
          'The npm package "node" has not brought Node 24: allow install scripts for it (npm config get ignore-scripts), remove node_modules, and try again.',
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
  // Both lists count: which one is used depends on the Python, which the environment itself remembers.
  const print = fingerprint(
    readFileSync(requirements(), 'utf8'),
    readFileSync(requirements([3, 10]), 'utf8'),
  );
  return {
    title,
    needsPython: true,
    // An environment whose Python was removed is a broken link.
    isDone: isStamped(file, print) && existsSync(join(folder, 'bin', 'python3')),
    async install(python) {
      // Tried again for a while: what a killed set-up had started may still be writing there.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
      mkdirSync(pythonRoot, { recursive: true });
      const advice = `${title} could not be installed: see below, check the connection to the registry, and try again.`;
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
      ];
      // The lists are whole, so that nothing is left to resolve.
      const whole = python.version[1] === 10 ? [] : ['--no-deps'];
      await run(join(folder, 'bin', 'python3'), [...pip, ...whole, '-r', list], { advice });
      stamp(file, print);
    },
  };
}

async function findPython() {
  const script =
    'import sys, importlib.util as u; print(*sys.version_info[:2], u.find_spec("venv") is not None and u.find_spec("ensurepip") is not None)';
  const probes = [];
  for (const name of pythonNames()) {
    const answer = await ask(name, ['-c', script]);
    if (answer === undefined) continue;
    const [major, minor, hasVenv] = answer.trim().split(' ');
    probes.push({ name, version: [Number(major), Number(minor)], hasVenv: hasVenv === 'True' });
    if (isUsable(probes.at(-1))) break;
  }
  return choosePython(probes);
}
