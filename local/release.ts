/**
 * `npm run release`: writes the files of a release to release/<version>/.
 *
 *     template.yaml + *.zip     the built application, for `sam deploy --template-file template.yaml --guided`
 *     *.asl.json                the definitions of its state machines
 *     ecr-hardening-*.tgz       the command line
 *     CHANGES.md                the changes, from CHANGELOG.md
 *     SHA256SUMS                `sha256sum --check SHA256SUMS`
 *
 * Releases are reproducible: the same source gives the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';
import { type Document, isMap, parseDocument } from 'yaml';
import { Problem } from '../core/problem.ts';
import { buildApplication } from './application.ts';
import { buildFolder, projectRoot } from './paths.ts';

// The earliest time that a zip file can store.
const noTime = new Date(1980, 0, 1);

try {
  const { values } = parseArgs({
    options: { preview: { type: 'boolean', default: false }, output: { type: 'string' } },
  });
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const changes = changesOf(version, values.preview);
  const folder = values.output ?? join(projectRoot, 'release', version);
  await buildApplication();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeApplication(folder);
  execFileSync('npm', ['pack', '--pack-destination', folder, '--silent'], {
    cwd: projectRoot,
    stdio: 'pipe',
  });
  writeFileSync(join(folder, 'CHANGES.md'), changes);
  const files = readdirSync(folder).sort();
  writeFileSync(
    join(folder, 'SHA256SUMS'),
    files.map((file) => `${sumOf(join(folder, file))}  ${file}\n`).join(''),
  );
  console.log(
    `Version ${version} is in ${relative(projectRoot, folder)}: ${[...files, 'SHA256SUMS'].join(', ')}.`,
  );
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** The template with a zip file instead of each function's folder, and the zip files. */
function writeApplication(folder: string): void {
  const template = parseDocument(readFileSync(join(buildFolder, 'template.yaml'), 'utf8'), {
    // Keeps the short forms of intrinsics, of which it would warn.
    logLevel: 'silent',
  });
  for (const name of functionsIn(buildFolder)) {
    const files = readdirSync(join(buildFolder, name)).sort();
    const entries = files.map((file) => [file, readFileSync(join(buildFolder, name, file))] as const);
    writeFileSync(
      join(folder, `${name}.zip`),
      zipSync(Object.fromEntries(entries), { mtime: noTime, level: 9 }),
    );
    template.setIn(['Resources', name, 'Properties', 'CodeUri'], `${name}.zip`);
  }
  copyDefinitions(template, folder);
  // SAM wrote their paths relative to its build folder.
  for (const [key, file] of [
    ['LicenseUrl', 'LICENSE'],
    ['ReadmeUrl', 'README.md'],
  ] as const) {
    copyFileSync(join(projectRoot, file), join(folder, file));
    template.setIn(['Metadata', 'AWS::ServerlessRepo::Application', key], file);
  }
  writeFileSync(join(folder, 'template.yaml'), template.toString({ lineWidth: 0 }));
}

/** The definitions of state machines, beside the template. */
function copyDefinitions(template: Document, folder: string): void {
  const resources = template.get('Resources');
  for (const { key } of isMap(resources) ? resources.items : []) {
    const path = ['Resources', String(key), 'Properties', 'DefinitionUri'];
    const file = template.getIn(path);
    if (typeof file !== 'string') continue;
    copyFileSync(join(buildFolder, file), join(folder, basename(file)));
    template.setIn(path, basename(file));
  }
}

function functionsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The version's section of CHANGELOG.md. @throws Problem if it is missing or has no date */
function changesOf(version: string, isPreview: boolean): string {
  const log = readFileSync(join(projectRoot, 'CHANGELOG.md'), 'utf8');
  const section = log.split(/^(?=## )/m).find((part) => part.startsWith(`## ${version} `));
  if (section === undefined)
    throw new Problem(
      `CHANGELOG.md has no section for ${version}: add one, or correct the version in package.json.`,
    );
  if (!isPreview && !/^## \S+ – \d{4}-\d{2}-\d{2}$/m.test(section))
    throw new Problem(
      `Version ${version} has no date in CHANGELOG.md: add it, such as "## ${version} – 2026-12-01", or add --preview.`,
    );
  return `${section.trim()}\n`;
}

function sumOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
