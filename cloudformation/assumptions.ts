/** What is assumed of conditions in a scope, and of the values of parameters. */
import { asObject, isList, type Json, member, textOf } from '../core/json.ts';
import { isStored, type Scope } from './scope.ts';

/** A condition as text, the same for equal ones. */
export function conditionKey(condition: Json): string {
  return typeof condition === 'string' ? condition : JSON.stringify(condition);
}

/** The values that a parameter may have, as text; undefined where it may have any. */
export function allowedValues({ declared = {} }: Scope, name: string): readonly string[] | undefined {
  const { AllowedValues: allowed } = asObject(member(declared, name));
  return isList(allowed) && !isStored(declared, name) ? allowed.map(textOf) : undefined;
}

const assumed = new WeakMap<Scope, Map<string, Scope>>();

/** The same scope where a condition is true, or false; the very same one for all resources, whose decisions it keeps. */
export function assume(scope: Scope, condition: Json, isTrue: boolean): Scope {
  const key = conditionKey(condition);
  const known = assumed.get(scope) ?? new Map<string, Scope>();
  assumed.set(scope, known);
  const found = known.get(`${isTrue} ${key}`) ?? {
    ...scope,
    assumption: { condition, key, isTrue, outer: scope.assumption },
  };
  known.set(`${isTrue} ${key}`, found);
  return found;
}
