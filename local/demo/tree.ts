import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';

/** The object `key` of an object; an empty one where there is none. */
export function section(object: JsonObject, key: string): JsonObject {
  const value = member(object, key);
  return isObject(value) ? value : {};
}

/** Whether any value in the tree, itself included, answers `found`. */
export function someValue(value: Json, found: (value: Json) => boolean): boolean {
  if (found(value)) return true;
  if (isList(value)) return value.some((item) => someValue(item, found));
  return isObject(value) && Object.values(value).some((item) => someValue(item, found));
}
