import { nearest } from '../core/nearest.ts';

/** `unknown "X"; did you mean Y?`, or the list of allowed names if none is similar. */
export function unknownName(what: string, name: string, allowed: readonly string[]): string {
  const guess = nearest(name, allowed);
  const hint = guess === undefined ? `allowed are ${allowed.join(', ')}` : `did you mean ${guess}?`;
  return `unknown ${what} "${name}"; ${hint}`;
}
