/** Hardens a property: each `Fn::If` branch by itself; values that cannot be known are kept and reported. */
import { isObject, type Json, type JsonObject, member, withMember } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import type { KnownSettings } from '../core/settings/settings.ts';
import { addUndetermined, applyControl, branchContext, refuse, refusesUnknown } from './apply-issues.ts';
import type { ControlContext, SettingPlace } from './control-context.ts';
import { generatesResources, refName } from './intrinsics.ts';
import { mapBranches, read, unresolvedName } from './reading.ts';
import type { Reading } from './scope.ts';
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
  /** Whether nothing is wrong with a literal: of an intrinsic, what it can become is sometimes known. */
  readonly isSafe?: (value: Json) => boolean;
}

/** The rule in a context: that of a branch knows its condition, and reports what is not selected as a note. */
export type RuleIn = (context: ControlContext) => PropertyRule;

/** Hardens a value: each `Fn::If` branch by itself; values that cannot be known are kept and reported. */
export function hardenValue(
  raw: Json | undefined,
  path: Path,
  context: ControlContext,
  ruleIn: RuleIn,
): Json | undefined {
  const reading = read(raw, context.scope);
  return reading.kind === 'absent'
    ? (ruleIn(context).absent(path) ?? raw)
    : hardenPresent(raw, path, context, ruleIn, reading);
}

function hardenPresent(
  raw: Json | undefined,
  path: Path,
  context: ControlContext,
  ruleIn: RuleIn,
  reading: Exclude<Reading, { readonly kind: 'absent' }>,
): Json | undefined {
  switch (reading.kind) {
    case 'literal':
      return ruleIn(context).literal(reading.value, path, raw ?? null);
    case 'choice':
      return mapBranches(raw, reading, path, context.scope, (branch) =>
        hardenValue(branch.raw, branch.path, branchContext(context, branch), ruleIn),
      );
    case 'undetermined': {
      const rule = ruleIn(context);
      if (reading.possible?.every((value) => rule.isSafe?.(value))) return raw;
      if (!rule.isWrong?.(raw ?? null, path)) addUndetermined(context, path, raw ?? null);
      return raw;
    }
    default:
      return reading satisfies never;
  }
}

/**
 * Hardens one member of a literal map. A key that resembles a known one is refused as misspelt.
 *
 * @param keys the allowed keys, the one to harden first
 */
function hardenMember(
  value: Json,
  path: Path,
  raw: Json,
  keys: readonly [string, ...string[]],
  context: ControlContext,
  ruleIn: RuleIn,
): Json {
  const [key] = keys;
  if (!isObject(value)) {
    // Resolved text: CloudFormation may accept it in place of a map, so it is not refused here.
    if (value === raw)
      refuse(context, { code: 'not-a-map', path: [], expected: key, actual: value }, { path });
    else {
      const what = refName(raw) === undefined ? unresolvedName(raw) : 'A parameter';
      addUndetermined(context, path, raw, `${what} in place of a map`);
    }
    return raw;
  }
  const unknown = Object.keys(value).filter((name) => !keys.includes(name) && !generatesResources(name));
  const misspelt = unknown.length === 0 ? [] : context.rules.documents().misspeltNames(unknown, keys);
  for (const name of misspelt)
    refuse(context, { code: 'unknown-key', path: [name], expected: [...keys], actual: name }, { path });
  if (misspelt.length > 0) return raw;
  const hardened = withMember(value, key, hardenValue(member(value, key), [...path, key], context, ruleIn));
  return hardened === value ? raw : hardened;
}

/**
 * The rule of a property that is a map, of which one member is the setting.
 *
 * @param keys the allowed keys, the setting's first
 * @param write writes the whole map
 */
export function mapRule(
  context: ControlContext,
  absent: KnownSettings,
  keys: readonly [string, ...string[]],
  write: SettingPlace['write'],
  ruleIn: RuleIn,
): PropertyRule {
  return {
    absent: (path) => applyControl(context, absent, { path, raw: undefined, write }),
    literal: (value, path, raw) => hardenMember(value, path, raw, keys, context, ruleIn),
  };
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
  ruleIn: RuleIn,
): readonly Change[] {
  const path = propertyPath(name);
  const raw = member(properties, name);
  if (raw !== undefined || context.mayGainProperties === undefined)
    return [[name, hardenValue(raw, path, context, ruleIn)]];
  addMayGainProperties(context, path);
  return [];
}

/**
 * Reports that a property was not written because a loop or a snippet inside Properties may still write it. What a loop
 * writes is never seen here; a snippet is expanded before the template around it is.
 */
export function addMayGainProperties(context: ControlContext, path: Path): void {
  const isRefused = context.mayGainProperties === 'by-loop' && refusesUnknown(context);
  context.addFinding({
    code: isRefused ? 'may-write-unsafe' : 'may-still-be-written',
    path,
    outcome: isRefused ? 'violation' : 'undetermined',
  });
}
