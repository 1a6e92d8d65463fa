import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import type { expand } from '../../cloudformation/expand.ts';
import type { checkSettings } from '../../core/controls/index.ts';
import type { JsonObject } from '../../core/json.ts';
import { builtInPolicy } from '../../core/policy/policy.ts';
import type { parseTags } from '../../core/settings/tags.ts';
import { projectRoot } from '../../local/paths.ts';
import type { describeFinding } from '../../wording/findings.ts';

/**
 * The walk of CONTRIBUTING.md, done in a copy of the project: a ```ts block is the control's new file, a ```diff block
 * adds its lines behind the line before them.
 */
const walk = readFileSync(join(projectRoot, 'CONTRIBUTING.md'), 'utf8');
const newFile = 'core/controls/owner-tag.ts';
const rooms = [
  'core',
  'cloudformation',
  'aws',
  'reconcile',
  'audit',
  'wording',
  'template-text',
  'functions',
  'cli',
];
const copy = mkdtempSync(join(tmpdir(), 'ecr-hardening-walk-'));
const changed: string[] = [];

beforeAll(() => {
  for (const name of [...rooms, 'package.json', 'tsconfig.json'])
    cpSync(join(projectRoot, name), join(copy, name), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(copy, 'node_modules'), 'dir');
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(walk) ?? [];
  writeFileSync(join(copy, newFile), code);
  changed.push(newFile);
  for (const [, file = '', diff = ''] of walk.matchAll(/```diff (\S+)\n([\s\S]*?)```/g)) {
    writeFileSync(join(copy, file), applied(readFileSync(join(copy, file), 'utf8'), diff));
    changed.push(file);
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** A text with the lines that a difference adds, each behind the line that stands before it there. */
function applied(text: string, diff: string): string {
  const lines = text.split('\n');
  let at = -1;
  for (const line of diff.split('\n').filter((each) => each !== '')) {
    if (line.startsWith('+')) lines.splice(++at, 0, line.slice(1));
    else at = lines.indexOf(line.slice(1), at + 1);
    if (at < 0) throw new Error(`no line is ${line}`);
  }
  return lines.join('\n');
}

interface Product {
  readonly expand: typeof expand;
  readonly describeFinding: typeof describeFinding;
  readonly checkSettings: typeof checkSettings;
  readonly parseTags: typeof parseTags;
  readonly controlRules: readonly { readonly id: string }[];
}

/** The product with the new control in it. */
function product(): Product {
  const contents = `
    export { expand } from './cloudformation/expand.ts';
    export { describeFinding } from './wording/findings.ts';
    export { checkSettings } from './core/controls/index.ts';
    export { parseTags } from './core/settings/tags.ts';
    export { controlRules } from './cli/reports/sarif.ts';`;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: copy, loader: 'ts' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    write: false,
  });
  const module: { exports: Product | undefined } = { exports: undefined };
  new Function('module', 'require', outputFiles[0]?.text ?? '')(module, require);
  if (module.exports === undefined) throw new Error('nothing was built');
  return module.exports;
}

describe('the control of CONTRIBUTING.md', () => {
  const found = (properties: JsonObject): string[] => {
    const { expand: harden, describeFinding: describe } = product();
    const fragment = { Type: 'AWS::ECR::Repository', Properties: properties };
    const request = { fragment, params: {}, templateParameterValues: {} };
    const { findings } = harden(request, { environment: {}, today: '2026-11-24', describe });
    return findings
      .map(describe)
      .filter(({ control }) => control === 'OwnerTag')
      .map(({ outcome, path, reason }) => `${outcome} ${path}: ${reason}`);
  };
  const none = ['noted Properties.Tags: no tag owner: add one that names whom to ask'];

  test('takes three files of code, and the compiler is content', () => {
    expect(changed).toEqual([newFile, 'core/controls/index.ts', 'wording/controls.ts']);
    const compiler = join(projectRoot, 'node_modules', '.bin', 'tsc');
    const { stdout, status } = spawnSync(compiler, ['--noEmit', '--project', copy], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  test('notes a repository without an owner, and no other', () => {
    expect(found({})).toEqual(none);
    expect(found({ Tags: [{ Key: 'team', Value: 'a' }] })).toEqual(none);
    expect(found({ Tags: [{ Key: 'owner', Value: 'a' }] })).toEqual([]);
  });

  test('reports what nobody can know', () => {
    expect(found({ Tags: { 'Fn::FindInMap': ['A', 'B', 'C'] } })).toEqual([
      'undetermined Properties.Tags: Fn::FindInMap is resolved only when the stack is deployed, so it was left alone',
    ]);
  });

  test('checks a live repository too, and is a rule of the reports', () => {
    const { checkSettings: check, parseTags: parse, controlRules } = product();
    const codes = (tags: JsonObject[]) =>
      check({ tags: parse(tags) }, builtInPolicy).map(({ control, code }) => `${control} ${code}`);
    expect(codes([{ Key: 'team', Value: 'a' }])).toEqual(['OwnerTag no-owner-tag']);
    expect(codes([{ Key: 'owner', Value: 'a' }])).toEqual([]);
    expect(controlRules.at(-1)).toMatchObject({ id: 'OwnerTag' });
  });
});
