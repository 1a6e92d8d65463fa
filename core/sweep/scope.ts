/** Which repositories a sweep covers: name patterns, and with a `!` in front names to leave out. Pure. */
import { matchesWildcard } from '../wildcard.ts';

/** A scope as it is read. */
export interface Scope {
  /** Without one, every repository is meant. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Reads a scope such as `team-*,!team-sandbox/*`; `!sandbox/*` alone is everything else. */
export function parseScope(text: string): Scope {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && entry !== '!');
  return {
    include: entries.filter((entry) => !entry.startsWith('!')),
    exclude: entries.flatMap((entry) => (entry.startsWith('!') ? [entry.slice(1).trim()] : [])),
  };
}

/** Whether a repository of this name is meant. An exclusion is stronger, wherever it stands. */
export function isInScope({ include, exclude }: Scope, name: string): boolean {
  const isMatch = (pattern: string) => matchesWildcard(pattern, name);
  return (include.length === 0 || include.some(isMatch)) && !exclude.some(isMatch);
}
