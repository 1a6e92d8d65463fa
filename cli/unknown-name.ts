import { unknownName } from '../core/nearest.ts';

/** What the core says of a name that there is not, as the end of a sentence. */
export function unknownNameMessage(what: string, name: string, known: readonly string[]): string {
  const told = unknownName(what, name, known);
  return told.endsWith('?') ? told : `${told}.`;
}
