import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';

/** The object at `key`; an empty object if there is none. */
export function section(object: JsonObject, key: string): JsonObject {
  const value = member(object, key);
  return isObject(value) ? value : {};
}

/** Whether any value in the tree, including itself, matches `found`. */
export function someValue(value: Json, found: (value: Json) => boolean): boolean {
  if (found(value)) return true;
  if (isList(value)) return value.some((item) => someValue(item, found));
  return isObject(value) && Object.values(value).some((item) => someValue(item, found));
}
