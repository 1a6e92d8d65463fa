/** Which exclusions can stand together, where filters of a template have several values of which one is there. */
import type { Issue } from '../issue.ts';
import { exclusionsOfNearlyEveryTag } from './matches-every-tag.ts';

/** What a filter may come to. */
export interface Alternative {
  /** Undefined where it may be left out, or become any pattern. */
  readonly pattern?: string;
  /** Of a pattern with a part that is not known yet, which is then as wide as it can become. */
  readonly unsure?: Issue;
}

/** One alternative of each filter. */
type Combination = readonly Alternative[];

// Six filters with two values each; of more, the extremes are enough: all patterns together, and only those that are certain.
const maxCombinations = 64;

/** @param filters the alternatives of each; those of one filter exclude each other */
export function combinationsOf(filters: readonly (readonly Alternative[])[]): readonly Combination[] {
  const several = filters.filter(({ length }) => length > 0);
  const count = several.reduce((product, { length }) => product * length, 1);
  if (count > maxCombinations) return [several.flat(), several.filter(({ length }) => length === 1).flat()];
  return several.reduce<readonly Combination[]>(
    (before, alternatives) => before.flatMap((some) => alternatives.map((each) => [...some, each])),
    [[]],
  );
}

/** The patterns that are known for certain. */
export function knownIn(combination: Combination): readonly string[] {
  return combination.flatMap(({ pattern, unsure }) =>
    pattern === undefined || unsure !== undefined ? [] : [pattern],
  );
}

/**
 * Patterns that are not known yet, and that can become one of nearly every tag, such as `*-*`: alone beside those that are known,
 * or all of them together.
 */
export function widelyUnsure(combinations: readonly Combination[]): readonly Issue[] {
  return [...new Set(combinations.flatMap(widelyUnsureIn))];
}

function widelyUnsureIn(combination: Combination): readonly Issue[] {
  const known = knownIn(combination);
  const unsure = combination.flatMap(({ pattern, unsure: issue }) =>
    pattern === undefined || issue === undefined ? [] : [{ pattern, issue }],
  );
  const isWide = (added: readonly { readonly pattern: string }[]) =>
    exclusionsOfNearlyEveryTag([...known, ...added.map(({ pattern }) => pattern)]) !== undefined;
  if (isWide([]) || !isWide(unsure)) return [];
  const wide = unsure.filter((each) => isWide([each]));
  return (wide.length > 0 ? wide : unsure).map(({ issue }) => issue);
}
