/**
 * What is known of a value: the value itself, that it is absent (undefined, where the type has it), or why nobody
 * knows it. One type for what a template leaves to its deployment and for what a caller may not read.
 */

/** What is not known, with the reason: an intrinsic's name in a template, a clause about a call on a live registry. */
export interface Unknown {
  readonly unknown: string;
}

/** A value, or why nobody knows it; `Known<Value | undefined>` can be absent too. */
export type Known<Value> = Value | Unknown;

/** Whether nobody knows a value. Not for a user's own JSON, which may have any key. */
export function isUnknown<Value>(value: Known<Value>): value is Unknown {
  return (
    typeof value === 'object' && value !== null && 'unknown' in value && typeof value.unknown === 'string'
  );
}

/** What a value comes to, where it is known, and that is known too. */
export function whenKnown<Value, Result>(
  value: Known<Value>,
  then: (value: Value) => Known<Result>,
): Known<Result> {
  return isUnknown(value) ? value : then(value);
}
