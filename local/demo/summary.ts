import type { LocalAws } from '../local-aws.ts';
import type { RepositoryChange } from './harden-template.ts';
import type { Verification } from './verification.ts';

/** The results, counted from the responses of ECR and the registry. */
export function summary(
  templates: number,
  changes: readonly RepositoryChange[],
  verification: Pick<Verification, 'refused' | 'attempts'>,
): string {
  const count = (is: (change: RepositoryChange) => boolean) => changes.filter(is).length;
  const immutable = count(({ after }) => after.mutability.startsWith('IMMUTABLE'));
  const scanned = count(({ after }) => after.scanOnPush);
  const tidy = count(({ after }) => after.lifecyclePolicyText !== undefined);
  return [
    `${number(templates, 'template')} deployed with ${number(changes.length, 'repository', 'repositories')}:`,
    `${immutable} immutable, ${scanned} scanned on push, ${tidy} with a lifecycle policy.`,
    `${verification.refused} of ${number(verification.attempts, 'push', 'pushes')} over a tag of an immutable repository refused.`,
  ].join('\n');
}

/** One sentence about the templates that could not be deployed. */
export function failures(failed: readonly { file: string; reason: string }[], templates: number): string {
  const [first] = failed;
  if (first !== undefined && failed.length === 1)
    return `${first.file} could not be deployed: ${first.reason}`;
  const files = failed.map(({ file }) => file).join(', ');
  return `${failed.length} of ${templates} templates could not be deployed (${files}): the reasons are above.`;
}

export function nextSteps(keep: boolean): string {
  const more = keep ? '\nIts registry    ./ecr-hardening audit' : '\nKeep this AWS   npm start -- --keep';
  return `Your template   npm start -- path/to/template.yaml${more}\nYour account    docs/install.md\n`;
}

/** Environment variables for a shell, and the command that stops the local AWS. */
export function connectionHelp({ endpoint, environment, pid, logFile }: LocalAws): string {
  const exports = Object.entries(environment).map(([name, value]) => `  export ${name}=${quoted(value)}`);
  return [
    `The local AWS keeps running at ${endpoint}. For aws, sam and any SDK in this shell:`,
    '',
    ...exports,
    '',
    `Its log:    ${logFile}`,
    `To stop it: kill ${pid}`,
    '',
  ].join('\n');
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function number(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
