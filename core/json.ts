/** A JSON value. The core's inputs and results are JSON values, and are never changed in place. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object: a template, one of its sections, a resource, its properties. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether a value is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a JSON value is a list. `Array.isArray` alone does not narrow a readonly array. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The entries of a list; none of anything else. */
export function entriesOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

/** The texts among the entries of a list. */
export function textsOf(value: Json | undefined): readonly string[] {
  return entriesOf(value).filter((entry) => typeof entry === 'string');
}

/** A text; undefined for anything else. */
export function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Any value as text; of a map its JSON: one that has a member `toString` could not be made a text otherwise. */
export function textOf(value: Json | undefined): string {
  if (isList(value)) return value.map(textOf).join();
  return isObject(value) ? JSON.stringify(value) : String(value);
}

/** A number, or a text that is one; NaN for any other value: of such a map not even that could be found out. */
export function numberOf(value: Json | undefined): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

/** The members of an object; none of anything else. Its names are those of this project. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/**
 * The member of an object under a name that is not this project's, or undefined.
 *
 * Only own members count: a logical ID may well be `constructor` or `toString`.
 */
export function member(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * The same object with one member replaced, added at the end, or (undefined) left out; key order is kept.
 * If nothing changes, the same object is returned, so that callers can compare by identity.
 *
 * @param key a name of this project: a user's could be `__proto__`, for which an assignment creates no member
 */
export function withMember(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  if (value === undefined) {
    if (!Object.hasOwn(object, key)) return object;
    const { [key]: _, ...rest } = object;
    return rest;
  }
  if (member(object, key) === value) return object;
  // Assigned, since V8 takes many times as long over a computed key after a spread.
  const copy: Record<string, Json> = { ...object };
  copy[key] = value;
  return copy;
}

/** Every member mapped; the same object is returned if none changed. */
export function mapMembers(object: JsonObject, change: (value: Json, key: string) => Json): JsonObject {
  let isChanged = false;
  // Without a prototype `__proto__` is a name like any other, and V8 fills it in half the time of Object.fromEntries.
  const copy: Record<string, Json> = Object.create(null);
  for (const key of Object.keys(object)) {
    const before = object[key] ?? null;
    const after = change(before, key);
    isChanged ||= after !== before;
    copy[key] = after;
  }
  return isChanged ? copy : object;
}

/** Whether a value is one of a list's, which narrows it to the list's type. */
export function isOneOf<Value>(list: readonly Value[], value: unknown): value is Value {
  return list.some((known) => known === value);
}

/** Whether a text is a key of a table, which narrows it to the table's keys. */
export function isKeyOf<Table extends object>(table: Table, key: PropertyKey): key is keyof Table {
  return Object.hasOwn(table, key);
}

/** Whether two values are the same; the order of keys means nothing. */
export function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((each, index) => isEqual(each, other[index]));
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  );
}
