import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import { projectRoot } from '../../local/paths.ts';
import { buildBin } from './cli/run.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

describe('the package', () => {
  beforeAll(buildBin);

  test('holds the bin, what that loads, and what people read; nothing else', () => {
    // Its own build would run again, in a folder that other tests read.
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: projectRoot,
        encoding: 'utf8',
      }),
    );
    expect(packed.files.map(({ path }: { path: string }) => path).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.ja.md',
      'README.md',
      'dist/THIRD-PARTY-NOTICES',
      'dist/aws-commands.cjs',
      'dist/ecr-hardening.cjs',
      'package.json',
    ]);
    expect(packed.unpackedSize).toBeLessThan(2_000_000);
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
