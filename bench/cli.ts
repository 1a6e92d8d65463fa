/**
 * The time of the command, as a ratio to an empty process of the same Node in the same run, since absolute times vary on a
 * shared machine. All take turns. The command is kept compiled in a folder of this benchmark, as it is from a user's second
 * run on; the first run is a row of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../local/paths.ts';
import { median, reportRatio } from './rows.ts';

const budget = 2;
const rounds = Number(process.argv[2] ?? 40);
const repositories = 500;

execFileSync(process.execPath, [join(projectRoot, 'tools', 'build-cli.mjs')]);
const bin = join(projectRoot, 'dist', 'ecr-hardening.cjs');
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
const caches = join(folder, 'caches');
mkdirSync(caches, { mode: 0o700 });
const small = join(projectRoot, 'examples', 'author-wins.yaml');
const large = join(projectRoot, 'template.yaml');
const fleet = join(folder, 'fleet.yaml');
writeFileSync(fleet, fleetTemplate());
const lines = readFileSync(large, 'utf8').split('\n').length;
/** The budget applies to a template of typical size; in large ones most of the time is the YAML parser's. */
const measured = 'check of 20 lines';
const kept = { XDG_CACHE_HOME: caches, LOCALAPPDATA: caches, HOME: folder };
const commands: Readonly<Record<string, readonly [readonly string[], NodeJS.ProcessEnv?]>> = {
  'an empty process': [['-e', '0']],
  '--version': [[bin, '--version']],
  [measured]: [[bin, 'check', small]],
  'the same, compiled anew': [[bin, 'check', small], { NODE_DISABLE_COMPILE_CACHE: '1' }],
  'check, as SARIF': [[bin, 'check', '--format', 'sarif', small]],
  'expand of 20 lines': [[bin, 'expand', small]],
  'diff of 20 lines': [[bin, 'diff', small]],
  [`check of ${lines} lines`]: [[bin, 'check', large]],
  [`check of ${repositories} repositories`]: [[bin, 'check', fleet]],
  [`diff of ${repositories} repositories`]: [[bin, 'diff', fleet]],
};

const times = new Map<string, number[]>();
try {
  for (const each of Object.values(commands)) time(...each);
  for (let round = 0; round < rounds; round += 1)
    for (const [name, each] of Object.entries(commands))
      times.set(name, [...(times.get(name) ?? []), time(...each)]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const empty = median(times.get('an empty process') ?? []);
for (const name of Object.keys(commands))
  reportRatio({
    what: `the command: ${name}`,
    against: 'an empty process of Node',
    ratio: median(times.get(name) ?? []) / empty,
    ...(name === measured ? { atMost: budget } : {}),
  });

function time(args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const start = performance.now();
  const { status, error } = spawnSync(process.execPath, args, {
    stdio: 'ignore',
    env: { ...process.env, ...kept, ...env },
  });
  // check exits with 1 if there are findings.
  if (error !== undefined || status === null || status > 1)
    throw new Error(`${args.join(' ')} exited with ${status}`);
  return performance.now() - start;
}

/** A template of many repositories. */
function fleetTemplate(): string {
  const resources = Array.from(
    { length: repositories },
    (_, index) =>
      `  Resource${index}:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryName: team/service-${index}\n`,
  );
  return `Resources:\n${resources.join('')}`;
}
