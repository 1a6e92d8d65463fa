import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFolder } from '../../../tools/write-folder.mjs';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'write-folder-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test('a build leaves nothing of an earlier one, and no temporary file', () => {
  const folder = join(place, 'dist');
  const build = (files: Readonly<Record<string, string>>) =>
    writeFolder(
      folder,
      new Map(
        Object.entries(files).map(([name, contents]) => [name, { contents, isProgram: name === 'bin' }]),
      ),
      join(place, 'temporary'),
    );
  build({ bin: 'one', 'of-an-earlier-version': 'one' });
  writeFileSync(join(folder, 'by-hand'), '');
  build({ bin: 'two', other: 'two' });
  expect(readdirSync(folder).toSorted()).toEqual(['bin', 'other']);
  expect(['bin', 'other'].map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['two', 'two']);
  expect(['bin', 'other'].map((name) => statSync(join(folder, name)).mode & 0o111)).toEqual([0o111, 0]);
  expect(readdirSync(place)).toEqual(['dist']);
});
