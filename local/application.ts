/** This application, built and deployed by the real SAM CLI. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../core/problem.ts';
import { withLock } from '../tools/setup/lock.mjs';
import type { LocalAws } from './local-aws.ts';
import { buildFolder, projectRoot } from './paths.ts';
import { decisiveLines, runSam } from './sam.ts';

/** The name of the application's stack in the local AWS (samconfig.toml has the same). */
export const applicationStack = 'ecr-hardening';

const artifactsBucket = 'ecr-hardening-artifacts';
const inputs = [
  'template.yaml',
  'samconfig.toml',
  'package-lock.json',
  'core',
  'cloudformation',
  'aws',
  'functions',
];

/**
 * `sam build` into .aws-sam/build.
 *
 * SAM installs the production packages anew for each function, which takes some ten seconds, so it runs only when
 * what it builds from has changed since the last build; and by one process of this clone at a time, since it empties
 * the folder first.
 */
export async function buildApplication(): Promise<void> {
  await withLock(join(projectRoot, '.aws-sam', 'build.lock'), build);
}

async function build(): Promise<void> {
  const stamp = join(projectRoot, '.aws-sam', 'build.stamp');
  const print = fingerprint();
  if (
    existsSync(join(buildFolder, 'template.yaml')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === print
  )
    return;
  rmSync(stamp, { force: true });
  mkdirSync(buildFolder, { recursive: true });
  const { code, output } = await runSam(['build', '--template', 'template.yaml', '--parallel']);
  if (code !== 0)
    throw new Problem(`sam build failed: mend what it says and try again.\n${decisiveLines(output)}`);
  // Written last: an interrupted build is done again.
  writeFileSync(stamp, print);
}

/**
 * `sam deploy` of what was built, into the local AWS.
 *
 * @param parameters the application's parameters by name; the others keep their defaults
 * @param template another built template than the last build's, such as a release's
 */
export async function deployApplication(
  aws: Pick<LocalAws, 'endpoint' | 'environment'>,
  parameters: Readonly<Record<string, string>> = {},
  template = join(buildFolder, 'template.yaml'),
): Promise<void> {
  // A bucket of our own: SAM's --resolve-s3 would first deploy a whole stack for one.
  await fetch(`${aws.endpoint}/${artifactsBucket}`, { method: 'PUT' });
  const overrides = Object.entries(parameters).map(
    ([name, value]) => `${name}="${value.replaceAll('"', '\\"')}"`,
  );
  const { code, output } = await runSam(
    [
      'deploy',
      // Named, since SAM would look for it beside the template.
      '--config-file',
      join(projectRoot, 'samconfig.toml'),
      '--config-env',
      'local',
      '--template-file',
      template,
      ...(overrides.length === 0 ? [] : ['--parameter-overrides', ...overrides]),
    ],
    // Seconds between SAM's looks at the stack's events.
    { ...aws.environment, SAM_CLI_POLL_DELAY: '0.2' },
  );
  if (code !== 0)
    throw new Problem(`sam deploy failed: mend what it says and try again.\n${decisiveLines(output)}`);
}

/** A fingerprint of everything that a build depends on. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesBelow))
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
