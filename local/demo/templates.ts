import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { projectRoot } from '../paths.ts';
import type { Arguments } from './arguments.ts';
import { settingsExample } from './proof.ts';
import { parametersFor, readTemplate, type Template, withOwnStack } from './template-file.ts';
import { namesTransform } from './transform.ts';
import { section } from './tree.ts';

/** A file that can be deployed, with the values for its parameters, or why it cannot. */
export type Candidate =
  | { readonly kind: 'ready'; readonly template: Template; readonly parameters: Record<string, string> }
  | { readonly kind: 'refused'; readonly file: string; readonly reason: string };

/**
 * Reads what is to be deployed: the user's files, or the examples that need nothing.
 * @throws Problem when not one of them can be, so that nothing is started for nothing.
 */
export function candidates({ templates, parameters }: Arguments): readonly Candidate[] {
  const read = templates.length > 0 ? templates.map(readUsers) : examples();
  const readable = read.flatMap((one) => ('document' in one ? [one] : []));
  const unknown = [...parameters.keys()].filter(
    (name) => !readable.some(({ document }) => Object.hasOwn(section(document, 'Parameters'), name)),
  );
  if (unknown.length > 0 && readable.length > 0) {
    throw new Problem(
      `None of the templates has a parameter ${unknown.join(', ')}: leave it out or mend its name.`,
    );
  }
  const stacks = new Set<string>();
  const found = read.map((one): Candidate => {
    if (!('document' in one)) return one;
    const template = withOwnStack(one, stacks);
    return attempt(one.file, () => ({
      kind: 'ready',
      template,
      parameters: parametersFor(template, parameters),
    }));
  });
  const refusals = found.flatMap((one) => (one.kind === 'refused' ? [one.reason] : []));
  if (refusals.length === found.length) throw new Problem(refusals.join('\n'));
  return found;
}

function readUsers(file: string): Template | Candidate {
  // npm runs scripts in the package's folder and keeps the one that the user stood in here.
  const standing = process.env.npm_lifecycle_event === 'start' ? process.env.INIT_CWD : undefined;
  return attempt(file, () => readTemplate(resolve(standing ?? '', file), file));
}

/**
 * All of examples/ but the one that the proof deploys, over a repository that it makes. Those without the
 * transform come first, since they show the difference, and of each kind the shortest.
 */
function examples(): readonly (Template | Candidate)[] {
  const rank = ({ document }: Template) =>
    JSON.stringify(document).length + (namesTransform(document) ? 1_000_000 : 0);
  return readdirSync(join(projectRoot, 'examples'))
    .map((name) => `examples/${name}`)
    .filter((file) => file.endsWith('.yaml') && file !== settingsExample)
    .map((file) => readTemplate(join(projectRoot, file), file))
    .toSorted((one, other) => rank(one) - rank(other));
}

function attempt<T>(file: string, work: () => T): T | Candidate {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return { kind: 'refused', file, reason: error.message };
    throw error;
  }
}
