import { createHash } from 'node:crypto';
import { isList, isObject, type Json } from '../../core/json.ts';

/** 16 hexadecimal digits that two JSON values share when they mean the same: the order of keys means nothing. */
export function fingerprint(value: Json): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(value)))
    .digest('hex')
    .slice(0, 16);
}

/** The same for a text that holds JSON; one that holds none is taken as it is. */
export function fingerprintOfText(text: string): string {
  try {
    return fingerprint(JSON.parse(text));
  } catch {
    return fingerprint(text);
  }
}

function ordered(value: Json): Json {
  if (isList(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]));
}
