import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import { projectRoot } from '../../local/paths.ts';
import { buildLibrary } from '../support/command.ts';
import { pages, textOf } from './docs-support/pages.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

describe('the package', () => {
  beforeAll(buildLibrary, 180_000);

  test('holds the bin, what that loads, the library, and what people read; nothing else', () => {
    // Its own build would run again, in a folder that other tests read.
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: projectRoot,
        encoding: 'utf8',
      }),
    );
    const paths: readonly string[] = packed.files.map(({ path }: { path: string }) => path);
    expect(paths.filter((path) => !path.startsWith('docs/')).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.ja.md',
      'README.md',
      'SECURITY.md',
      'action.yml',
      'action/main.mjs',
      'action/summary.mjs',
      'dist/THIRD-PARTY-NOTICES',
      'dist/aws-commands.cjs',
      'dist/commands.cjs',
      'dist/ecr-hardening.cjs',
      'dist/templates.cjs',
      ...['README.md', 'app.mjs', 'cdk.json', 'mixin.mjs', 'package.json'].map(
        (name) => `examples/cdk/${name}`,
      ),
      ...[
        ...['modules.cjs', 'package.json', 'index.js', 'index.d.ts', 'cdk.js', 'cdk.d.ts'],
        ...['aspect', 'index', 'mixin', 'props', 'validation-plugin'].map((name) => `cdk/${name}.d.ts`),
        ...['issue', 'json', 'lifecycle/evaluate', 'path'].map((name) => `core/${name}.d.ts`),
      ]
        .map((name) => `lib/cjs/${name}`)
        .toSorted(),
      ...['cdk.d.ts', 'cdk.js', 'index.d.ts', 'index.js'].map((name) => `lib/esm/${name}`),
      'package.json',
      'schema/ecr-hardening.schema.json',
    ]);
    // The README is the package's page: what it links to is there too, but for what only a clone needs.
    expect(paths.filter((path) => path.endsWith('.md') && path.startsWith('docs/')).sort()).toEqual(
      pages.filter((page) => page.startsWith('docs/')).toSorted(),
    );
    for (const page of ['README.md', 'README.ja.md']) {
      const links = [...textOf(page).matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, link = '']) => link);
      expect(links.length).toBeGreaterThan(10);
      expect(links.filter((link) => !paths.includes(link) && link !== 'CONTRIBUTING.md')).toEqual([]);
    }
    // So is what the other pages link to, without the pictures of the audit, which would be a third of the package.
    for (const page of paths.filter((path) => path.endsWith('.md'))) {
      const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) =>
        join(dirname(page), link),
      );
      const missing = links.filter((link) => !paths.includes(link));
      expect([
        page,
        missing.filter((link) => !/^(CONTRIBUTING\.md|test\/.*|docs\/pictures\/audit.*)$/.test(link)),
      ]).toEqual([page, []]);
    }
    // A quarter of the code draws charts; the clients of S3 and Step Functions (sweep) are 150 KB; the pages are 470 KB, of which
    // that of an organisation is new, as are the reports of several registries, and sentences about more of what can be wrong.
    expect(packed.unpackedSize).toBeLessThan(2_800_000);
  });

  test('installs nothing else, and runs from any folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-package-'));
    try {
      const npm = (...args: readonly string[]) =>
        execFileSync('npm', [...args, '--ignore-scripts', '--offline', '--loglevel=error'], {
          cwd: folder,
          encoding: 'utf8',
        });
      const [packed] = JSON.parse(npm('pack', projectRoot, '--json'));
      npm('install', '--no-save', `./${packed.filename}`);
      const { packages } = JSON.parse(
        readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8'),
      );
      expect(Object.keys(packages)).toEqual(['node_modules/ecr-hardening']);
      const said = execFileSync(join(folder, 'node_modules', '.bin', 'ecr-hardening'), ['--version'], {
        cwd: tmpdir(),
        encoding: 'utf8',
      });
      expect(said).toBe(`${version}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('is as package managers expect it (publint)', () => {
    const said = execFileSync(
      process.execPath,
      [
        '-e',
        "import('publint').then(async ({ publint }) => console.log(JSON.stringify((await publint({ pkgDir: '.', pack: false })).messages)))",
      ],
      { cwd: projectRoot, encoding: 'utf8' },
    );
    expect(JSON.parse(said)).toEqual([]);
  });
});

describe('the version', () => {
  const template = parseDocument(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'), {
    logLevel: 'silent',
  }).toJS();

  test('is one, in package.json, in what the Serverless Application Repository reads, in outputs, tags and logs', () => {
    expect({
      repository: template.Metadata['AWS::ServerlessRepo::Application'].SemanticVersion,
      output: template.Outputs.Version.Value,
      tag: template.Globals.Function.Tags['ecr-hardening-version'],
      log: template.Globals.Function.Environment.Variables.Version,
    }).toEqual({ repository: version, output: version, tag: version, log: version });
  });

  test('has a section of the changelog, the newest first', () => {
    const [newest] = /^## .*/m.exec(readFileSync(join(projectRoot, 'CHANGELOG.md'), 'utf8')) ?? [];
    expect(newest).toMatch(new RegExp(`^## ${version} – (unreleased|\\d{4}-\\d{2}-\\d{2})$`));
  });
});
