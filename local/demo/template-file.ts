import { basename } from 'node:path';
import { type JsonObject, member } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { readText } from '../../template-text/file.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { section } from './tree.ts';

/** A template: `file` as the user specified it, `stackName` of the stack that it is deployed as. */
export interface Template {
  readonly file: string;
  readonly stackName: string;
  readonly document: JsonObject;
}

/**
 * Reads and parses one file.
 * @param file the name for messages; by default the path
 * @throws Problem, one sentence, if the file does not exist or is not a template
 */
export function readTemplate(path: string, file = path): Template {
  return { file, stackName: stackName(file), document: parseTemplate(readText(path, file), file) };
}

/**
 * Stack names consist of letters, digits and hyphens and start with a letter. This one is also short and lower case, because
 * templates derive the names of roles (64 characters) and repositories (lower case) from it.
 */
function stackName(file: string): string {
  const words = basename(file)
    .toLowerCase()
    .replace(/\.[^.]*$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `try-${words || 'template'}`.slice(0, 40).replace(/-+$/, '');
}

/** Gives each template its own stack name, even if files have the same name; adds it to `taken`. */
export function withOwnStack(template: Template, taken: Set<string>): Template {
  let own = template.stackName;
  for (let number = 2; taken.has(own); number += 1) own = `${template.stackName}-${number}`;
  taken.add(own);
  return { ...template, stackName: own };
}

/**
 * The given values of the parameters that a template declares.
 * @throws Problem that names every parameter without a default and a value
 */
export function parametersFor(
  template: Template,
  given: ReadonlyMap<string, string>,
): Record<string, string> {
  const declared = section(template.document, 'Parameters');
  const missing = Object.keys(declared).filter(
    (name) => !given.has(name) && member(section(declared, name), 'Default') === undefined,
  );
  if (missing.length > 0) {
    const options = missing.map((name) => `--parameter ${name}=VALUE`).join(' ');
    const nouns = missing.length === 1 ? 'the parameter' : 'the parameters';
    throw new Problem(
      `${template.file} needs ${nouns} ${missing.join(', ')}, which ${missing.length === 1 ? 'has' : 'have'} no default: add ${options}.`,
    );
  }
  return Object.fromEntries([...given].filter(([name]) => Object.hasOwn(declared, name)));
}
