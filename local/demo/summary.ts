import type { LocalAws } from '../local-aws.ts';
import type { RepositoryChange } from './harden-template.ts';
import type { Proof } from './proof.ts';

/** What was done, counted from what ECR and the registry answered. */
export function summary(
  templates: number,
  changes: readonly RepositoryChange[],
  proof: Pick<Proof, 'refused' | 'attempts'>,
): string {
  const count = (is: (change: RepositoryChange) => boolean) => changes.filter(is).length;
  const immutable = count(({ after }) => after.mutability.startsWith('IMMUTABLE'));
  const scanned = count(({ after }) => after.scanOnPush);
  const tidy = count(({ after }) => after.lifecyclePolicyText !== undefined);
  return [
    `${number(templates, 'template')} deployed with ${number(changes.length, 'repository', 'repositories')}:`,
    `${immutable} immutable, ${scanned} scanned on push, ${tidy} with a lifecycle policy.`,
    `${proof.refused} of ${number(proof.attempts, 'push', 'pushes')} over a tag of an immutable repository refused.`,
  ].join('\n');
}

/** One sentence for all templates that did not deploy. */
export function failures(failed: readonly { file: string; reason: string }[], templates: number): string {
  const [first] = failed;
  if (first !== undefined && templates === 1) return `${first.file} did not deploy: ${first.reason}`;
  const files = failed.map(({ file }) => file).join(', ');
  return `${failed.length} of ${templates} templates did not deploy (${files}): their reasons stand above.`;
}

export function howToGoOn(keep: boolean): string {
  const more = keep ? '' : '\nKeep this AWS   npm start -- --keep';
  return `Your template   npm start -- path/to/template.yaml${more}\nYour account    README.md, "Deploy to your account"\n`;
}

/** Lines for a shell, and the one command that ends what keeps running. */
export function howToReach({ endpoint, environment, pid }: LocalAws): string {
  const exports = Object.entries(environment).map(([name, value]) => `  export ${name}=${quoted(value)}`);
  return [
    `The local AWS keeps running at ${endpoint}. For aws, sam and any SDK in this shell:`,
    '',
    ...exports,
    '',
    `It ends with: kill ${pid}`,
    '',
  ].join('\n');
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function number(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
