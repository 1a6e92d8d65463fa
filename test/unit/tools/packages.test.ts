import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../../local/paths.ts';
import { importsOf, reachableFrom } from '../../support/imports.ts';

const manifest = (file: string) => JSON.parse(readFileSync(join(projectRoot, file), 'utf8'));
const { scripts, workspaces, dependencies, devDependencies } = manifest('package.json');
const ofTheTests: Readonly<Record<string, string>> = manifest('test/package.json').devDependencies;
const ofStart: Readonly<Record<string, string>> = { ...dependencies, ...devDependencies };

/** The package of an import, such as `@aws-sdk/client-ecr` or `echarts` of `echarts/core`. */
const packageOf = (target: string) => /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target;

/** Packages of types only, which no program loads. */
const types = ['aws-lambda'];

const functions = readdirSync(join(projectRoot, 'functions'))
  .map((name) => `functions/${name}/handler.ts`)
  .filter((file) => existsSync(join(projectRoot, file)));

describe('npm start, which installs the packages of package.json and not those of test/package.json', () => {
  test.each(['local/start.ts', 'cli/main.ts', ...functions])('has every package that %s loads', (entry) => {
    const files = reachableFrom(entry);
    expect(files.length).toBeGreaterThan(20);
    const loaded = files
      .flatMap(importsOf)
      .filter((target) => !/^node:|\.(ts|mjs)$/.test(target))
      .map(packageOf);
    expect([...new Set(loaded)].filter((name) => !(name in ofStart || types.includes(name)))).toEqual([]);
  });

  test('has what builds and runs the functions', () => {
    expect(Object.keys(ofStart)).toEqual(expect.arrayContaining(['esbuild', 'node']));
    expect(scripts.start).toMatch(/^node tools\/setup\.mjs start && /);
    expect(workspaces).toEqual(['test']);
  });

  test('has none that only the tests and the checks need', () => {
    const names = Object.keys(ofTheTests);
    expect(names).toEqual(expect.arrayContaining(['jest', 'typescript', 'aws-cdk-lib', 'playwright-core']));
    expect(names.filter((name) => name in ofStart)).toEqual([]);
  });
});

test('each package is pinned to one version, and the lock file says so too', () => {
  const { packages } = manifest('package-lock.json');
  for (const [name, version] of Object.entries({ ...ofStart, ...ofTheTests }))
    expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
});
