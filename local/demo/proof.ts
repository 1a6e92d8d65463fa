import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { BatchGetImageCommand, CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { Problem } from '../../core/problem.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { projectRoot } from '../paths.ts';
import type { Clients } from './clients.ts';
import type { RepositoryChange } from './harden-template.ts';
import { hardenTemplate } from './harden-template.ts';
import type { Screen } from './progress.ts';
import { pushImage } from './registry.ts';
import { type RepositorySettings, readSettings } from './repository-settings.ts';
import { settingsTable, wrap } from './settings-table.ts';

const tag = '1.0.0';
/** The template that the proof deploys, and that a plain `npm start` therefore leaves out. */
export const settingsExample = 'examples/existing-repository.yaml';

/** What the proof found; every member was observed, so that the last line can only say what is so. */
export interface Proof {
  readonly refused: number;
  readonly attempts: number;
  /** A repository that takes a new tag and scans it. */
  readonly scanned: string;
}

/**
 * Shows that the settings do what they say: a second push of a tag is refused by a repository that a
 * template made, and by one that no stack made once a `Custom::EcrSettings` has gone over it.
 * @param repositories those that the templates deployed, as they are now.
 */
export async function prove(
  clients: Clients,
  screen: Screen,
  repositories: readonly RepositorySettings[],
): Promise<Proof> {
  // One without exclusions, since those would let some tags move.
  const immutable = repositories.find(({ mutability }) => mutability === 'IMMUTABLE')?.name;
  screen.write(`\n${styleText('bold', 'The proof')}\n`);
  let refused = 0;
  let attempts = 0;
  if (immutable !== undefined) {
    screen.write(`  ${immutable}\n    one tag pushed twice, by the requests that docker push makes\n`);
    await showPush(clients, screen, immutable, 'first content');
    refused += Number(await showPush(clients, screen, immutable, 'other content'));
    attempts += 1;
    await showTag(clients, screen, immutable);
  }

  const byHand = freeName('made-by-hand', repositories);
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: byHand }));
  screen.write(`\n  ${byHand}\n    a repository that no stack made\n`);
  await showPush(clients, screen, byHand, 'first content');
  await showPush(clients, screen, byHand, 'other content');
  const change = await hardenByStack(clients, byHand);
  screen.write(`    Custom::EcrSettings over it, the stack of ${settingsExample}\n`);
  screen.write(`${settingsTable(change)}\n`);
  refused += Number(await showPush(clients, screen, byHand, 'third content'));
  attempts += 1;
  await showTag(clients, screen, byHand);
  return { refused, attempts, scanned: repositories.find(isScannedAndImmutable)?.name ?? byHand };
}

/** One that the templates made safe, so that the alert is shown for it. */
function isScannedAndImmutable({ mutability, scanOnPush }: RepositorySettings): boolean {
  return mutability === 'IMMUTABLE' && scanOnPush;
}

/** Pushes and writes what came of it; true when the registry refused. */
async function showPush(
  clients: Clients,
  screen: Screen,
  repository: string,
  content: string,
): Promise<boolean> {
  const result = await pushImage(clients, { repository, tag, content });
  const what = `    push ${tag}, ${content}`.padEnd(33);
  if (result.accepted) {
    screen.write(`${what}accepted  ${short(result.digest)}\n`);
    return false;
  }
  screen.write(`${what}${styleText('green', 'refused')}   ${result.status}\n`);
  for (const line of wrap(result.words, 72)) screen.write(`        ${line}\n`);
  return true;
}

async function showTag({ ecr }: Clients, screen: Screen, repository: string): Promise<void> {
  const { images } = await ecr.send(
    new BatchGetImageCommand({ repositoryName: repository, imageIds: [{ imageTag: tag }] }),
  );
  const digest = images?.[0]?.imageId?.imageDigest;
  screen.write(`${`    ${tag} names now`.padEnd(43)}${digest === undefined ? 'no image' : short(digest)}\n`);
}

async function hardenByStack(clients: Clients, repository: string): Promise<RepositoryChange> {
  const document = parseTemplate(readFileSync(join(projectRoot, settingsExample), 'utf8'), settingsExample);
  const template = { file: settingsExample, stackName: `settings-of-${repository}`, document };
  const hardening = await hardenTemplate(clients, template, { RepositoryName: repository });
  if (hardening.kind === 'failed') {
    throw new Problem(`${settingsExample} did not deploy (${hardening.reason}): restore it and start again.`);
  }
  const [change] = hardening.changes;
  const after = change?.after ?? (await readSettings(clients.ecr, repository));
  if (change === undefined || after === undefined) {
    throw new Problem(`${settingsExample} names no RepositoryName: restore it and start again.`);
  }
  return change;
}

/** Digests are compared by eye here: their first 12 digits do. */
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
