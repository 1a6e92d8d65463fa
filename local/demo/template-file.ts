import { basename } from 'node:path';
import { type JsonObject, member } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { readText } from '../../template-text/file.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { section } from './tree.ts';

/** A template of the user's: `file` as they named it, `stackName` for the stack that it becomes. */
export interface Template {
  readonly file: string;
  readonly stackName: string;
  readonly document: JsonObject;
}

/**
 * Reads and parses one file.
 * @param file how the user named it, for the sentences; its path when left out.
 * @throws Problem, one sentence, when there is no such file or it holds no template.
 */
export function readTemplate(path: string, file = path): Template {
  return { file, stackName: stackName(file), document: parseTemplate(readText(path, file), file) };
}

/**
 * Stack names are letters, digits and hyphens and begin with a letter. This one is short and in lower case too,
 * since templates build the names of roles (64 characters) and repositories (lower case) from it.
 */
function stackName(file: string): string {
  const words = basename(file)
    .toLowerCase()
    .replace(/\.[^.]*$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `try-${words || 'template'}`.slice(0, 40).replace(/-+$/, '');
}

/** Gives a template a stack of its own also when another file has its name; `taken` learns the name. */
export function withOwnStack(template: Template, taken: Set<string>): Template {
  let own = template.stackName;
  for (let number = 2; taken.has(own); number += 1) own = `${template.stackName}-${number}`;
  taken.add(own);
  return { ...template, stackName: own };
}

/**
 * The values to send for a template: those given that it declares.
 * @throws Problem that names every parameter that has neither a default nor a value.
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
