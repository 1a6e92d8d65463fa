import { showSteps } from '../../cli/progress.mjs';
import { Problem } from '../../core/problem.ts';
import { buildApplication, deployApplication } from '../application.ts';
import type { LocalAws } from '../local-aws.ts';
import { showAlert } from './alert.ts';
import type { Arguments } from './arguments.ts';
import { type Clients, connect } from './clients.ts';
import { type Hardening, hardenTemplate, type RepositoryChange } from './harden-template.ts';
import { colours, type Screen } from './screen.ts';
import { showTemplate } from './show-template.ts';
import { startAwsForTemplates } from './start-aws.ts';
import { connectionHelp, failures, nextSteps, summary } from './summary.ts';
import { runSweep, showSweep } from './sweep.ts';
import { type Candidate, candidates } from './templates.ts';
import { verifySettings } from './verification.ts';

/** The state of a run, for stopping it. */
export interface Session {
  aws: Promise<LocalAws> | undefined;
  /** Whether the local AWS keeps running, because its address was printed. */
  announced: boolean;
}

/**
 * `npm start`: the local AWS, the application, the templates, the verification, the alert, the sweep.
 * @throws Problem if a step fails, or after the templates if one could not be deployed
 */
export async function demo(
  given: Arguments,
  screen: Screen,
  session: Session,
  interruption: AbortSignal,
): Promise<void> {
  const all = candidates(given);
  screen.write(`${colours.bold('EcrHardening')} on a local AWS\n\n`);
  const steps = showSteps(screen, colours);
  const aws = await prepare(given, steps, session, interruption);
  const clients = connect(aws);

  const changes: RepositoryChange[] = [];
  const failed: { readonly file: string; readonly reason: string }[] = [];
  for (const candidate of all) {
    const file = candidate.kind === 'ready' ? candidate.template.file : candidate.file;
    const hardening = await steps.spin(file, harden(clients, candidate));
    screen.write(showTemplate(file, hardening));
    if (hardening.kind === 'failed') failed.push({ file, reason: hardening.reason });
    else changes.push(...hardening.changes);
  }

  if (failed.length > 0) {
    session.announced = given.keep;
    if (given.keep) screen.write(`\n${connectionHelp(aws)}`);
    // The cause is the last that is said: what follows shows what works.
    throw new Problem(failures(failed, all.length));
  }
  const verification = await verifySettings(
    clients,
    screen,
    changes.map(({ after }) => after),
  );
  await showAlert(clients, screen, verification.scanned);
  await showSweep(clients, screen, await steps.spin('the sweep', runSweep(clients, aws)));
  screen.write(`\n${summary(all.length, changes, verification)}\n\n`);
  session.announced = given.keep;
  if (given.keep) screen.write(`${connectionHelp(aws)}\n`);
  if (verification.refused < verification.attempts) {
    throw new Problem(
      'A push over a tag of an immutable repository was accepted: the local AWS does not enforce immutability.',
    );
  }
  screen.write(nextSteps(given.keep));
}

async function prepare(
  given: Arguments,
  steps: ReturnType<typeof showSteps>,
  session: Session,
  interruption: AbortSignal,
): Promise<LocalAws> {
  const port = given.port === undefined ? {} : { port: given.port };
  const starting = startAwsForTemplates({ detached: given.keep, ...port });
  session.aws = starting;
  const aws = await steps.step('the local AWS', starting);
  // After an interruption no further process is started.
  interruption.throwIfAborted();
  await steps.step('the functions (sam build)', buildApplication(steps.report));
  interruption.throwIfAborted();
  await steps.step(
    'the stack ecr-hardening (sam deploy)',
    // Its sweep is to find what is not safe, before an image that is pushed shows it.
    deployApplication(aws, { AlertSeverity: 'HIGH', Keeper: 'Mend', KeeperEvents: 'false' }),
  );
  return aws;
}

async function harden(clients: Clients, candidate: Candidate): Promise<Hardening> {
  return candidate.kind === 'refused'
    ? { kind: 'failed', reason: candidate.reason }
    : await hardenTemplate(clients, candidate.template, candidate.parameters);
}
