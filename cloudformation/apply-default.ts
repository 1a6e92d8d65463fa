/** Hardens a property: each `Fn::If` branch by itself; values that cannot be known are kept and reported. */
import { isObject, type Json, type JsonObject, member, withMember } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { addUndetermined, type ControlContext, refuse } from './control-context.ts';
import { branchPath, generatesResources, makeIf, read } from './intrinsics.ts';
import type { Change } from './settings/template-setting.ts';

/** How one value is hardened, once it is known to be absent or literal. */
export interface PropertyRule {
  /** The value if the author set none; undefined leaves it out. */
  readonly absent: (path: Path) => Json | undefined;
  /**
   * The new value for a literal.
   *
   * @param value the value, a `Ref` to a parameter resolved
   * @param raw the value as in the template, which is returned and reported
   */
  readonly literal: (value: Json, path: Path, raw: Json) => Json | undefined;
  /** Whether what is known of an intrinsic already makes it wrong, which is then reported here. */
  readonly isWrong?: (raw: Json, path: Path) => boolean;
}

/** Hardens a value: each `Fn::If` branch by itself; values that cannot be known are kept and reported. */
export function hardenValue(
  raw: Json | undefined,
  path: Path,
  context: ControlContext,
  rule: PropertyRule,
): Json | undefined {
  const reading = read(raw, context.parameters);
  switch (reading.kind) {
    case 'absent':
      return rule.absent(path) ?? raw;
    case 'literal':
      return rule.literal(reading.value, path, raw ?? null);
    case 'choice': {
      const whenTrue = hardenValue(reading.whenTrue, branchPath(path, 'whenTrue'), context, rule);
      const whenFalse = hardenValue(reading.whenFalse, branchPath(path, 'whenFalse'), context, rule);
      return whenTrue === reading.whenTrue && whenFalse === reading.whenFalse
        ? raw
        : makeIf(reading.condition, whenTrue, whenFalse);
    }
    case 'undetermined':
      if (!rule.isWrong?.(raw ?? null, path)) addUndetermined(context, path, raw ?? null);
      return raw;
    default:
      return reading satisfies never;
  }
}

/**
 * Hardens one member of a literal map; every other key must be an allowed one.
 *
 * @param keys the allowed keys, the one to harden first
 */
export function hardenMember(
  value: Json,
  path: Path,
  raw: Json,
  keys: readonly [string, ...string[]],
  context: ControlContext,
  rule: PropertyRule,
): Json {
  const [key] = keys;
  // A parameter can only become text. CloudFormation may accept it, so it is not refused here.
  if (value !== raw) {
    context.addFinding({
      code: 'parameter-in-place-of-map',
      path,
      outcome: 'undetermined',
      before: raw,
      after: raw,
    });
    return raw;
  }
  if (!isObject(value)) {
    refuse(context, { code: 'not-a-map', path: [], expected: key, actual: value }, { path });
    return raw;
  }
  const unknown = Object.keys(value).filter((name) => !keys.includes(name) && !generatesResources(name));
  for (const name of unknown)
    refuse(context, { code: 'unknown-key', path: [name], expected: [...keys], actual: name }, { path });
  if (unknown.length > 0) return raw;
  return withMember(value, key, hardenValue(member(value, key), [...path, key], context, rule));
}

const propertyPaths = new Map<string, Path>();

/** The path of a property, the same one for all resources. @param name a name of our own, of which there are few */
export function propertyPath(name: string): Path {
  const path = propertyPaths.get(name) ?? ['Properties', name];
  propertyPaths.set(name, path);
  return path;
}

/** Hardens one property. */
export function hardenProperty(
  properties: JsonObject,
  name: string,
  context: ControlContext,
  rule: PropertyRule,
): readonly Change[] {
  const path = propertyPath(name);
  const raw = member(properties, name);
  if (raw !== undefined || !context.mayGainProperties) return [[name, hardenValue(raw, path, context, rule)]];
  addMayGainProperties(context, path);
  return [];
}

/** Reports that a property was not written because a loop or a transform inside Properties may still write it. */
export function addMayGainProperties({ addFinding }: ControlContext, path: Path): void {
  addFinding({ code: 'may-still-be-written', path, outcome: 'undetermined' });
}
