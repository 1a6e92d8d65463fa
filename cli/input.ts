/** The templates that the user named: files, patterns, or standard input. */
import { existsSync } from 'node:fs';
import { Problem } from '../core/problem.ts';
import { readDocument, type TemplateDocument } from '../template-text/document.ts';
import { readStandardInput, readText } from '../template-text/file.ts';

/** How standard input is named. */
export const standardInput = '-';

/**
 * The files that arguments name, in their order, each once.
 *
 * @param tell is told of a pattern that no file matches; left out, the problem is thrown
 */
export async function filesOf(
  given: readonly string[],
  tell: (problem: Problem) => void = (problem) => {
    throw problem;
  },
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of given) {
    const found = isPattern(name) ? await filesLike(name) : [name];
    files.push(...found);
    if (found.length === 0) tell(new Problem(`No file matches ${name}: give the path of a template.`));
  }
  return [...new Set(files)];
}

/** A file may be named like a pattern, such as `stack[1].yaml`. */
function isPattern(name: string): boolean {
  return /[*?[\]{}()!]/.test(name) && !existsSync(name);
}

async function filesLike(pattern: string): Promise<readonly string[]> {
  const { globSync } = await import('tinyglobby');
  // Windows writes its paths with the sign that escapes in patterns.
  const portable = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
  return globSync(portable, { onlyFiles: true, expandDirectories: false }).toSorted();
}

/** Reads one. @throws Problem, one sentence with file, line and column */
export function readInput(file: string): TemplateDocument {
  return file === standardInput
    ? readDocument(readStandardInput(), 'standard input')
    : readDocument(readText(file), file);
}
