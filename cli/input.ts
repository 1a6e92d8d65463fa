/** The templates on the command line: files, glob patterns, or standard input. */
import { existsSync } from 'node:fs';
import { Problem } from '../core/problem.ts';
import { readDocument, type TemplateDocument } from '../template-text/document.ts';
import { readStandardInput, readText } from '../template-text/file.ts';

/** The name of standard input. */
export const standardInput = '-';

/**
 * The files of the arguments, in order and without duplicates.
 *
 * @param report called with a pattern that matches no file; by default the problem is thrown
 */
export async function filesOf(
  given: readonly string[],
  report: (problem: Problem) => void = (problem) => {
    throw problem;
  },
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of given) {
    const found = isPattern(name) ? await filesLike(name) : [name];
    files.push(...found);
    if (found.length === 0) report(new Problem(`No file matches ${name}: specify the path of a template.`));
  }
  return [...new Set(files)];
}

/** A file name may look like a pattern, such as `stack[1].yaml`. */
function isPattern(name: string): boolean {
  return /[*?[\]{}()!]/.test(name) && !existsSync(name);
}

async function filesLike(pattern: string): Promise<readonly string[]> {
  const { globSync } = await import('tinyglobby');
  // Windows separates paths with the character that escapes in patterns.
  const portable = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
  return globSync(portable, { onlyFiles: true, expandDirectories: false }).toSorted();
}

/** Reads one. @throws Problem, one sentence with file, line and column */
export function readInput(file: string): TemplateDocument {
  return file === standardInput
    ? readDocument(readStandardInput(), 'standard input')
    : readDocument(readText(file), file);
}
