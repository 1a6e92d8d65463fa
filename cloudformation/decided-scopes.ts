/** A value with choices, case by case: in each, the conditions that it names are decided, and the same in all of its places. */
import { isList, isObject, type Json } from '../core/json.ts';
import { assume, conditionKey } from './assumptions.ts';
import { decide } from './conditions.ts';
import { readIf } from './intrinsics.ts';
import type { DecidedScopes, Scope } from './scope.ts';

/** Cases double with each condition; a policy has few. */
const maxCases = 64;

/** The scopes in which the conditions of all `Fn::If`s of a value are decided, as far as they are not already. */
export function decidedScopes(value: Json, scope: Scope): DecidedScopes {
  const counts = new Map<string, { condition: Json; count: number }>();
  count(value, counts);
  // A condition that decides one place only has least to do with others.
  const conditions = [...counts.values()].toSorted((one, other) => other.count - one.count);
  let scopes: readonly Scope[] = [scope];
  for (const { condition } of conditions) {
    const next = scopes.flatMap((each) =>
      decide(condition, each) === undefined
        ? [assume(each, condition, true), assume(each, condition, false)]
        : [each],
    );
    if (next.length > maxCases) return { scopes, isDecided: false };
    scopes = next;
  }
  return { scopes, isDecided: true };
}

function count(value: Json, counts: Map<string, { condition: Json; count: number }>): void {
  if (isList(value)) for (const each of value) count(each, counts);
  if (!isObject(value)) return;
  const choice = readIf(value);
  if (choice !== undefined) {
    const key = conditionKey(choice.condition);
    counts.set(key, { condition: choice.condition, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  for (const each of Object.values(value)) count(each, counts);
}
