/** Reads the templates of a command line one by one; a folder has files of other kinds too, which are skipped. */
import { resolve } from 'node:path';
import { asObject, member } from '../../core/json.ts';
import { isProblem, Problem } from '../../core/problem.ts';
import { readDocument, type TemplateDocument } from '../../template-text/document.ts';
import { readStandardInput, readText, readTextIfAny } from '../../template-text/file.ts';
import { isMeantAsTemplate, mentionsTemplate } from '../../template-text/recognise.ts';
import { sentence } from '../../wording/lists.ts';
import { guessed } from '../../wording/unknown-name.ts';
import { type FindOptions, filesOf, standardInput } from './find-files.ts';

/** How files are chosen and read. */
export interface InputOptions extends FindOptions {
  /** Whether a file that is no CloudFormation template is an error. Default: it is skipped. */
  readonly isStrict?: boolean | undefined;
  /** Names of template parameters: each must be that of some template. */
  readonly parameters?: readonly string[] | undefined;
  /** Files that the command itself was given, such as its configuration, as absolute paths: they are no templates. */
  readonly ownFiles?: readonly string[] | undefined;
  /** Shown how far the reading is; without it, nothing is. */
  readonly progress?: Progress | undefined;
}

/** The display of how many files are done. */
export interface Progress {
  update(done: number, total: number): void;
  end(): void;
}

/** What became of the files. */
export interface FilesRead {
  /** The templates, as the user would name them. */
  readonly read: readonly string[];
  /** The files that are no CloudFormation template. */
  readonly skipped: readonly string[];
}

// Nobody waits for shorter work, and a display that flickers disturbs.
const quietMs = 500;
const updateMs = 100;

/**
 * Does something with each template.
 *
 * @param report called with each problem, of a file or of the work; by default the first one is thrown
 */
export async function forEachTemplate(
  given: readonly string[],
  options: InputOptions,
  work: (template: TemplateDocument) => void,
  report: (problem: Problem) => void = (problem) => {
    throw problem;
  },
): Promise<FilesRead> {
  const read: string[] = [];
  const skipped: string[] = [];
  let hasProblem = false;
  const reportTo = (problem: Problem) => {
    hasProblem = true;
    report(problem);
  };
  const found = await filesOf(given, options, reportTo);
  const ownFiles = new Set(options.ownFiles);
  const own = found.filter((file) => ownFiles.has(resolve(file)));
  const files = own.length === 0 ? found : found.filter((file) => !own.includes(file));
  const declared = new Set<string>();
  await shown(files, options.progress, (file) => {
    try {
      const template = readTemplate(file, options.isStrict === true);
      if (template === undefined) {
        skipped.push(file);
        return;
      }
      for (const name of Object.keys(asObject(member(template.value, 'Parameters')))) declared.add(name);
      work(template);
      read.push(template.file);
    } catch (error) {
      reportTo(problemOf(error, file === standardInput ? 'standard input' : file));
    }
  });
  if (!hasProblem && read.length > 0)
    for (const name of options.parameters ?? []) if (!declared.has(name)) report(notDeclared(name, declared));
  if (read.length === 0 && !hasProblem && options.allowsNone !== true)
    report(noTemplate([...skipped, ...own]));
  return { read, skipped };
}

/** The problem of one file, which does not keep the others from being read; anything else is thrown. */
function problemOf(error: unknown, file: string): Problem {
  if (isProblem(error)) return error;
  // Where the stack ends: a policy is often JSON in a text, in which nothing has limited the nesting yet.
  if (error instanceof RangeError)
    return new Problem(`${file} has values that are nested too deeply: nest them less deeply.`, {
      cause: error,
    });
  throw error;
}

/** Runs through files; what is displayed moves only while something else than this can run. */
async function shown(
  files: readonly string[],
  progress: Progress | undefined,
  work: (file: string) => void,
): Promise<void> {
  // Date, since reading `performance` loads node:perf_hooks, which takes 1 ms.
  let next = Date.now() + quietMs;
  try {
    for (const [done, file] of files.entries()) {
      if (progress !== undefined && Date.now() > next) {
        progress.update(done, files.length);
        await new Promise((resolve) => setImmediate(resolve));
        next = Date.now() + updateMs;
      }
      work(file);
    }
  } finally {
    progress?.end();
  }
}

/** Undefined for a file that is no template. @throws Problem, one sentence with file, line and column */
function readTemplate(file: string, isStrict: boolean): TemplateDocument | undefined {
  if (file === standardInput) return readDocument(readStandardInput(), 'standard input');
  if (isStrict) return readDocument(readText(file), file);
  const text = readTextIfAny(file);
  if (text === undefined || !mentionsTemplate(text)) return undefined;
  try {
    return readDocument(text, file);
  } catch (error) {
    if (isProblem(error) && !isMeantAsTemplate(text)) return undefined;
    throw error;
  }
}

/** CloudFormation refuses parameters that the template does not have. */
function notDeclared(name: string, declared: ReadonlySet<string>): Problem {
  const hint = declared.size === 0 ? '; there are none' : guessed(name, [...declared], false);
  return new Problem(`No template has a parameter ${name}${sentence([hint])}`);
}

/** Why nothing is checked; of one file alone, what is wrong with it. */
function noTemplate(skipped: readonly string[]): Problem {
  const [file] = skipped;
  if (file === undefined) return new Problem('No template was given: specify files or folders.');
  if (skipped.length > 1)
    return new Problem(
      `None of the ${skipped.length} files is a CloudFormation template, such as ${file}: specify others, or add --strict to see why.`,
    );
  try {
    readDocument(readText(file), file);
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
  return new Problem(`${file} is not a CloudFormation template.`);
}

/** The sentence about files that were skipped; empty if there are none. */
export function skippedSentence(skipped: readonly string[]): string {
  const maxNamed = 3;
  if (skipped.length === 0) return '';
  const names = skipped.slice(0, maxNamed).join(', ');
  const [what, verb] = skipped.length === 1 ? ['file', 'is'] : ['files', 'are'];
  const which = skipped.length <= maxNamed ? names : `such as ${names}`;
  return `Skipped ${skipped.length} ${what} that ${verb} no CloudFormation template (${which}); --strict refuses them.`;
}
