import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { projectRoot } from '../../../local/paths.ts';
import { readDocument } from '../../../template-text/document.ts';
import { editTemplate } from '../../../template-text/edit.ts';
import { expandTemplate } from '../../../template-text/expand.ts';

/**
 * Each NAME.yaml or NAME.template in test/golden-text is a case, found by listing the folder; NAME.expected has the
 * text that `expand` makes of it. UPDATE_GOLDEN=1 writes what comes out, to be read in the diff.
 */
const folder = join(projectRoot, 'test', 'golden-text');
const files = readdirSync(folder).filter((file) => !file.includes('.expected.'));

function expanded(text: string, file: string, transformParameters: JsonObject = {}): string {
  const before = readDocument(text, file);
  const after = expandTemplate(before.value, {
    environment: {},
    parameters: {},
    transformParameters,
    today: '2026-11-24',
  });
  if ('refusal' in after) throw new Error(after.refusal);
  const output = editTemplate(before, after.template);
  expect(readDocument(output, file).value).toEqual(after.template);
  return output;
}

test.each(files)('%s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const output = expanded(text, file);
  const place = join(folder, file.replace('.', '.expected.'));
  if (process.env.UPDATE_GOLDEN === '1' || !existsSync(place)) writeFileSync(place, output);
  expect(output).toBe(readFileSync(place, 'utf8'));

  if (file.endsWith('.template')) expect(() => JSON.parse(output.replace('\uFEFF', ''))).not.toThrow();
  expect(output.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
  if (text.includes('\r\n')) expect(output).not.toMatch(/[^\r]\n/);
});

test.each(files)('lines that end with carriage returns alone are lines as well: %s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const alone = (each: string) => each.replaceAll('\r\n', '\n').replaceAll('\n', '\r');
  expect(expanded(alone(text), file)).toBe(alone(expanded(text, file)));
});

test.each(files)('what expand makes of its own output is that output: %s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const output = expanded(text, file);
  // The transform goes, and its own parameters with it.
  expect(expanded(output, file, text.includes('MutableTags') ? { MutableTags: ['dev'] } : {})).toBe(output);
});
