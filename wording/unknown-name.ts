import { nearest } from '../core/nearest.ts';

/**
 * `unknown "X"; did you mean Y?`, or the list of allowed names if none is similar.
 *
 * @param isShown whether the name is quoted: it may be a secret in the wrong place
 */
export function unknownName(what: string, name: string, allowed: readonly string[], isShown = true): string {
  return `unknown ${what}${guessed(name, allowed, isShown)}`;
}

/** ` "X"; did you mean Y?`, or the list of allowed names if none is similar. */
export function guessed(name: string, allowed: readonly string[], isShown: boolean): string {
  const guess = nearest(name, allowed);
  const hint = guess === undefined ? `allowed are ${allowed.join(', ')}` : `did you mean ${guess}?`;
  return `${isShown ? ` "${name}"` : ''}; ${hint}`;
}
