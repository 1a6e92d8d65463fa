/** Which files git ignores, by the rules of https://git-scm.com/docs/gitignore that belong to a repository. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/**
 * Says of files in a folder whether git ignores them. Where git ignores the folder itself, whoever names it means it, and
 * only the rules inside of it count.
 *
 * The `.gitignore` files and `.git/info/exclude` are read; a user's own `core.excludesFile` is not, so that a check has the
 * same result on every machine.
 *
 * @param folder its absolute path
 */
export function ignoredByGit(folder: string): (path: string) => boolean {
  const root = repositoryOf(folder) ?? folder;
  if (root === folder) return rulesFrom(root);
  const isIgnored = rulesFrom(root);
  return isIgnored(`${folder}${sep}`) ? rulesFrom(folder) : isIgnored;
}

/** The nearest folder around with a `.git`, which is a file in a worktree and in a submodule. */
function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** The rules of a folder and of those inside, read when a file in them is asked about. */
function rulesFrom(root: string): (path: string) => boolean {
  const rules = ignore({ ignorecase: process.platform !== 'linux' });
  rules.add(textOf(join(root, '.git', 'info', 'exclude')));
  const read = new Set<string>();
  // The later rule counts, so those of a folder come after those of the folders around it.
  const readDownTo = (folder: string): void => {
    if (read.has(folder)) return;
    read.add(folder);
    if (folder !== root) readDownTo(dirname(folder));
    addRules(rules, relativeTo(root, folder), textOf(join(folder, '.gitignore')));
  };
  return (path) => {
    const name = relativeTo(root, path);
    // A file outside of the repository has no rules.
    if (name === '' || name.startsWith('../') || name === '..') return false;
    readDownTo(dirname(path));
    return rules.ignores(path.endsWith(sep) ? `${name}/` : name);
  };
}

function relativeTo(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** A rule with a slash, other than at its end, is anchored at its folder; another one holds at every depth. */
function addRules(rules: Ignore, folder: string, text: string): void {
  if (folder === '') {
    rules.add(text);
    return;
  }
  const prefix = `/${folder.replaceAll(/[\\*?[\]!# ]/g, '\\$&')}`;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const isNegated = line.startsWith('!');
    const rule = isNegated ? line.slice(1) : line;
    const isAnchored = rule.replace(/\/\s*$/, '').includes('/');
    const placed = isAnchored ? `${prefix}/${rule.replace(/^\//, '')}` : `${prefix}/**/${rule}`;
    rules.add(isNegated ? `!${placed}` : placed);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // No such file, or one that git cannot read either.
    return '';
  }
}
