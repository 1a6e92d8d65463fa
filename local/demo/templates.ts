import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { projectRoot } from '../paths.ts';
import type { Arguments } from './arguments.ts';
import { parametersFor, readTemplate, type Template, withOwnStack } from './template-file.ts';
import { namesTransform } from './transform.ts';
import { section } from './tree.ts';
import { settingsExample } from './verification.ts';

/** A template with the values of its parameters, or the reason why it cannot be deployed. */
export type Candidate =
  | { readonly kind: 'ready'; readonly template: Template; readonly parameters: Record<string, string> }
  | { readonly kind: 'refused'; readonly file: string; readonly reason: string };

/**
 * Reads the templates to deploy: the user's files, or the examples.
 * @throws Problem if none of them can be deployed, so that nothing is started
 */
export function candidates({ templates, parameters }: Arguments): readonly Candidate[] {
  const read = templates.length > 0 ? templates.map(readUserFile) : examples();
  const readable = read.flatMap((one) => ('document' in one ? [one] : []));
  const unknown = [...parameters.keys()].filter(
    (name) => !readable.some(({ document }) => Object.hasOwn(section(document, 'Parameters'), name)),
  );
  if (unknown.length > 0 && readable.length > 0) {
    throw new Problem(
      `None of the templates has a parameter ${unknown.join(', ')}: omit it or correct its name.`,
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

function readUserFile(file: string): Template | Candidate {
  // npm runs scripts in the package's folder and stores the user's current folder in INIT_CWD.
  const userFolder = process.env.npm_lifecycle_event === 'start' ? process.env.INIT_CWD : undefined;
  return attempt(file, () => readTemplate(resolve(userFolder ?? '', file), file));
}

/**
 * All templates of examples/ except the one that the verification deploys. Those without the transform come first, because
 * they show the difference; shorter ones come before longer ones.
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
