/**
 * What is known of a value: the value itself, that it is absent (undefined, where the type has it), or why it is not
 * known. One type for values that are resolved at deployment and for calls that were denied.
 */

/**
 * What is not known, with the reason: an intrinsic's name in a template. Where there is more to say, such as about a call
 * that was denied, the reason is data.
 */
export interface Unknown<Reason = string> {
  readonly unknown: Reason;
}

/** A value, or why it is not known; `Known<Value | undefined>` can be absent too. */
export type Known<Value, Reason = string> = Value | Unknown<Reason>;

/** Whether a value is not known. Not for a user's own JSON, which may have any key. */
export function isUnknown<Value, Reason = string>(value: Known<Value, Reason>): value is Unknown<Reason> {
  if (typeof value !== 'object' || value === null || !('unknown' in value)) return false;
  const { unknown: reason } = value;
  // A setting with a part of that name is known.
  return typeof reason === 'string' || (typeof reason === 'object' && reason !== null && 'code' in reason);
}

/** The result of a function of a value, if the value is known. */
export function whenKnown<Value, Result, Reason = string>(
  value: Known<Value, Reason>,
  then: (value: Value) => Known<Result, Reason>,
): Known<Result, Reason> {
  return isUnknown(value) ? value : then(value);
}
