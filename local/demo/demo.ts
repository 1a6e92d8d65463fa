import { styleText } from 'node:util';
import { Problem } from '../../core/problem.ts';
import { buildApplication, deployApplication } from '../application.ts';
import type { LocalAws } from '../local-aws.ts';
import { showAlert } from './alert.ts';
import type { Arguments } from './arguments.ts';
import { type Clients, connect } from './clients.ts';
import { type Hardening, hardenTemplate, type RepositoryChange } from './harden-template.ts';
import { type Screen, spinning, step } from './progress.ts';
import { prove } from './proof.ts';
import { showTemplate } from './show-template.ts';
import { startAwsForTemplates } from './start-aws.ts';
import { failures, howToGoOn, howToReach, summary } from './summary.ts';
import { type Candidate, candidates } from './templates.ts';

/** What a run has started, for whoever must end it. */
export interface Session {
  aws: Promise<LocalAws> | undefined;
  /** Whether the user was told how to reach the local AWS, which therefore goes on. */
  announced: boolean;
}

/**
 * The whole of `npm start`: the local AWS, the application, the templates, the proof, the alert.
 * @throws Problem when a step fails, or at the end when a template did not deploy.
 */
export async function demo(
  given: Arguments,
  screen: Screen,
  session: Session,
  interruption: AbortSignal,
): Promise<void> {
  const todo = candidates(given);
  screen.write(`${styleText('bold', 'EcrHardening')} on an AWS of this machine\n\n`);
  const aws = await prepare(given, screen, session, interruption);
  const clients = connect(aws);

  const changes: RepositoryChange[] = [];
  const failed: { readonly file: string; readonly reason: string }[] = [];
  for (const candidate of todo) {
    const file = candidate.kind === 'ready' ? candidate.template.file : candidate.file;
    const found = await spinning(screen, file, harden(clients, candidate));
    screen.write(showTemplate(file, found));
    if (found.kind === 'failed') failed.push({ file, reason: found.reason });
    else changes.push(...found.changes);
  }

  const proof = await prove(
    clients,
    screen,
    changes.map(({ after }) => after),
  );
  await showAlert(clients, screen, proof.scanned);
  screen.write(`\n${summary(todo.length - failed.length, changes, proof)}\n\n`);
  session.announced = given.keep;
  screen.write(given.keep ? `${howToReach(aws)}\n${howToGoOn(true)}` : howToGoOn(false));
  if (proof.refused < proof.attempts) {
    throw new Problem(
      'A push over a tag of an immutable repository was accepted: the local AWS does not do its part.',
    );
  }
  if (failed.length > 0) throw new Problem(failures(failed, todo.length));
}

async function prepare(
  given: Arguments,
  screen: Screen,
  session: Session,
  interruption: AbortSignal,
): Promise<LocalAws> {
  const port = given.port === undefined ? {} : { port: given.port };
  const starting = startAwsForTemplates({ detached: given.keep, ...port });
  session.aws = starting;
  const aws = await step(screen, 'the local AWS', starting);
  // Once the user has said stop, no further process is started.
  interruption.throwIfAborted();
  await step(screen, 'the functions, built by sam build', buildApplication());
  interruption.throwIfAborted();
  await step(
    screen,
    'the stack ecr-hardening, deployed by sam deploy',
    deployApplication(aws, { AlertSeverity: 'HIGH' }),
  );
  return aws;
}

async function harden(clients: Clients, candidate: Candidate): Promise<Hardening> {
  return candidate.kind === 'refused'
    ? { kind: 'failed', reason: candidate.reason }
    : await hardenTemplate(clients, candidate.template, candidate.parameters);
}
