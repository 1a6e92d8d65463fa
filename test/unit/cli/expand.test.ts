import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseTemplate } from '../../../template-text/parse.ts';
import { buildBin } from '../../support/command.ts';
import { isSentence, unsafe, Workplace, withoutDefaults } from './run.ts';

const refused = `Transform: { Name: EcrHardening, Parameters: { Enforcement: Reject } }
Resources: { A: { Type: AWS::ECR::Repository, Properties: { ImageTagMutability: MUTABLE } } }
`;
let place: Workplace;
beforeAll(buildBin);
beforeEach(() => {
  place?.remove();
  place = new Workplace();
  place.write({ 'one.yaml': unsafe, 'deep/two.yaml': unsafe, 'refused.yaml': refused });
});
afterAll(() => place.remove());
const textOf = (file: string) => readFileSync(join(place.folder, file), 'utf8');

describe('expand', () => {
  test('prints the template that the macro would make, and every line that nothing changed as it was', () => {
    const { code, out, err } = place.run(['expand', 'one.yaml']);
    expect({ code, err }).toEqual({
      code: 0,
      err: 'one.yaml: Orders gets the default lifecycle policy, which deletes untagged images 14 days after their push, and images when a repository has more than 20 (what it would do now: ecr-hardening check --live)\n',
    });
    expect(out.startsWith(unsafe)).toBe(true);
    expect(parseTemplate(out, 'out')).toMatchObject({
      Resources: { Orders: { Properties: { ImageTagMutability: 'IMMUTABLE' } } },
    });
    expect(textOf('one.yaml')).toBe(unsafe);
  });

  test('takes our name out of Transform, and leaves the others', () => {
    place.write({
      'a.yaml': `Transform: EcrHardening # gone\n${unsafe}`,
      'b.yaml': `Transform: [AWS::LanguageExtensions, EcrHardening]\n${unsafe}`,
    });
    expect(place.run(['expand', 'a.yaml']).out.startsWith(unsafe)).toBe(true);
    expect(place.run(['expand', 'b.yaml']).out).toMatch(/^Transform: \[AWS::LanguageExtensions\]\n/);
  });

  test('reads standard input, and prints the same', () => {
    const { out } = place.run(['expand', 'one.yaml']);
    const { err, ...rest } = place.run(['expand', '-'], { input: unsafe });
    expect({ ...rest, err: withoutDefaults(err) }).toEqual({ code: 0, out, err: '' });
  });

  test('prints one template only', () => {
    const { code, out, err } = place.run(['expand', 'one.yaml', 'deep/two.yaml']);
    expect({ code, out, isSentence: isSentence(err) }).toEqual({ code: 2, out: '', isSentence: true });
    expect(err).toContain('--write');
  });

  test('says what the macro would say where it refuses', () => {
    const { code, out, err } = place.run(['expand', 'refused.yaml']);
    expect({ code, out, isSentence: isSentence(err) }).toEqual({ code: 2, out: '', isSentence: true });
    expect(err).toMatch(/^refused\.yaml is refused: A\.Properties\.ImageTagMutability: "MUTABLE" /);
  });

  test('takes a file that is named like a pattern', () => {
    place.write({ 'stack[1] (old).yaml': unsafe });
    expect(place.run(['expand', 'stack[1] (old).yaml']).code).toBe(0);
  });

  test('keeps a byte order mark', () => {
    place.write({ 'mark.yaml': `\uFEFF${unsafe}` });
    expect(place.run(['expand', 'mark.yaml']).out.startsWith(`\uFEFF${unsafe}`)).toBe(true);
  });

  test('takes a comment behind Properties that are empty with it', () => {
    place.write({
      'a.yaml': 'Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties: {} # none\n',
    });
    expect(place.run(['expand', 'a.yaml']).out).toMatch(/ {4}Properties: \{ .* \} # none\n$/);
  });
});

describe('expand --write', () => {
  test('writes several files, by name and by pattern, each once', () => {
    const { code, out } = place.run(['expand', '--write', 'one.yaml', '**/[ot]*.yaml']);
    expect({ code, out }).toEqual({ code: 0, out: 'one.yaml written\ndeep/two.yaml written\n' });
    expect(textOf('deep/two.yaml')).toBe(textOf('one.yaml'));
    expect(textOf('one.yaml')).toContain('IMMUTABLE');
  });

  test('does not touch a file in which nothing changes', () => {
    place.run(['expand', '--write', 'one.yaml']);
    const { ino, mtimeMs } = statSync(join(place.folder, 'one.yaml'));
    expect(place.run(['expand', '--write', 'one.yaml'])).toMatchObject({
      code: 0,
      out: 'one.yaml: nothing changes\n',
    });
    expect(statSync(join(place.folder, 'one.yaml'))).toMatchObject({ ino, mtimeMs });
  });

  test.each([
    ['is refused', 'refused.yaml'],
    ['cannot be read', 'none.yaml'],
  ])('writes nothing when one of several %s', (_what, bad) => {
    const { code, out } = place.run(['expand', '--write', 'one.yaml', bad, 'deep/two.yaml']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect([textOf('one.yaml'), textOf('deep/two.yaml')]).toEqual([unsafe, unsafe]);
  });

  test('puts a whole file in the place of the other, keeps its mode, and leaves no other file behind', () => {
    chmodSync(join(place.folder, 'one.yaml'), 0o640);
    const before = statSync(join(place.folder, 'one.yaml'));
    const names = readdirSync(place.folder);
    expect(place.run(['expand', '--write', 'one.yaml']).code).toBe(0);
    const after = statSync(join(place.folder, 'one.yaml'));
    // Another file by its inode: whoever read the old one meanwhile has all of it.
    expect(after.ino).not.toBe(before.ino);
    expect(after.mode).toBe(before.mode);
    expect(readdirSync(place.folder)).toEqual(names);
  });

  test('leaves a read-only file as it is, and with it the others', () => {
    place.write({ 'read-only.yaml': unsafe, 'other.yaml': unsafe });
    chmodSync(join(place.folder, 'read-only.yaml'), 0o444);
    expect(place.run(['expand', '--write', 'other.yaml', 'read-only.yaml'])).toEqual({
      code: 2,
      out: '',
      err: 'read-only.yaml could not be written (it is read-only): it is unchanged.\n',
    });
    for (const name of ['other.yaml', 'read-only.yaml'])
      expect(readFileSync(join(place.folder, name), 'utf8')).toBe(unsafe);
  });

  test('writes a file that has another name, too, under both', () => {
    place.write({ 'first.yaml': unsafe });
    linkSync(join(place.folder, 'first.yaml'), join(place.folder, 'second.yaml'));
    expect(place.run(['expand', '--write', 'first.yaml']).code).toBe(0);
    expect(readFileSync(join(place.folder, 'second.yaml'), 'utf8')).toContain('IMMUTABLE');
  });

  test('writes the file that a link leads to', () => {
    symlinkSync('one.yaml', join(place.folder, 'link.yaml'));
    expect(place.run(['expand', '--write', 'link.yaml']).code).toBe(0);
    expect(lstatSync(join(place.folder, 'link.yaml')).isSymbolicLink()).toBe(true);
    expect(textOf('one.yaml')).toContain('IMMUTABLE');
  });

  test('has no file for standard input', () => {
    const { code, out, err } = place.run(['expand', '--write', '-'], { input: unsafe });
    expect({ code, out, isSentence: isSentence(err) }).toEqual({ code: 2, out: '', isSentence: true });
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? test.skip : test)(
    `answers one sentence where the folder is closed${isRoot ? ' (skipped for root, whom nothing is closed to)' : ''}`,
    () => {
      mkdirSync(join(place.folder, 'closed'));
      place.write({ 'closed/a.yaml': unsafe });
      chmodSync(join(place.folder, 'closed'), 0o555);
      const { code, err } = place.run(['expand', '--write', 'closed/a.yaml']);
      expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
    },
  );
});
