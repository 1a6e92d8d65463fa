import { unknownName } from '../wording/unknown-name.ts';

/** The 'did you mean' message for an unknown name, as the end of a sentence. */
export function unknownNameMessage(what: string, name: string, known: readonly string[]): string {
  const message = unknownName(what, name, known);
  return message.endsWith('?') ? message : `${message}.`;
}
