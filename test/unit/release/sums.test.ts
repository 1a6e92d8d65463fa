import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkReplaceable, writeSums } from '../../../local/release/sums.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a release replaces an earlier one, an empty folder, and one that does not exist', () => {
  expect(() => checkReplaceable(join(folder, 'none'))).not.toThrow();
  expect(() => checkReplaceable(folder)).not.toThrow();
  writeFileSync(join(folder, 'template.yaml'), 'x');
  writeSums(folder);
  expect(() => checkReplaceable(folder)).not.toThrow();
});

test('a release removes no folder that has something else in it', () => {
  writeFileSync(join(folder, 'template.yaml'), 'x');
  expect(() => checkReplaceable(folder)).toThrow(
    / has template\.yaml in it, which is not of a release: specify /,
  );
  writeSums(folder);
  writeFileSync(join(folder, 'letter.txt'), 'x');
  expect(() => checkReplaceable(folder)).toThrow(
    / has letter\.txt in it, which is not of a release: specify /,
  );
});
