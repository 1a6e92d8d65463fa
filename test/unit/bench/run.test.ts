import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { benchmarks, separate } from '../../../bench/benchmarks.ts';
import { tableOf } from '../../../bench/rows.ts';
import { projectRoot } from '../../../local/paths.ts';

const bench = join(projectRoot, 'bench');
const source = (file: string) => readFileSync(join(bench, file), 'utf8');

/** Runs a program that reports some rows. */
function report(program: string) {
  const rows = join(bench, 'rows.ts');
  return spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, ROWS: rows },
  });
}

const imported = `const { reportRatio, reportGrowth, reportCheck } = await import(process.env.ROWS ?? '');`;

describe('the benchmarks', () => {
  test('that report figures are all run by `npm run bench`, but those that say so', () => {
    const reporting = readdirSync(bench)
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => /^import .*\breport\w+.* from '\.\/rows\.ts'/m.test(source(file)))
      .map((file) => file.replace(/\.ts$/, ''));
    expect(reporting.toSorted()).toEqual([...benchmarks, ...separate].toSorted());
  });

  test('are named in the documentation', () => {
    const page = readFileSync(join(projectRoot, 'docs', 'performance.md'), 'utf8');
    for (const name of [...benchmarks, ...separate]) expect(page).toContain(`\`${name}\``);
  });

  test('that there are not are refused', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(bench, 'run.ts'), 'nothing'], {
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('no benchmark nothing: there are macro,');
  });

  test('fail over a budget, and where a figure is none', () => {
    const over = report(`${imported} reportRatio({ what: 'a', against: 'b', ratio: 1.3, atMost: 1.2 });`);
    expect({ status: over.status, text: over.stdout.trim() }).toEqual({
      status: 1,
      text: expect.stringMatching(/\| 1\.3 times \| at most 1\.2 NOT KEPT \|$/),
    });
    const none = report(`${imported} reportRatio({ what: 'a', against: 'b', ratio: NaN, atLeast: 2 });`);
    expect(none.status).toBe(1);
    const wrong = report(`${imported} reportCheck('none lost', ['3 lost']);`);
    expect({ status: wrong.status, isShown: /3 lost .*NOT KEPT/.test(wrong.stdout) }).toEqual({
      status: 1,
      isShown: true,
    });
  });

  test('do not fail within it', () => {
    const within = report(
      `${imported} reportRatio({ what: 'a', against: 'b', ratio: 30, atLeast: 30 }); reportCheck('none lost', []);`,
    );
    expect({ status: within.status, stderr: within.stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('fail where one more costs more and more', () => {
    const growth = (milliseconds: number) =>
      report(
        `${imported} reportGrowth('it', 'things', [{ size: 10, milliseconds: 10 }, { size: 100, milliseconds: ${milliseconds} }]);`,
      ).status;
    expect([growth(100), growth(139), growth(141)]).toEqual([0, 0, 1]);
  });

  test('end in one table', () => {
    const row = { what: 'a', against: 'bc', value: '1 times', budget: undefined, isOver: false };
    expect(tableOf([row])).toEqual([
      '| what | against | measured | budget |',
      '|------|---------|----------|--------|',
      '| a    | bc      | 1 times  |        |',
    ]);
  });
});

test('the peers that benchmarks run are those of the list of packages', () => {
  const list = readFileSync(join(projectRoot, 'local', 'requirements', 'bench.txt'), 'utf8');
  for (const peer of ['c7n==', 'crhelper==', 'boto3==']) expect(list).toContain(`\n${peer}`);
  const python = readdirSync(join(bench, 'peers'));
  expect(python).not.toEqual([]);
  // They at least compile.
  for (const file of python)
    execFileSync('python3', [
      '-c',
      'import ast, sys; ast.parse(open(sys.argv[1]).read())',
      join(bench, 'peers', file),
    ]);
});
