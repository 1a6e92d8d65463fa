/** A large JSON document in pieces, the same as if it had been made at once. */
import { randomUUID } from 'node:crypto';
import { visibleJson } from '../core/visible.ts';

const space = 2;
/** About as much is made at once. */
const chunkLength = 64 * 1024;

/**
 * @param documentWith the document, given what stands in it for the list
 * @param depth how deep the list is: 1 for a member of the document
 */
export function* jsonChunks(
  documentWith: (list: unknown) => unknown,
  list: Iterable<unknown>,
  depth: number,
): Generator<string, void, undefined> {
  // No text of others can be it.
  const placeholder = randomUUID();
  const [before = '', after = ''] = visibleJson(documentWith(placeholder), space).split(`"${placeholder}"`);
  yield before;
  const outer = `\n${' '.repeat(space * depth)}`;
  const inner = `${outer}${' '.repeat(space)}`;
  let isEmpty = true;
  for (const each of list) {
    // JSON has line breaks between values only.
    yield `${isEmpty ? '[' : ','}${inner}${visibleJson(each, space).replaceAll('\n', inner)}`;
    isEmpty = false;
  }
  yield `${isEmpty ? '[]' : `${outer}]`}${after}\n`;
}

/** The same text in fewer pieces: a write for each line would take long. */
export function* joined(chunks: Iterable<string>): Generator<string, void, undefined> {
  let waiting: string[] = [];
  let length = 0;
  for (const chunk of chunks) {
    waiting.push(chunk);
    length += chunk.length;
    if (length < chunkLength) continue;
    yield waiting.join('');
    waiting = [];
    length = 0;
  }
  if (length > 0) yield waiting.join('');
}
