import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../../local/paths.ts';
import { bin, buildBin } from '../../support/command.ts';
import { unsafe, Workplace } from './run.ts';

/** What the bin keeps compiled in the user's folder for caches. */
const workplace = new Workplace();
// Tests that run at the same time build the package again, which is then another one.
const own = join(workplace.folder, 'dist');
beforeAll(() => {
  buildBin();
  cpSync(dirname(bin), own, { recursive: true });
  cpSync(join(projectRoot, 'lib', 'cjs'), join(workplace.folder, 'lib', 'cjs'), { recursive: true });
  workplace.write({ 'template.yaml': unsafe });
});
afterAll(() => workplace.remove());

/** A folder for caches of its own, and a check that uses it. */
function caches(name: string) {
  const folder = join(workplace.folder, name);
  mkdirSync(folder, { mode: 0o700 });
  const ours = join(folder, 'ecr-hardening');
  return {
    folder,
    check: (env: Record<string, string> = {}) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(own, basename(bin)), 'check', 'template.yaml'],
        {
          cwd: workplace.folder,
          env: {
            ...process.env,
            XDG_CACHE_HOME: folder,
            HOME: folder,
            NODE_DISABLE_COMPILE_CACHE: '',
            ...env,
          },
          encoding: 'utf8',
        },
      );
      return { code: status, out: stdout, err: stderr };
    },
    files: () => readdirSync(folder).flatMap(() => readdirSync(ours).map((file) => join(ours, file))),
  };
}
// Where the folder is elsewhere, it is not the test's to write into.
const count = process.platform === 'linux' ? 3 : 0;

test('a command is kept compiled, for its user alone, and says the same from there', () => {
  const { check, files } = caches('kept');
  const first = check();
  expect(first).toMatchObject({ code: 1, err: '' });
  const kept = files().map((file) => readFileSync(file));
  expect(kept).toHaveLength(count);
  expect(check()).toEqual(first);
  // It is used: otherwise it would be written again, with what the second run has found out.
  expect(files().map((file) => readFileSync(file))).toEqual(kept);
});

test.each<[string, (file: string) => void]>([
  ['cut short', (file) => truncateSync(file, readFileSync(file).length / 2)],
  ['without what comes behind the first bytes', (file) => truncateSync(file, 128)],
  ['of another V8', (file) => writeFileSync(file, readFileSync(file).fill(7, 128, 144))],
  ['of another file', (file) => writeFileSync(file, readFileSync(file).fill(' ', 0, 128))],
])('what is kept is made anew where it is %s', (name, spoil) => {
  const { check, files } = caches(name);
  const first = check();
  expect(first).toMatchObject({ code: 1, err: '' });
  expect(files()).toHaveLength(count);
  for (const file of files()) {
    spoil(file);
    utimesSync(file, 0, 0);
  }
  expect(check()).toEqual(first);
  const sizes = files().map((file) => readFileSync(file).length);
  expect(sizes.filter((size) => size > 10_000)).toHaveLength(count);
});

test('what is kept is made anew where a file is another one of the same length and time', () => {
  const { check } = caches('same-time');
  // As of packages whose files all have one fixed time.
  const file = join(workplace.folder, 'lib', 'cjs', 'modules.cjs');
  const text = readFileSync(file, 'utf8');
  utimesSync(file, 1, 1);
  check();
  expect(check().out).toContain('by default');
  const changed = text.replaceAll('by default', 'BY DEFAULT');
  expect(changed.length).toBe(text.length);
  writeFileSync(file, changed);
  utimesSync(file, 1, 1);
  expect(check().out).toContain('BY DEFAULT');
  writeFileSync(file, text);
});

test('nothing is kept where others can write, where it is turned off, or where there is no folder for caches', () => {
  const open = caches('open');
  chmodSync(open.folder, 0o777);
  expect(open.check()).toMatchObject({ code: 1, err: '' });
  expect(open.files()).toEqual([]);
  const off = caches('off');
  expect(off.check({ NODE_DISABLE_COMPILE_CACHE: '1' })).toMatchObject({ code: 1, err: '' });
  expect(off.files()).toEqual([]);
  expect(off.check({ XDG_CACHE_HOME: join(off.folder, 'none') })).toMatchObject({ code: 1, err: '' });
  expect(off.check({ XDG_CACHE_HOME: '', HOME: '' })).toMatchObject({ code: 1, err: '' });
  expect(off.files()).toEqual([]);
});
