import {
  branchPath,
  generatesResources,
  intrinsicName,
  makeIf,
  mayGainProperties,
  read,
} from '../intrinsics.ts';
import { describeKind, isObject, type Json, type JsonObject, member, withMember } from '../json.ts';
import { unknownName } from '../nearest.ts';
import { type ControlContext, refuse } from './control.ts';

/** How one value is settled, once it is known to be absent or literal. */
export interface PropertyRule {
  /** What stands where the author said nothing; undefined leaves it out. */
  readonly absent: (path: string) => Json | undefined;
  /**
   * What becomes of a literal.
   *
   * @param value the value, a `Ref` to a parameter resolved
   * @param raw the same as it stands in the template: what is answered and told
   */
  readonly literal: (value: Json, path: string, raw: Json) => Json | undefined;
  /** Whether what is known of an intrinsic already proves it wrong, which is then told here. */
  readonly isWrong?: (raw: Json, path: string) => boolean;
}

/** Settles a value: an `Fn::If` branch by branch; what cannot be known is left alone and told. */
export function hardenValue(
  raw: Json | undefined,
  path: string,
  context: ControlContext,
  by: PropertyRule,
): Json | undefined {
  const reading = read(raw, context.parameters);
  switch (reading.kind) {
    case 'absent':
      return by.absent(path) ?? raw;
    case 'literal':
      return by.literal(reading.value, path, raw ?? null);
    case 'choice': {
      const whenTrue = hardenValue(reading.whenTrue, branchPath(path, 'whenTrue'), context, by);
      const whenFalse = hardenValue(reading.whenFalse, branchPath(path, 'whenFalse'), context, by);
      return whenTrue === reading.whenTrue && whenFalse === reading.whenFalse
        ? raw
        : makeIf(reading.condition, whenTrue, whenFalse);
    }
    case 'undetermined':
      if (!by.isWrong?.(raw ?? null, path)) addUndetermined(context, path, raw ?? null);
      return raw;
    default:
      return reading satisfies never;
  }
}

/** Tells that a value was left alone because nobody can know it yet. */
export function addUndetermined(
  context: ControlContext,
  path: string,
  raw: Json,
  what = intrinsicName(raw) ?? 'A dynamic reference',
): void {
  context.addFinding({
    path,
    outcome: 'undetermined',
    before: raw,
    after: raw,
    reason: `${what} is resolved only when the stack is deployed, so it was left alone`,
  });
}

/**
 * Settles the one member that matters of a literal map; every other key must be known.
 *
 * @param keys the allowed keys, the one to settle first
 */
export function hardenMember(
  value: Json,
  path: string,
  raw: Json,
  keys: readonly [string, ...string[]],
  context: ControlContext,
  by: PropertyRule,
): Json {
  const [key] = keys;
  // A parameter can become text only: CloudFormation may or may not take it, so it is not ours to refuse.
  if (value !== raw) {
    addUndetermined(context, path, raw, 'A parameter in place of a map');
    return raw;
  }
  if (!isObject(value)) {
    refuse(context, path, `must be a map with ${key}, not ${describeKind(value)}`);
    return raw;
  }
  const unknown = Object.keys(value).filter((name) => !keys.includes(name) && !generatesResources(name));
  for (const name of unknown) refuse(context, `${path}.${name}`, unknownName('key', name, keys));
  if (unknown.length > 0) return raw;
  return withMember(value, key, hardenValue(member(value, key), `${path}.${key}`, context, by));
}

/** Settles one property. */
export function hardenProperty(
  properties: JsonObject,
  name: string,
  context: ControlContext,
  by: PropertyRule,
): JsonObject {
  const path = `Properties.${name}`;
  const raw = member(properties, name);
  if (raw !== undefined || !mayGainProperties(properties))
    return withMember(properties, name, hardenValue(raw, path, context, by));
  addMayGainProperties(context, path);
  return properties;
}

/** Tells that a property was not written because a loop or a transform inside Properties may still write it. */
export function addMayGainProperties(context: ControlContext, path: string): void {
  context.addFinding({
    path,
    outcome: 'undetermined',
    reason: 'a loop or transform inside Properties may still write it, so it was left alone',
  });
}
