import { readFileSync, statSync } from 'node:fs';
import { Problem } from '../core/problem.ts';
import { isMeantAsTemplate } from './recognise.ts';

/** CloudFormation accepts at most 1 MB; a file of several times that size is not a template. */
const maximumBytes = 4_000_000;
/** Up to here a file is looked into, since one that is meant as a template is an error. */
const maximumLookedInto = 64_000_000;

/** What to do about a file that is not there, is a folder, or is no text. */
interface Advice {
  readonly missing: string;
  readonly folder: string;
  readonly binary: string;
}

/**
 * The text of one file, such as a template.
 *
 * @param file how the user named it, for the sentences; its path when left out
 * @param advice where the file is no template
 * @throws Problem, one sentence, if the file does not exist or is not text
 */
export function readText(path: string, file = path, advice: Advice = adviceOnTemplate(file)): string {
  const because = (reason: string) => unreadable(file, reason);
  const found = attempt(() => statSync(path, { throwIfNoEntry: false }), because);
  if (found === undefined) throw new Problem(`There is no file ${file}: ${advice.missing}.`);
  if (found.isDirectory()) throw new Problem(`${file} is a folder: ${advice.folder}.`);
  checkSize(found.size, file);
  const bytes = attempt(() => readFileSync(path), because);
  return decode(bytes, file, advice);
}

/**
 * The text of a file that may be anything: undefined if it is no template because of its size, or is not text.
 *
 * @throws Problem, one sentence, if the file cannot be read, or is a template that is too large or in another encoding
 */
export function readTextIfAny(path: string): string | undefined {
  const because = (reason: string) => unreadable(path, reason);
  const found = attempt(() => statSync(path, { throwIfNoEntry: false }), because);
  if (found === undefined || found.isDirectory()) return readText(path);
  if (found.size > maximumLookedInto) return undefined;
  const bytes = attempt(() => readFileSync(path), because);
  if (found.size > maximumBytes) {
    if (isMeantAsTemplate(guessedText(bytes))) checkSize(found.size, path);
    return undefined;
  }
  try {
    return textOf(bytes);
  } catch {
    return isMeantAsTemplate(guessedText(bytes)) ? decode(bytes, path, adviceOnTemplate(path)) : undefined;
  }
}

/** The text of standard input. @throws Problem, one sentence */
export function readStandardInput(): string {
  const bytes = attempt(
    () => readFileSync(0),
    (reason) => `standard input could not be read (${reason}): pipe a template into it.`,
  );
  return decode(bytes, 'standard input', adviceOnTemplate('standard input'));
}

/** The bytes that were read as text. */
function decode(bytes: Uint8Array, file: string, advice: Advice): string {
  checkSize(bytes.byteLength, file);
  return attempt(
    () => textOf(bytes),
    () => `${file} is not UTF-8 text: ${advice.binary}.`,
  );
}

/** The text of bytes in UTF-16, which Windows writes, or in an encoding in which letters without accents are as in UTF-8. */
function guessedText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  return new TextDecoder(isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'latin1').decode(bytes);
}

function adviceOnTemplate(file: string): Advice {
  return {
    missing: 'give the path of a template',
    folder: `give the templates in it, such as ${file}/*.yaml`,
    binary: 'specify a template in YAML or JSON that is saved as UTF-8',
  };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function unreadable(file: string, reason: string): string {
  return `${file} could not be read (${reason}): make it readable and retry.`;
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
