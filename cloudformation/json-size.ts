import { asObject, isList, type Json, type JsonObject } from '../core/json.ts';

/** A template of up to so many resources is printed: in a cold start that takes less than compiling what measures it. */
const fewResources = 20;

/** How many bytes a template, or a part of one, takes as JSON in UTF-8. @throws RangeError as {@link jsonBytes} */
export function templateBytes(template: JsonObject): number {
  const { length } = Object.keys(asObject(template.Resources ?? template));
  return length > fewResources ? jsonBytes(template) : Buffer.byteLength(JSON.stringify(template));
}

/**
 * How many bytes a value takes as JSON in UTF-8: what `JSON.stringify` would make, without making it.
 *
 * A template is printed once more after us, and of many repositories most of it is one lifecycle policy, which is measured
 * once: a member is often the same as the last one of its name.
 *
 * @throws RangeError where values are nested so deeply that printing them may fail
 */
export function jsonBytes(value: Json): number {
  return bytesOf(value, new Map(), 0);
}

/** `JSON.stringify` ends at about 4,000 of them, with the usual size of the stack. */
const maxDepth = 3000;

/** What is known of the members of one name. */
interface Members {
  readonly keyBytes: number;
  /** The value of the last one. */
  value: Json | undefined;
  bytes: number;
}

function bytesOf(value: Json, known: Map<string, Members>, depth: number): number {
  if (typeof value === 'string') return printedBytes(value);
  if (typeof value !== 'object' || value === null) return String(value).length;
  if (depth > maxDepth) throw new RangeError('nested too deeply');
  // Brackets, and a comma between two.
  let bytes = 2;
  if (isList(value)) {
    for (const entry of value) bytes += bytesOf(entry, known, depth + 1) + 1;
    return Math.max(bytes - 1, 2);
  }
  // With the comma of each.
  for (const key of Object.keys(value)) bytes += memberBytes(key, value[key] ?? null, known, depth + 1) + 1;
  return Math.max(bytes - 1, 2);
}

/** The bytes of a member, with its colon. */
function memberBytes(key: string, value: Json, known: Map<string, Members>, depth: number): number {
  // Logical IDs and the names of sections do not come again.
  if (depth < 3) return printedBytes(key) + 1 + bytesOf(value, known, depth);
  let members = known.get(key);
  if (members === undefined) {
    members = { keyBytes: printedBytes(key) + 1, value: undefined, bytes: 0 };
    known.set(key, members);
  }
  if (members.value !== value) {
    const bytes = bytesOf(value, known, depth);
    members.value = value;
    members.bytes = bytes;
  }
  return members.keyBytes + members.bytes;
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
