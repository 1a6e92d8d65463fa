/** The templates that the user named: files, patterns, or standard input. */
import { readFileSync } from 'node:fs';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { Problem } from '../core/problem.ts';
import { readDocument, type TemplateDocument } from '../templates/document.ts';
import { decode, readText } from '../templates/file.ts';

/** How standard input is named. */
export const standardInput = '-';

/** The files that arguments name, in their order, each once. */
export function filesOf(given: readonly string[]): readonly string[] {
  const files = given.flatMap((name) => {
    if (name === standardInput || !isDynamicPattern(name)) return [name];
    const found = globSync(name, { onlyFiles: true }).toSorted();
    if (found.length === 0) throw new Problem(`No file matches ${name}: give the path of a template.`);
    return found;
  });
  return [...new Set(files)];
}

/** Reads one. @throws Problem, one sentence with file, line and column */
export function readInput(file: string): TemplateDocument {
  if (file !== standardInput) return readDocument(readText(file), file);
  return readDocument(decode(readFileSync(0), 'standard input'), 'standard input');
}
