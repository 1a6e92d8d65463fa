import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import type { LocatedFinding } from '../../cli/findings.ts';
import type { expand } from '../../cloudformation/expand.ts';
import { loadedRules } from '../../cloudformation/rules-on-demand.ts';
import { partScope } from '../../cloudformation/scope.ts';
import type { templateSettings } from '../../cloudformation/settings/index.ts';
import type { checkSettings } from '../../core/controls/index.ts';
import type { JsonObject } from '../../core/json.ts';
import { builtInPolicy } from '../../core/policy/policy.ts';
import type { parseTags } from '../../core/settings/tags.ts';
import { projectRoot } from '../../local/paths.ts';
import type { describeFinding } from '../../wording/findings.ts';

/**
 * The walks of CONTRIBUTING.md, done in a copy of the project: a ```ts block with a path is a new file, a ```diff block
 * takes lines out, and adds lines behind the line before them.
 */
const page = readFileSync(join(projectRoot, 'CONTRIBUTING.md'), 'utf8');
const walks = page.split(/^(?=## Add )/m).slice(1);
const rooms = [
  'core',
  'cloudformation',
  'aws',
  'reconcile',
  'audit',
  'wording',
  'reports',
  'sweep',
  'template-text',
  'functions',
  'cli',
];
const copy = mkdtempSync(join(tmpdir(), 'ecr-hardening-walk-'));
/** The files of each walk, by its title. */
const changed = new Map<string, string[]>();

beforeAll(() => {
  for (const name of [...rooms, 'package.json', 'tsconfig.json'])
    cpSync(join(projectRoot, name), join(copy, name), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(copy, 'node_modules'), 'dir');
  for (const walk of walks) {
    const [title = ''] = /^## .*/.exec(walk) ?? [];
    const files = [...walk.matchAll(/```(ts|diff) (\S+)\n([\s\S]*?)```/g)].map(
      ([, kind, file = '', block = '']) => {
        const path = join(copy, file);
        writeFileSync(path, kind === 'ts' ? block : applied(readFileSync(path, 'utf8'), block));
        return file;
      },
    );
    changed.set(title, files);
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** A text without the lines that a difference takes out, and with those that it adds behind the line before them. */
function applied(text: string, diff: string): string {
  const lines = text.split('\n');
  let at = -1;
  for (const line of diff.split('\n').filter((each) => each !== '')) {
    if (line.startsWith('+')) lines.splice(++at, 0, line.slice(1));
    else {
      at = lines.indexOf(line.slice(1), at + 1);
      if (at < 0) throw new Error(`no line is ${line}`);
      if (line.startsWith('-')) lines.splice(at--, 1);
    }
  }
  return lines.join('\n');
}

interface Product {
  readonly expand: typeof expand;
  readonly describeFinding: typeof describeFinding;
  readonly checkSettings: typeof checkSettings;
  readonly parseTags: typeof parseTags;
  readonly controlRules: readonly { readonly id: string }[];
  readonly templateSettings: typeof templateSettings;
  readonly formats: readonly string[];
  /** Made by the walk. */
  readonly markdownReport: (findings: readonly LocatedFinding[]) => string;
}

/** The product with the new control in it. */
function product(): Product {
  const contents = `
    export { expand } from './cloudformation/expand.ts';
    export { describeFinding } from './wording/findings.ts';
    export { checkSettings } from './core/controls/index.ts';
    export { parseTags } from './core/settings/tags.ts';
    export { controlRules } from './cli/reports/sarif.ts';
    export { templateSettings } from './cloudformation/settings/index.ts';
    export { formats } from './cli/reports/check-formats.ts';
    export { markdownReport } from './cli/reports/markdown.ts';`;
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

describe('the walks of CONTRIBUTING.md', () => {
  test('take as many files of code as their titles say', () => {
    expect(Object.fromEntries(changed)).toEqual({
      '## Add a control: three files of code': [
        'core/controls/owner-tag.ts',
        'core/controls/index.ts',
        'wording/controls.ts',
      ],
      '## Add a setting: four files of code': [
        'core/settings/empty-on-delete.ts',
        'core/settings/settings.ts',
        'cloudformation/settings/empty-on-delete.ts',
        'cloudformation/settings/index.ts',
      ],
      '## Add a report format: two files of code': [
        'cli/reports/markdown.ts',
        'cli/reports/check-formats.ts',
      ],
    });
  });

  test('leave the compiler content', () => {
    const compiler = join(projectRoot, 'node_modules', '.bin', 'tsc');
    const { stdout, status } = spawnSync(compiler, ['--noEmit', '--project', copy], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});

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

describe('the setting of CONTRIBUTING.md', () => {
  /** What a control is asked about the setting in a template, and what the setting then is. */
  const asked = (value: JsonObject) => {
    const { templateSettings: settings } = product();
    const calls: unknown[] = [];
    const control = {
      name: 'OnlyIfEmpty',
      setting: 'emptyOnDelete',
      isOn: () => true,
      check(given: unknown) {
        calls.push(given);
        return [];
      },
      safeDefault: () => ({}),
    };
    const context = {
      control,
      policy: builtInPolicy,
      scope: partScope({}, loadedRules.intrinsics),
      rules: loadedRules,
      addFinding: () => undefined,
    };
    const setting = Object.entries(settings).find(([name]) => name === 'emptyOnDelete')?.[1];
    // The control is of the copy, whose settings this project's types do not have.
    Reflect.apply(setting?.harden ?? (() => undefined), undefined, [value, 'AWS::ECR::Repository', context]);
    return calls;
  };

  test('is what the controls are asked about: absent, a value, and each branch', () => {
    expect(asked({})).toEqual([{ emptyOnDelete: undefined }]);
    expect(asked({ EmptyOnDelete: 'true' })).toEqual([{ emptyOnDelete: true }]);
    expect(asked({ EmptyOnDelete: { 'Fn::If': ['IsProd', false, true] } })).toEqual([
      { emptyOnDelete: false },
      { emptyOnDelete: true },
    ]);
  });
});

describe('the report format of CONTRIBUTING.md', () => {
  test('is one that check has, and makes a row for each finding', () => {
    const { formats, markdownReport } = product();
    expect(formats).toContain('markdown');
    const finding = {
      file: 'a.yaml',
      line: 3,
      column: 5,
      level: 'warning',
      control: 'ScanOnPush',
      code: 'not-scanned',
      outcome: 'kept',
      place: 'Orders.Properties',
      message: 'one | two',
      about: undefined,
    } as const;
    expect(markdownReport([])).toBe('');
    expect(markdownReport([finding])).toContain('| a.yaml:3 | warning | ScanOnPush | one &#124; two |\n');
  });
});
