import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../local/paths.ts';
import { readDocument } from '../../template-text/document.ts';
import { corpusFolder } from './support/judgement.ts';
import { readBySam } from './support/other-parser.ts';

/**
 * Real templates at the terminal: comments, short tags, quotes and line endings of many authors. Beside the corpus may
 * stand small templates that earlier versions got wrong, in ../cases/templates.
 */
const folders = [corpusFolder, join(corpusFolder, '..', 'cases', 'templates')].filter((folder) =>
  existsSync(folder),
);
const suite = folders.length > 0 ? describe : describe.skip;
const bin = join(projectRoot, 'dist', 'ecr-hardening.cjs');

function runIn(folder: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  });
  return { code: status, out: stdout, err: stderr };
}
const sentences = (text: string) => text.split('\n').filter((line) => line !== '');

const place = mkdtempSync(join(tmpdir(), 'cli-corpus-'));
beforeAll(() => {
  execFileSync(process.execPath, [join(projectRoot, 'tools', 'build-cli.mjs')]);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

suite.each(folders.length > 0 ? folders : ['none'])(
  '%s at the terminal (skipped where there is none)',
  (folder) => {
    const files = existsSync(folder)
      ? readdirSync(folder).filter((name) => /\.(ya?ml|json|template)$/.test(name))
      : [];
    const run = (...args: readonly string[]) => runIn(folder, ...args);

    test('is checked in one run: each file is read, or told in a sentence of its own', () => {
      const { code, out, err } = run('check', '--format', 'json', ...files);
      const told = sentences(err);
      expect(code).toBe(told.length > 0 ? 2 : 1);
      for (const sentence of told) expect(files.some((file) => sentence.startsWith(file))).toBe(true);
      expect(err).not.toMatch(/\bat .*:\d+:\d+|Internal error/);
      expect(new Set(told.map((sentence) => sentence.split(/,| is | has | holds /)[0])).size).toBe(
        told.length,
      );
      const { findings } = JSON.parse(out);
      expect(findings.length).toBeGreaterThan(files.length);
      for (const { file, line, column } of findings) {
        const text = readFileSync(join(folder, file), 'utf8').split('\n')[line - 1] ?? '';
        expect(text.slice(column - 1).trim()).not.toBe('');
        expect(text.slice(0, column - 1)).toMatch(/(^[\s-]*|[{[,:] *)(!\w+ )?$/);
      }
    });

    test('and by a pattern it is the same', () => {
      expect(run('check', '*.{yaml,yml,json,template}').out).toBe(run('check', ...files.toSorted()).out);
    });

    test('every file that the SAM CLI reads as a template is read, and means the same', () => {
      const bySam = readBySam(folder, files);
      expect(bySam.size).toBeGreaterThan(files.length / 2);
      for (const [file, value] of bySam)
        expect({ file, value: readDocument(readFileSync(join(folder, file), 'utf8'), file).value }).toEqual({
          file,
          value,
        });
    });

    test.each(files.length > 0 ? files : ['none'])(
      '%s: what expand makes of its own output is that output, and every other byte stays',
      (file) => {
        const { code, out, err } = run('expand', file);
        expect(err).not.toMatch(/\bat .*:\d+:\d+|Internal error/);
        if (code !== 0) {
          expect(code).toBe(2);
          expect(sentences(err)).toHaveLength(1);
          expect(err.startsWith(file)).toBe(true);
          return;
        }
        writeFileSync(join(place, file), out);
        expect(run('expand', join(place, file))).toEqual({ code: 0, out, err: '' });
        expect(run('diff', join(place, file)).out).toMatch(/: nothing changes\n$/);

        // Comments, all of them, and every line that the difference does not name.
        const text = readFileSync(join(folder, file), 'utf8');
        const removed = run('diff', file)
          .out.split('\n')
          .filter((line) => line.startsWith('  -')).length;
        const kept = text.split('\n').filter((line) => out.split('\n').includes(line)).length;
        expect(text.split('\n').length - kept).toBeLessThanOrEqual(removed);
        const comments = text.split('\n').filter((line) => line.trimStart().startsWith('#'));
        expect(out.split('\n').filter((line) => line.trimStart().startsWith('#'))).toEqual(comments);
      },
    );
  },
);
