import { isList, type Json } from '../core/json.ts';

/**
 * How many bytes a value takes as JSON in UTF-8: what `JSON.stringify` would make, without making it.
 *
 * A template is printed once more after us, and of many repositories most of it is one lifecycle policy, whose text is
 * measured once.
 *
 * @throws RangeError where values are nested so deeply that printing them may fail
 */
export function jsonBytes(value: Json): number {
  return bytesOf(value, new Map(), 0);
}

/** `JSON.stringify` ends at about 4,000 of them, with the usual size of the stack. */
const maxDepth = 3000;

/** Shorter texts are measured anew as fast as they would be looked up. */
const longText = 100;

function bytesOf(value: Json, known: Map<string, number>, depth: number): number {
  if (typeof value === 'string')
    return value.length < longText ? printedBytes(value) : rememberedBytes(value, known);
  if (typeof value !== 'object' || value === null) return String(value).length;
  if (depth > maxDepth) throw new RangeError('nested too deeply');
  // Brackets, and a comma between two.
  let bytes = 2;
  if (isList(value)) {
    for (const entry of value) bytes += bytesOf(entry, known, depth + 1) + 1;
    return Math.max(bytes - 1, 2);
  }
  // With the colon and the comma of each.
  for (const key of Object.keys(value))
    bytes += rememberedBytes(key, known) + bytesOf(value[key] ?? null, known, depth + 1) + 2;
  return Math.max(bytes - 1, 2);
}

/** What a text takes that is likely to come again: a key, or a long one. */
function rememberedBytes(text: string, known: Map<string, number>): number {
  const found = known.get(text);
  if (found !== undefined) return found;
  const bytes = printedBytes(text);
  known.set(text, bytes);
  return bytes;
}

function printedBytes(text: string): number {
  return isPlain(text) ? text.length + 2 : Buffer.byteLength(JSON.stringify(text));
}

/** Whether a text is printed as it is, a byte a character. */
function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Quotes and backslashes are escaped, as is what cannot be printed; beyond ASCII a character takes more bytes.
    if (code < 32 || code === 34 || code === 92 || code > 126) return false;
  }
  return true;
}
