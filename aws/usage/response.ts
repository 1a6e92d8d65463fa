/** What a response must have: without it, what uses an image is not known, which is not the same as nothing. */

/** A response lacks what its operation always returns. */
export class UnexpectedResponse extends Error {
  override readonly name = 'UnexpectedResponse';
}

/** @throws UnexpectedResponse if it is absent */
export function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new UnexpectedResponse('a response lacks a member');
  return value;
}

/** The entries of a list, which may be empty. @throws UnexpectedResponse if there is no list */
export function entriesOf<Entry>(list: readonly Entry[] | undefined): readonly Entry[] {
  if (!Array.isArray(list)) throw new UnexpectedResponse('a response lacks a list');
  return list;
}

/** @throws UnexpectedResponse if a response has fewer entries than were requested */
export function requireAll(requested: readonly string[], ...found: readonly (readonly unknown[])[]): void {
  if (found.flat().length < requested.length) throw new UnexpectedResponse('a response lacks entries');
}
