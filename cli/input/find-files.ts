/** The template files that the command line names: files, folders, glob patterns, or standard input. */
import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { Problem } from '../../core/problem.ts';

/** The name of standard input. */
export const standardInput = '-';

/** Which of the files that are found are left out. */
export interface FindOptions {
  /** Whether files that git ignores are found too; files that are named are always read. Default: false. */
  readonly withIgnored?: boolean | undefined;
  /** Leaves out some of the files of folders and patterns, by their absolute paths. */
  readonly isExcluded?: ((path: string) => boolean) | undefined;
  /** Whether it is no error that there is no template at all, also of a folder or a pattern that leads to no file. Default: false. */
  readonly allowsNone?: boolean | undefined;
}

/** The kinds of files that templates are in, of a folder. */
const templateFiles = '**/*.{yaml,yml,json,template}';
/** Copies of templates, and files of other people's. */
const otherFolders = ['node_modules', '.git', '.aws-sam'];

/**
 * The files of the arguments, in order and without duplicates.
 *
 * @param report called with an argument that leads to no file; by default the problem is thrown
 */
export async function filesOf(
  given: readonly string[],
  options: FindOptions = {},
  report: (problem: Problem) => void = (problem) => {
    throw problem;
  },
): Promise<readonly string[]> {
  const files = new Map<string, string>();
  for (const name of given) {
    const search = searchOf(name);
    const found = search === undefined ? [name] : await filesFound(name, search, options, report);
    for (const file of found) {
      const key = file === standardInput ? file : resolve(file);
      if (!files.has(key)) files.set(key, file);
    }
  }
  return [...files.values()];
}

/** A pattern, and the folder from which on it is one. */
interface Search {
  readonly pattern: string;
  readonly folder: string;
  readonly isFolder: boolean;
}

/** Undefined for the name of a file, which may look like a pattern, such as `stack[1].yaml`. */
function searchOf(name: string): Search | undefined {
  if (name === standardInput) return undefined;
  if (isFolder(name)) return { pattern: templateFiles, folder: name, isFolder: true };
  if (!/[*?[\]{}()!]/.test(name) || existsSync(name)) return undefined;
  // Windows separates paths with the character that escapes in patterns.
  const pattern = process.platform === 'win32' ? name.replaceAll('\\', '/') : name;
  const steps = pattern.split('/');
  const fixed = steps.slice(
    0,
    steps.findIndex((step) => /[*?[\]{}()!]/.test(step)),
  );
  const folder = fixed.length === 1 && fixed[0] === '' ? '/' : fixed.join('/') || '.';
  return { pattern, folder, isFolder: false };
}

function isFolder(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch {
    // Whoever reads it says why it cannot be read.
    return false;
  }
}

async function filesFound(
  name: string,
  search: Search,
  { withIgnored = false, isExcluded = () => false, allowsNone = false }: FindOptions,
  report: (problem: Problem) => void,
): Promise<readonly string[]> {
  const { found, unread } = await filesLike(search);
  const isIgnored = withIgnored ? () => false : await ignoredUnder(search.folder);
  for (const { folder, reason } of unread)
    if (!isExcluded(resolve(folder)) && !isIgnored(`${resolve(folder)}${sep}`))
      report(
        new Problem(`${folder} could not be read (${reason}): make it readable, or have git ignore it.`),
      );
  const files = found.filter((file) => !isExcluded(resolve(file)) && !isIgnored(resolve(file)));
  if (files.length > 0 || allowsNone) return files;
  report(new Problem(nothingFound(name, search.isFolder, found.length)));
  return [];
}

function nothingFound(name: string, isFolder: boolean, leftOut: number): string {
  if (leftOut > 0)
    return `${name} leads to ${leftOut} ${leftOut === 1 ? 'file' : 'files'}, all ignored by git or by the configuration: add --no-ignore to read what git ignores.`;
  return isFolder
    ? `${name} is a folder without YAML or JSON files: specify one that contains templates.`
    : `No file matches ${name}: specify the path of a template.`;
}

/** What a search finds, and the folders that could not be looked into. */
interface FilesLike {
  readonly found: readonly string[];
  readonly unread: readonly { readonly folder: string; readonly reason: string }[];
}

async function filesLike({ pattern, folder, isFolder }: Search): Promise<FilesLike> {
  const { globSync } = await import('tinyglobby');
  const ignore = otherFolders.filter((each) => !pattern.includes(each)).map((each) => `**/${each}/**`);
  const unread: { folder: string; reason: string }[] = [];
  // The library leaves out what it cannot read, and templates with it.
  const readOrReport = (path: string): Dirent[] => {
    try {
      return readFolder(path);
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      // A pattern may begin with a folder that there is not.
      if (reason !== 'ENOENT' && reason !== 'ENOTDIR')
        unread.push({ folder: relative(process.cwd(), path) || '.', reason });
      return [];
    }
  };
  const options = {
    onlyFiles: true,
    expandDirectories: false,
    // A link to a folder may lead out of this one, or around for ever.
    followSymbolicLinks: false,
    fs: { readdirSync: new Proxy(readdirSync, { apply: (_read, _self, [path]) => readOrReport(path) }) },
    ignore,
  };
  const found = isFolder
    ? globSync(pattern, { ...options, cwd: folder, dot: true, caseSensitiveMatch: false }).map((file) =>
        join(folder, file),
      )
    : globSync(pattern, options);
  return { found: found.toSorted(), unread };
}

/** What is in a folder; a link to a file counts as that file. */
function readFolder(path: string): Dirent[] {
  return readdirSync(path, { withFileTypes: true }).map((entry) =>
    entry.isSymbolicLink() && isFile(join(path, entry.name))
      ? Object.create(entry, { isFile: { value: () => true }, isSymbolicLink: { value: () => false } })
      : entry,
  );
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // A link to nothing, or to itself.
    return false;
  }
}

async function ignoredUnder(folder: string): Promise<(path: string) => boolean> {
  const { ignoredByGit } = await import('./git-ignore.ts');
  return ignoredByGit(resolve(folder));
}
