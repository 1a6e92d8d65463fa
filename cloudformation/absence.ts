/** Whether a value is left out of its list or map. */
import type { Json } from '../core/json.ts';
import { isNoValue, readIf } from './intrinsics.ts';

/** Decides a condition; undefined where it cannot be known. */
export type Choose = (condition: Json) => boolean | undefined;

/** Whether a value is left out; undefined where a condition that is not known decides it. */
export function isAbsent(value: Json, choose: Choose): boolean | undefined {
  if (isNoValue(value)) return true;
  const choice = readIf(value);
  if (choice === undefined) return false;
  const isTrue = choose(choice.condition);
  if (isTrue !== undefined) return isAbsent(isTrue ? choice.whenTrue : choice.whenFalse, choose);
  const whenTrue = isAbsent(choice.whenTrue, choose);
  return whenTrue === isAbsent(choice.whenFalse, choose) ? whenTrue : undefined;
}
