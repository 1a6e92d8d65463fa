/** Whether a value is left out of its list or map. */
import type { Json } from '../core/json.ts';
import { isNoValue, readIf } from './intrinsics.ts';

/** Decides a condition; undefined where it cannot be known. */
export type Choose = (condition: Json) => boolean | undefined;

/** Whether a value is left out for certain. */
export function isAbsent(value: Json, choose: Choose): boolean {
  if (isNoValue(value)) return true;
  const choice = readIf(value);
  if (choice === undefined) return false;
  const isTrue = choose(choice.condition);
  if (isTrue === undefined) return isAbsent(choice.whenTrue, choose) && isAbsent(choice.whenFalse, choose);
  return isAbsent(isTrue ? choice.whenTrue : choice.whenFalse, choose);
}

/** Whether a value may be left out, by a condition that is not decided, and may not. */
export function mayBeAbsent(value: Json, choose: Choose): boolean {
  const choice = readIf(value);
  if (choice === undefined || isAbsent(value, choose)) return false;
  const isTrue = choose(choice.condition);
  const possible =
    isTrue === undefined
      ? [choice.whenTrue, choice.whenFalse]
      : [isTrue ? choice.whenTrue : choice.whenFalse];
  return possible.some((each) => isAbsent(each, choose) || mayBeAbsent(each, choose));
}
