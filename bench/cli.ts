/**
 * The time of `ecr-hardening check` for one template, as a ratio to an empty process of the same Node in the same run,
 * since absolute times vary on a shared machine. The two alternate.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../local/paths.ts';

const budget = 3;
const rounds = 40;

execFileSync(process.execPath, [join(projectRoot, 'tools', 'build-cli.mjs')]);
const bin = join(projectRoot, 'dist', 'ecr-hardening.cjs');
const small = join(projectRoot, 'examples', 'author-wins.yaml');
const large = join(projectRoot, 'template.yaml');
/** The budget applies to a template of typical size; in large ones most of the time is the YAML parser's. */
const measured = 'check of 20 lines';
const commands = {
  'an empty process': ['-e', '0'],
  [measured]: [bin, 'check', small],
  'check, as SARIF': [bin, 'check', '--format', 'sarif', small],
  'expand of 20 lines': [bin, 'expand', small],
  'diff of 20 lines': [bin, 'diff', small],
  'check of 500 lines': [bin, 'check', large],
};

const times = new Map<string, number[]>();
for (let round = 0; round < rounds; round += 1)
  for (const [name, args] of Object.entries(commands))
    times.set(name, [...(times.get(name) ?? []), time(args)]);

const empty = median(times.get('an empty process') ?? []);
console.log(`${rounds} rounds, median, as a multiple of an empty Node process (${empty.toFixed(0)} ms):`);
for (const name of Object.keys(commands)) {
  const ratio = median(times.get(name) ?? []) / empty;
  console.log(`  ${name.padEnd(26)}${ratio.toFixed(2)}${name === measured ? ` of ${budget}` : ''}`);
  if (name === measured && ratio > budget) process.exitCode = 1;
}

function time(args: readonly string[]): number {
  const start = performance.now();
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  // check exits with 1 if there are findings.
  if (error !== undefined || status === null || status > 1)
    throw new Error(`${args.join(' ')} exited with ${status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
