import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../../local/paths.ts';
import { packageOptions } from '../../../tools/setup/prepare.mjs';
import { importsOf } from '../../support/imports.ts';

const manifest = (file: string) => JSON.parse(readFileSync(join(projectRoot, file), 'utf8'));
const { scripts, workspaces, devDependencies } = manifest('package.json');
const ofTheTests: Readonly<Record<string, string>> = manifest('test/package.json').devDependencies;
const ofStart: Readonly<Record<string, string>> = {
  ...devDependencies,
  ...manifest('functions/package.json').dependencies,
};

const manifestOf = (workspace: string) => join(workspace, 'package.json');

/** The package of an import, such as `@aws-sdk/client-ecr` or `echarts` of `echarts/core`. */
const packageOf = (target: string) => /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target;

/** Packages of types only, which no program loads. */
const types = ['aws-lambda'];

/** What npm would install into an empty folder; it asks no registry for that. */
function installedBy(options: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-packages-'));
  try {
    for (const file of ['package.json', 'package-lock.json', ...workspaces.map(manifestOf)])
      cpSync(join(projectRoot, file), join(folder, file));
    const args = ['ci', '--dry-run', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...options];
    const output = execFileSync('npm', args, { cwd: folder, encoding: 'utf8' });
    return [...output.matchAll(/^add (\S+) /gm)].map(([, name = '']) => name);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Constructs for CDK, tools, benches and tests, which need more packages; and what is built or installed. */
const others = [
  ...['bench', 'cdk', 'examples', 'test', 'tools'],
  ...['dist', 'lib', 'node_modules', 'release', 'coverage'],
];
const filesOf = (room: string) =>
  readdirSync(join(projectRoot, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .map((name) => join(room, name));
/** What runs with the packages of `npm start` alone: every other room. */
const rooms = readdirSync(projectRoot, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !others.includes(entry.name))
  .map(({ name }) => name)
  .filter((name) => filesOf(name).length > 0);

/** The packages that files import and that `npm start` does not install. */
function lacking(files: readonly string[]): readonly string[] {
  const loaded = files
    .flatMap(importsOf)
    .filter((target) => !target.startsWith('node:'))
    .map(packageOf)
    // Files of the project are by their paths.
    .filter((name) => !existsSync(join(projectRoot, name)));
  return [...new Set(loaded)].filter((name) => !(name in ofStart || types.includes(name)));
}

test('the folder of each function has no package.json, so that SAM builds it where it is and installs nothing', () => {
  const folders = ['template.yaml', 'hook.yaml', 'organization-central.yaml'].flatMap((file) =>
    [...readFileSync(join(projectRoot, file), 'utf8').matchAll(/^ +CodeUri: (.+)$/gm)].map(
      ([, folder = '']) => folder,
    ),
  );
  const distinct = [...new Set(folders)].toSorted();
  expect(distinct).toEqual(
    ['central', 'custom-resource', 'hook', 'keeper', 'macro', 'scan-alerts'].map(
      (name) => `functions/${name}`,
    ),
  );
  expect(distinct.filter((folder) => existsSync(join(projectRoot, manifestOf(folder))))).toEqual([]);
});

describe('npm start, which installs the packages of package.json and of the functions, and not those of the tests', () => {
  test.each(rooms)('has every package that %s imports', (room) => {
    expect(lacking(filesOf(room))).toEqual([]);
  });

  test('is more than a few rooms', () => {
    expect(rooms).toEqual(expect.arrayContaining(['aws', 'cli', 'core', 'functions', 'local', 'reconcile']));
  });

  test('has every package that builds the command of a clone', () => {
    const files = ['build-cli', 'library-modules', 'notices', 'write-folder'].map(
      (name) => `tools/${name}.mjs`,
    );
    expect(files.flatMap(importsOf)).toContain('esbuild');
    expect(lacking(files)).toEqual([]);
  });

  test('has what builds and runs the functions', () => {
    expect(Object.keys(ofStart)).toEqual(expect.arrayContaining(['esbuild', 'node']));
    expect(scripts.start).toMatch(/^node tools\/setup\.mjs start && /);
    expect(workspaces).toEqual(['functions', 'test']);
  });

  test('has none that only the tests and the checks need', () => {
    const names = Object.keys(ofTheTests);
    expect(names).toEqual(expect.arrayContaining(['jest', 'typescript', 'aws-cdk-lib', 'playwright-core']));
    expect(names.filter((name) => name in ofStart)).toEqual([]);
    const installed = installedBy(packageOptions(true));
    expect(installed).toEqual(expect.arrayContaining(['esbuild', 'node', '@aws-sdk/client-ecr']));
    expect(installed.filter((name) => name in ofTheTests)).toEqual([]);
  });
});

test('each package is pinned to one version, and the lock file says so too', () => {
  const { packages } = manifest('package-lock.json');
  for (const [name, version] of Object.entries({ ...ofStart, ...ofTheTests }))
    expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
});
