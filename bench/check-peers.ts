/**
 * `check` over many templates in one call, beside cfn-lint and Checkov, which look for other things as well: what a pipeline
 * waits for. And how it grows with the number of templates; with `--largest` up to 5,000.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, pythonEnvironment } from '../local/paths.ts';
import { median, reportGrowth, reportRatio } from './rows.ts';

const files = 100;
const rounds = 3;
const sizes = [1, 10, files, 1_000, ...(process.argv.includes('--largest') ? [5_000] : [])];

execFileSync(process.execPath, [join(projectRoot, 'tools', 'build-cli.mjs')]);
const bin = join(projectRoot, 'dist', 'ecr-hardening.cjs');
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
const caches = join(folder, 'caches');
const python = (environment: 'sam' | 'checkov', program: string) =>
  join(pythonEnvironment(environment), 'bin', program);

try {
  mkdirSync(caches, { mode: 0o700 });
  const paths = new Map(sizes.map((size) => [size, templates(size)]));
  const check = (size: number) => () =>
    run(process.execPath, [bin, 'check', ...(paths.get(size) ?? [])], size, / {2}Nightly: the macro sets/);
  const programs = {
    check: check(files),
    // It finds nothing, and says nothing.
    'cfn-lint': () => run(python('sam', 'cfn-lint'), ['-t', ...(paths.get(files) ?? [])]),
    Checkov: () =>
      run(
        python('checkov', 'python3'),
        [
          ...['-m', 'checkov.main', '--framework', 'cloudformation', '--compact', '--quiet'],
          ...['--skip-download', '-d', join(folder, String(files))],
        ],
        files,
        /CKV_AWS_51:/,
      ),
  };
  const seconds = takeTurns(programs);
  const ours = median(seconds.get('check') ?? []);
  for (const peer of ['cfn-lint', 'Checkov'] as const)
    reportRatio({
      what: `check of ${files} templates`,
      against: `${peer}, how many times as fast`,
      ratio: median(seconds.get(peer) ?? []) / ours,
      atLeast: 10,
    });
  const grown = takeTurns(Object.fromEntries(sizes.map((size) => [size, check(size)])));
  reportGrowth(
    'check',
    'templates',
    sizes.map((size) => ({ size, milliseconds: Math.min(...(grown.get(String(size)) ?? [])) * 1000 })),
  );
} finally {
  rmSync(folder, { recursive: true });
}

function takeTurns(programs: Readonly<Record<string, () => number>>): ReadonlyMap<string, readonly number[]> {
  const seconds = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const [name, program] of Object.entries(programs))
      seconds.set(name, [...(seconds.get(name) ?? []), program()]);
  return seconds;
}

/** Copies of a template with a repository, two roles and a few parameters, each in its own words. */
function templates(size: number): readonly string[] {
  const template = readFileSync(join(projectRoot, 'examples', 'author-wins.yaml'), 'utf8');
  const target = join(folder, String(size));
  mkdirSync(target);
  return Array.from({ length: size }, (_, index) => {
    const path = join(target, `template-${index}.yaml`);
    writeFileSync(path, `# Service ${index}\n${template}`);
    return path;
  });
}

/**
 * Its time in seconds.
 *
 * @param found how often its output has the finding; without one it finds nothing
 */
function run(command: string, args: readonly string[], found = 0, finding = /(?!)/): number {
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, XDG_CACHE_HOME: caches, HOME: folder },
    cwd: folder,
  });
  const seconds = (performance.now() - begun) / 1000;
  // A program that fails must not count as a fast one.
  const findings = stdout.split('\n').filter((line) => finding.test(line)).length;
  if (status !== (found === 0 ? 0 : 1) || findings !== found)
    throw new Error(`${command} ended with ${status} and ${findings} findings: ${stderr}`);
  return seconds;
}
