/** Which repositories a request selects. Pure. */
import { matchesWildcard } from '../core/wildcard.ts';

/** Selectors that are given together must all match. */
export interface Selection {
  /** A name, or a pattern with `*`. */
  readonly name: string | undefined;
  /** Names or patterns, one of which must match; undefined where none is given. */
  readonly names: readonly string[] | undefined;
  /** Tags that a repository must have, each with exactly this value; empty: any. */
  readonly tags: Readonly<Record<string, string>>;
  /** Names or patterns of repositories to leave out. */
  readonly exclude: readonly string[];
  /** Whether a name or pattern may match nothing. */
  readonly allowNoMatch: boolean;
}

/** The one repository that a selection names without a wildcard, or undefined where it may match more. */
export function exactName({ name, names }: Selection): string | undefined {
  const only = name ?? (names?.length === 1 ? names[0] : undefined);
  return only === undefined || isWildcard(only) ? undefined : only;
}

/** Whether a selection names a repository without a wildcard: its author knows it. */
export function namesLiterally(selection: Selection | undefined, repository: string): boolean {
  return selection?.name === repository || selection?.names?.includes(repository) === true;
}

/** Whether the name of a repository is selected, its tags apart. */
export function nameSelector({
  name,
  names,
  exclude,
}: Pick<Selection, 'name' | 'names' | 'exclude'>): (repository: string) => boolean {
  const isNamed = name === undefined ? always : matchesAny([name]);
  const isListed = names === undefined ? always : matchesAny(names);
  const isExcluded = matchesAny(exclude);
  return (repository) => isNamed(repository) && isListed(repository) && !isExcluded(repository);
}

const always = () => true;

/** Whether one of the patterns matches. Thousands of names are looked up: only wildcards are compared one by one. */
function matchesAny(patterns: readonly string[]): (text: string) => boolean {
  const literal = new Set(patterns);
  const wildcards = patterns.filter(isWildcard);
  return (text) => literal.has(text) || wildcards.some((pattern) => matchesWildcard(pattern, text));
}

function isWildcard(pattern: string): boolean {
  return pattern.includes('*');
}

/** Whether a repository's tags match. */
export function selectsTags({ tags }: Selection, given: ReadonlyMap<string, string>): boolean {
  return Object.entries(tags).every(([key, value]) => given.get(key) === value);
}

/**
 * The names and patterns that match no repository, by the property that has them.
 *
 * @param existing the names of all repositories
 */
export function unmatchedPatterns(
  { name, names }: Selection,
  existing: readonly string[],
): readonly string[] {
  const all = new Set(existing);
  const isUnmatched = (pattern: string) =>
    isWildcard(pattern) ? !existing.some((each) => matchesWildcard(pattern, each)) : !all.has(pattern);
  return [
    ...(name !== undefined && isUnmatched(name) ? [`RepositoryName ${name}`] : []),
    ...(names ?? []).filter(isUnmatched).map((pattern) => `RepositoryNames ${pattern}`),
  ];
}
