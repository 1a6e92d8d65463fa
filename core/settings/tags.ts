import { isObject, type Json, textOf } from '../json.ts';
import { isUnknown } from '../known.ts';
import { type DocumentReader, knownValues, type Possible, plainReader } from '../possible.ts';

/** A repository's tags (AWS's key and value, not those of images), as far as they are known. */
export interface RepositoryTags {
  /** The values by key. */
  readonly byKey: ReadonlyMap<string, string>;
  /** Paths of possible further tags that are not known yet. */
  readonly unresolved: readonly Possible[];
}

/** Reads `Tags`, a list of maps with Key and Value; an entry of another shape is CloudFormation's to refuse. */
export function parseTags(value: Json, reader: DocumentReader = plainReader): RepositoryTags {
  const byKey = new Map<string, string>();
  const unresolved: Possible[] = [];
  for (const entry of reader.possible(value, [])) {
    if (isUnknown(entry)) {
      unresolved.push(entry);
      continue;
    }
    if (!isObject(entry.value)) continue;
    const values = reader.possible(entry.value.Value, [...entry.path, 'Value']);
    const [text = ''] = knownValues(values).map(textOf);
    for (const key of reader.possible(entry.value.Key, [...entry.path, 'Key']))
      if (isUnknown(key)) unresolved.push(key);
      else byKey.set(textOf(key.value), text);
  }
  return { byKey, unresolved };
}

/** Whether two have the same keys with the same values. */
export function isSameTags(one: RepositoryTags, other: RepositoryTags): boolean {
  return (
    one.byKey.size === other.byKey.size &&
    [...one.byKey].every(([key, value]) => other.byKey.get(key) === value)
  );
}
