/** The templates of a release: each as SAM deploys it, and as plain CloudFormation, which needs no transform. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { zipSync } from 'fflate';
import { type Document, isMap, parseDocument } from 'yaml';
import { buildTemplate } from '../application.ts';
import { projectRoot } from '../paths.ts';
import { translate } from './translate.ts';

// The earliest time that a zip file can store.
const noTime = new Date(1980, 0, 1);

/** The project's templates for SAM, by listing: template.yaml is the application. */
export function samTemplates(): readonly string[] {
  return readdirSync(projectRoot)
    .filter((name) => name.endsWith('.yaml'))
    .filter((name) =>
      /^Transform: AWS::Serverless-2016-10-31$/m.test(readFileSync(join(projectRoot, name), 'utf8')),
    )
    .sort();
}

/** The project's templates that need no build, by listing: they are released as they are. */
export function plainTemplates(): readonly string[] {
  const sam = samTemplates();
  return readdirSync(projectRoot)
    .filter((name) => name.endsWith('.yaml') && !name.startsWith('.') && !sam.includes(name))
    .filter((name) => /^AWSTemplateFormatVersion:/m.test(readFileSync(join(projectRoot, name), 'utf8')))
    .sort();
}

/** The name of a template as plain CloudFormation. */
export function plainName(template: string): string {
  return template.replace(/\.yaml$/, '-cloudformation.yaml');
}

/** Builds a template and writes it to a release's folder, with its code. */
export async function writeTemplate(name: string, folder: string, version: string): Promise<void> {
  const built = join(projectRoot, '.aws-sam', name === 'template.yaml' ? 'build' : basename(name, '.yaml'));
  await buildTemplate(name, built);
  const template = parseDocument(readFileSync(join(built, 'template.yaml'), 'utf8'), {
    // Keeps the short forms of intrinsics, of which it would warn.
    logLevel: 'silent',
  });
  for (const key of functionsIn(built)) {
    writeZip(join(built, key), join(folder, `${key}.zip`));
    template.setIn(['Resources', key, 'Properties', 'CodeUri'], `${key}.zip`);
  }
  copyDefinitions(template, built, folder);
  copyPages(template, folder);
  const file = join(folder, name);
  writeFileSync(file, template.toString({ lineWidth: 0 }));
  writeFileSync(join(folder, plainName(name)), translate(file, version));
}

function writeZip(folder: string, file: string): void {
  const names = readdirSync(folder).sort();
  const entries = names.map((name) => [name, readFileSync(join(folder, name))] as const);
  writeFileSync(file, zipSync(Object.fromEntries(entries), { mtime: noTime, level: 9 }));
}

/** The definitions of state machines, beside the template. */
function copyDefinitions(template: Document, built: string, folder: string): void {
  const resources = template.get('Resources');
  for (const { key } of isMap(resources) ? resources.items : []) {
    const path = ['Resources', String(key), 'Properties', 'DefinitionUri'];
    const file = template.getIn(path);
    if (typeof file !== 'string') continue;
    copyFileSync(join(built, file), join(folder, basename(file)));
    template.setIn(path, basename(file));
  }
}

/** What the Serverless Application Repository reads: SAM wrote the paths relative to its build folder. */
function copyPages(template: Document, folder: string): void {
  for (const [key, file] of [
    ['LicenseUrl', 'LICENSE'],
    ['ReadmeUrl', 'README.md'],
  ] as const) {
    const path = ['Metadata', 'AWS::ServerlessRepo::Application', key];
    copyFileSync(join(projectRoot, file), join(folder, file));
    if (template.hasIn(path)) template.setIn(path, file);
  }
}

function functionsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
