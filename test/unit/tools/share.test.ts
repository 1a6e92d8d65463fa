import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../../local/paths.ts';

test('what `npm test` runs a share of, `npm run test:chaos` runs whole', () => {
  const jest = join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js');
  const listed = execFileSync(process.execPath, [jest, '--listTests'], {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...process.env, ECR_HARDENING_SUITE: 'chaos' },
  });
  const whole = listed.split('\n').map((file) => relative(projectRoot, file));
  const shared = globSync('test/**/*.test.ts', { cwd: projectRoot }).filter((file) =>
    /from '.*\/support\/share\.ts'/.test(readFileSync(join(projectRoot, file), 'utf8')),
  );
  expect(shared.length).toBeGreaterThan(10);
  expect(shared.filter((file) => !whole.includes(file))).toEqual([]);
});
