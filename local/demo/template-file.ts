import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type JsonObject, member } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { parseTemplate } from '../../templates/parse.ts';
import { section } from './tree.ts';

/** A template of the user's: `file` as they named it, `stackName` for the stack that it becomes. */
export interface Template {
  readonly file: string;
  readonly stackName: string;
  readonly document: JsonObject;
}

/** CloudFormation takes at most 1 MB; what is several times that is no template. */
const maximumBytes = 4_000_000;

/**
 * Reads and parses one file.
 * @param file how the user named it, for the sentences; its path when left out.
 * @throws Problem, one sentence, when there is no such file or it holds no template.
 */
export function readTemplate(path: string, file = path): Template {
  return { file, stackName: stackName(file), document: parseTemplate(readText(path, file), file) };
}

function readText(path: string, file: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Problem(`There is no file ${file}: give the path of a template.`);
  if (found.isDirectory())
    throw new Problem(`${file} is a folder: give the templates in it, such as ${file}/*.yaml.`);
  if (found.size > maximumBytes) {
    throw new Problem(
      `${file} has ${found.size} bytes, and CloudFormation takes no template over 1 MB: split it.`,
    );
  }
  const bytes = attempt(
    () => readFileSync(path),
    (reason) => `${file} could not be read (${reason}): make it readable and start again.`,
  );
  return attempt(
    () => new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    () => `${file} is no text in UTF-8: give a template in YAML or JSON.`,
  );
}

function attempt<T>(work: () => T, sentence: (reason: string) => string): T {
  try {
    return work();
  } catch (error) {
    throw new Problem(sentence(error instanceof Error ? error.message : String(error)), { cause: error });
  }
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
