import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { projectRoot } from '../paths.ts';
import type { Clients } from './clients.ts';
import type { RepositoryChange } from './harden-template.ts';
import { hardenTemplate } from './harden-template.ts';
import { pushImage } from './registry.ts';
import { type RepositorySettings, readSettings } from './repository-settings.ts';
import { colours, type Screen } from './screen.ts';
import { settingsTable, wrap } from './settings-table.ts';

const tag = '1.0.0';
/** The template that the verification deploys; `npm start` does not deploy it among the examples. */
export const settingsExample = 'examples/existing-repository.yaml';

/** The observed results. */
export interface Verification {
  readonly refused: number;
  readonly attempts: number;
  /** A repository that accepts a new tag and scans the image. */
  readonly scanned: string;
}

/**
 * Verifies that the settings take effect: a second push of a tag is refused, by a repository of a template and by a
 * repository outside of stacks after a `Custom::EcrSettings` manages it.
 *
 * @param repositories the repositories of the templates, with their current settings
 */
export async function verifySettings(
  clients: Clients,
  screen: Screen,
  repositories: readonly RepositorySettings[],
): Promise<Verification> {
  // Without exclusions, because those make some tags mutable.
  const immutable = repositories.find(({ mutability }) => mutability === 'IMMUTABLE')?.name;
  screen.write(`\n${colours.bold('The verification')}\n`);
  let refused = 0;
  let attempts = 0;
  if (immutable !== undefined) {
    screen.write(`  ${immutable}\n    one tag pushed twice, with the requests of docker push\n`);
    await showPush(clients, screen, immutable, 'first content');
    refused += Number(await showPush(clients, screen, immutable, 'other content'));
    attempts += 1;
    await showTag(clients, screen, immutable);
  }

  const unmanaged = freeName('created-manually', repositories);
  await clients.registry.createRepository(unmanaged);
  screen.write(`\n  ${unmanaged}\n    a repository outside of stacks\n`);
  await showPush(clients, screen, unmanaged, 'first content');
  await showPush(clients, screen, unmanaged, 'other content');
  const change = await hardenByStack(clients, unmanaged);
  screen.write(`    Custom::EcrSettings, with the stack of ${settingsExample}\n`);
  screen.write(`${settingsTable(change)}\n`);
  refused += Number(await showPush(clients, screen, unmanaged, 'third content'));
  attempts += 1;
  await showTag(clients, screen, unmanaged);
  return { refused, attempts, scanned: repositories.find(isScannedAndImmutable)?.name ?? unmanaged };
}

/** The alert is shown for a repository that is safe. */
function isScannedAndImmutable({ mutability, scanOnPush }: RepositorySettings): boolean {
  return mutability === 'IMMUTABLE' && scanOnPush;
}

/** Pushes an image and shows the result; true if the registry refused it. */
async function showPush(
  clients: Clients,
  screen: Screen,
  repository: string,
  content: string,
): Promise<boolean> {
  const result = await pushImage(clients, { repository, tag, content });
  const label = `    push ${tag}, ${content}`.padEnd(33);
  if (result.accepted) {
    screen.write(`${label}accepted  ${short(result.digest)}\n`);
    return false;
  }
  screen.write(`${label}${colours.green('refused')}   ${result.status}\n`);
  for (const line of wrap(result.words, 72)) screen.write(`        ${line}\n`);
  return true;
}

async function showTag({ registry }: Clients, screen: Screen, repository: string): Promise<void> {
  const digest = (await registry.image(repository, { tag }))?.digest;
  screen.write(
    `${`    ${tag} now refers to`.padEnd(43)}${digest === undefined ? 'no image' : short(digest)}\n`,
  );
}

async function hardenByStack(clients: Clients, repository: string): Promise<RepositoryChange> {
  const document = parseTemplate(readFileSync(join(projectRoot, settingsExample), 'utf8'), settingsExample);
  const template = { file: settingsExample, stackName: `settings-of-${repository}`, document };
  const hardening = await hardenTemplate(clients, template, { RepositoryName: repository });
  if (hardening.kind === 'failed') {
    throw new Problem(
      `${settingsExample} could not be deployed (${hardening.reason}): restore the file and retry.`,
    );
  }
  const [change] = hardening.changes;
  const after = change?.after ?? (await readSettings(clients.registry, repository));
  if (change === undefined || after === undefined) {
    throw new Problem(`${settingsExample} has no RepositoryName: restore the file and retry.`);
  }
  return change;
}

/** The first 12 digits are enough to compare digests at a glance. */
function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

function freeName(name: string, taken: readonly RepositorySettings[]): string {
  let free = name;
  for (let number = 2; taken.some((repository) => repository.name === free); number += 1) {
    free = `${name}-${number}`;
  }
  return free;
}
