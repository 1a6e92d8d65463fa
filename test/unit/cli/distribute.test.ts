import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readReleaseFiles } from '../../../cli/distribute/release-files.ts';
import { writeSums } from '../../../local/release/sums.ts';
import { Workplace } from './run.ts';

let place: Workplace;
const places: Workplace[] = [];
const files = {
  'template-cloudformation.yaml': '{}',
  'MacroFunction.zip': 'code',
  'ecr-hardening-1.2.3.tgz': 'package',
};
const sumsOf = (edit: (sums: string) => string) => {
  const file = join(place.folder, 'SHA256SUMS');
  const lines = readReleaseFiles(place.folder)
    .files.slice(0, -1)
    .map(({ name, sum }) => `${sum}  ${name}\n`);
  writeFileSync(file, edit(lines.join('')));
};

beforeEach(() => {
  place = new Workplace();
  places.push(place);
  place.write(files);
  writeSums(place.folder);
});
afterAll(() => {
  for (const each of places) each.remove();
});

describe('the files of a release', () => {
  test('are those of its SHA256SUMS, which is the last', () => {
    const { version, files: listed, read } = readReleaseFiles(place.folder);
    expect(version).toBe('1.2.3');
    expect(listed.map(({ name }) => name)).toEqual([...Object.keys(files).toSorted(), 'SHA256SUMS']);
    for (const file of listed) expect(read(file).length).toBeGreaterThan(0);
  });

  test.each([
    [
      'changed',
      () => place.write({ 'MacroFunction.zip': 'other' }),
      'MacroFunction.zip is not the file that',
    ],
    ['more', () => place.write({ 'other.zip': 'x' }), 'has files that are not in its SHA256SUMS: other.zip'],
    [
      'fewer',
      () => sumsOf((sums) => `${'0'.repeat(64)}  gone.zip\n${sums}`),
      'gone.zip cannot be read (ENOENT)',
    ],
    ['outside', () => sumsOf((sums) => `${'0'.repeat(64)}  ../x\n${sums}`), 'is not a list of sums'],
    ['no sums', () => writeFileSync(join(place.folder, 'SHA256SUMS'), 'nothing'), 'is not a list of sums'],
    [
      'no template',
      () => sumsOf((sums) => sums.replace(/^.*template.*\n/m, '')),
      'has files that are not in its SHA256SUMS: template-cloudformation.yaml',
    ],
  ])('are refused where they are not: %s', (_, spoil, reason) => {
    spoil();
    expect(() => readReleaseFiles(place.folder)).toThrow(reason);
  });

  test('are refused where one changes after it was listed', () => {
    const { files: listed, read } = readReleaseFiles(place.folder);
    place.write({ 'MacroFunction.zip': 'other' });
    const [file] = listed.filter(({ name }) => name === 'MacroFunction.zip');
    expect(() => file && read(file)).toThrow('has changed meanwhile');
  });
});
