import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../local/paths.ts';

/**
 * The house: core <- functions/runtime <- functions and registry; core <- templates; templates and registry <- cli;
 * all <- local <- test; and who may leave it.
 */
const rooms = [
  'core',
  'functions/runtime',
  'functions/macro',
  'functions/custom-resource',
  'functions/scan-findings',
  'registry',
  'templates',
  'cli',
  'local',
  'test',
];
const files = ['core', 'functions', 'registry', 'templates', 'cli', 'local', 'test'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const source = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const roomOf = (file: string) => rooms.find((room) => file.startsWith(`${room}/`)) ?? file;

/** What a file imports: files of the project by their path, everything else by its name. */
function importsOf(file: string): readonly string[] {
  const statements = source(file).matchAll(
    /^(?:import|export)\b[^'";]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map(([, from, bare, dynamic]) => {
    const target = from ?? bare ?? dynamic ?? '';
    return target.startsWith('.')
      ? relative(projectRoot, resolve(projectRoot, dirname(file), target))
      : target;
  });
}
const inside = (target: string) =>
  /^(core|functions|registry|templates|cli|local|test|tools|bench)\//.test(target);

describe('the rooms', () => {
  test('are found, and so are their imports', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(importsOf('core/harden.ts')).toContain('core/controls/index.ts');
  });

  const allowed: Record<string, (target: string) => boolean> = {
    core: (target) => target.startsWith('core/') || target === 'leven',
    'functions/macro': (target) => /^(core|functions\/macro)\//.test(target),
    'functions/runtime': (target) =>
      /^(core|functions\/runtime)\//.test(target) || target.startsWith('node:'),
    'functions/custom-resource': (target) =>
      /^(core|functions\/runtime|functions\/custom-resource)\//.test(target) ||
      /^(node:|@aws-sdk\/client-ecr$)/.test(target),
    'functions/scan-findings': (target) =>
      /^(core|functions\/runtime|functions\/scan-findings)\//.test(target) ||
      /^@aws-sdk\/client-(ecr|sns)$/.test(target),
    registry: (target) =>
      /^(core|functions\/runtime|registry)\//.test(target) || target.startsWith('@aws-sdk/client-'),
    templates: (target) => /^(core|templates)\//.test(target) || ['yaml', 'node:fs'].includes(target),
    cli: (target) => !/^(functions|local|test)\//.test(target),
    local: (target) => !target.startsWith('test/') && !target.startsWith('functions/'),
  };
  test.each(Object.entries(allowed))('%s imports only what it may', (room, isAllowed) => {
    const strays = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !isAllowed(target))
          .map((target) => `${file} -> ${target}`),
      );
    expect(strays).toEqual([]);
  });

  test('have no cycles', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const target of importsOf(file).filter((name) => inside(name) && name.endsWith('.ts')))
        visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test('the core knows no environment, no clock, no network and no file system', () => {
    for (const file of files.filter((name) => name.startsWith('core/')))
      expect({
        file,
        text: source(file).match(/process\.|Date\.now|new Date\(\)|fetch\(|require\(|node:/g),
      }).toEqual({ file, text: null });
  });

  test('only core/intrinsics.ts reads or writes an intrinsic', () => {
    const code = (file: string) => source(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const spelling = /['"`](Ref|Fn::[^'"`]*|AWS::NoValue)['"`]|\.Fn::/;
    const strays = files.filter(
      (file) =>
        /^(core|functions)\//.test(file) && file !== 'core/intrinsics.ts' && spelling.test(code(file)),
    );
    expect(strays).toEqual([]);
  });

  test('the SDK is imported in few places, of what is deployed', () => {
    const users = files.filter(
      (file) =>
        file.startsWith('functions/') && importsOf(file).some((target) => target.startsWith('@aws-sdk/')),
    );
    expect(users).not.toEqual([]);
    expect(
      users.filter(
        (file) => !/^functions\/(custom-resource\/ecr\/|scan-findings\/(ecr|sns)\.ts$)/.test(file),
      ),
    ).toEqual([]);
  });
});
