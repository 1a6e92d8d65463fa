/**
 * What is known of a value: the value itself, that it is absent (undefined, where the type has it), or why nobody
 * knows it. One type for what a template leaves to its deployment and for what a caller may not read.
 */

/**
 * What is not known, with the reason: an intrinsic's name in a template. Where there is more to say, such as about a call
 * that was denied, the reason is data.
 */
export interface Unknown<Reason = string> {
  readonly unknown: Reason;
}

/** A value, or why nobody knows it; `Known<Value | undefined>` can be absent too. */
export type Known<Value, Reason = string> = Value | Unknown<Reason>;

/** Whether nobody knows a value. Not for a user's own JSON, which may have any key. */
export function isUnknown<Value, Reason = string>(value: Known<Value, Reason>): value is Unknown<Reason> {
  return typeof value === 'object' && value !== null && 'unknown' in value;
}

/** What a value comes to, where it is known, and that is known too. */
export function whenKnown<Value, Result, Reason = string>(
  value: Known<Value, Reason>,
  then: (value: Value) => Known<Result, Reason>,
): Known<Result, Reason> {
  return isUnknown(value) ? value : then(value);
}
