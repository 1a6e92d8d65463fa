import { readFileSync, statSync } from 'node:fs';
import { Problem } from '../core/problem.ts';

/** CloudFormation takes at most 1 MB; what is several times that is no template. */
const maximumBytes = 4_000_000;

/**
 * The text of one template file.
 *
 * @param file how the user named it, for the sentences; its path when left out
 * @throws Problem, one sentence, when there is no such file or it holds no text
 */
export function readText(path: string, file = path): string {
  const unreadable = (reason: string) =>
    `${file} could not be read (${reason}): make it readable and start again.`;
  const found = attempt(() => statSync(path, { throwIfNoEntry: false }), unreadable);
  if (found === undefined) throw new Problem(`There is no file ${file}: give the path of a template.`);
  if (found.isDirectory())
    throw new Problem(`${file} is a folder: give the templates in it, such as ${file}/*.yaml.`);
  checkSize(found.size, file);
  return decode(
    attempt(() => readFileSync(path), unreadable),
    file,
  );
}

/** The text that standard input holds. @throws Problem, one sentence */
export function readStandardInput(): string {
  const bytes = attempt(
    () => readFileSync(0),
    (reason) => `standard input could not be read (${reason}): pipe a template into it.`,
  );
  return decode(bytes, 'standard input');
}

/** The text of what was read. */
function decode(bytes: Uint8Array, file: string): string {
  checkSize(bytes.byteLength, file);
  return attempt(
    () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    () => `${file} is no text in UTF-8: give a template in YAML or JSON.`,
  );
}

function checkSize(bytes: number, file: string): void {
  if (bytes > maximumBytes)
    throw new Problem(
      `${file} has ${bytes} bytes, and CloudFormation takes no template over 1 MB: split it.`,
    );
}

function attempt<T>(work: () => T, sentence: (reason: string) => string): T {
  try {
    return work();
  } catch (error) {
    throw new Problem(sentence(error instanceof Error ? error.message : String(error)), { cause: error });
  }
}
