/** Builds and deploys this application with the SAM CLI. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { Problem } from '../core/problem.ts';
import { withLock } from '../tools/setup/lock.mjs';
import type { LocalAws } from './local-aws.ts';
import { buildFolder, projectRoot } from './paths.ts';
import { errorLines, runSam } from './sam.ts';

/** The name of the application's stack in the local AWS, as in samconfig.toml. */
export const applicationStack = 'ecr-hardening';

const artifactsBucket = 'ecr-hardening-artifacts';
const inputs = [
  'samconfig.toml',
  'package-lock.json',
  'core',
  'cloudformation',
  'aws',
  'reconcile',
  'audit',
  'sweep',
  'reports',
  'wording',
  'functions',
];

/** The built template once more: SAM reads a template several times, and of JSON that takes a second less. */
const builtJson = 'template.json';

/**
 * Builds template.yaml into .aws-sam/build.
 *
 * @param report called with a sentence if another process builds it now
 */
export function buildApplication(report?: (message: string) => void): Promise<void> {
  return buildTemplate('template.yaml', buildFolder, report);
}

/**
 * Runs `sam build` into a folder below .aws-sam, if its inputs have changed since the last build. A function's folder has no
 * package.json, so that SAM builds it where it is: otherwise it copies the project and installs the packages for each function,
 * which takes ten times as long. Only one process of this clone builds at a time, because SAM empties the folder first.
 *
 * @param template in the project's root
 * @param report called with a sentence if another process builds it now
 */
export async function buildTemplate(
  template: string,
  folder: string,
  report: (message: string) => void = () => undefined,
): Promise<void> {
  const lock = `${folder}.lock`;
  await withLock(lock, () => build(template, folder), {
    onWait: (holder) =>
      report(
        `Waiting for another build in this folder (process ${holder}; if it does not build, remove ${lock}) …`,
      ),
  });
}

async function build(template: string, folder: string): Promise<void> {
  const stamp = `${folder}.stamp`;
  const print = fingerprint(template);
  if (existsSync(join(folder, builtJson)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === print)
    return;
  rmSync(stamp, { force: true });
  mkdirSync(folder, { recursive: true });
  const args = ['--template', template, '--build-dir', relative(projectRoot, folder), '--parallel'];
  const { code, output } = await runSam(['build', ...args]);
  if (code !== 0)
    throw new Problem(`sam build failed: fix the error below and retry.\n${errorLines(output)}`);
  const built = readFileSync(join(folder, 'template.yaml'), 'utf8');
  writeFileSync(join(folder, builtJson), JSON.stringify(parse(built, { maxAliasCount: -1 })));
  // Written last, so that an interrupted build is repeated.
  writeFileSync(stamp, print);
}

/**
 * Runs `sam deploy` of the build into the local AWS.
 *
 * @param parameters the application's parameters by name; others have their defaults
 * @param template the built template, if not the last build's; such as a release's
 */
export async function deployApplication(
  aws: Pick<LocalAws, 'endpoint' | 'environment'>,
  parameters: Readonly<Record<string, string>> = {},
  template = join(buildFolder, builtJson),
): Promise<void> {
  // Created here because SAM's --resolve-s3 would deploy a stack for it.
  await fetch(`${aws.endpoint}/${artifactsBucket}`, { method: 'PUT' });
  const overrides = Object.entries(parameters).map(
    ([name, value]) => `${name}="${value.replaceAll('"', '\\"')}"`,
  );
  const { code, output } = await runSam(
    [
      'deploy',
      // By default SAM looks for it in the folder of the template.
      '--config-file',
      join(projectRoot, 'samconfig.toml'),
      '--config-env',
      'local',
      '--template-file',
      template,
      ...(overrides.length === 0 ? [] : ['--parameter-overrides', ...overrides]),
    ],
    // Seconds between two polls of the stack's events.
    { ...aws.environment, SAM_CLI_POLL_DELAY: '0.05' },
  );
  if (code !== 0)
    throw new Problem(`sam deploy failed: fix the error below and retry.\n${errorLines(output)}`);
}

/** A fingerprint of all inputs of a build. */
function fingerprint(template: string): string {
  const hash = createHash('sha256');
  for (const file of [template, ...inputs].flatMap(filesBelow))
    hash.update(file).update(readFileSync(join(projectRoot, file)));
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  const whole = join(projectRoot, path);
  const entries = path.includes('.')
    ? undefined
    : readdirSync(whole, { recursive: true, withFileTypes: true });
  return entries === undefined
    ? [path]
    : entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(projectRoot.length + 1))
        .sort();
}
