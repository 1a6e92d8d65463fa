/**
 * What is known of a value before CloudFormation resolves it. Most values are literals, which are read here; what reads intrinsic
 * functions is where the scope has it from.
 */
import type { Json, JsonObject } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import {
  argumentPath,
  dynamicReference,
  intrinsicName,
  isNoValue,
  readFunction,
  refName,
} from './intrinsics.ts';
import { isOfLoop } from './loop-texts.ts';
import type { Choice, ReachableBranch, Reading, Scope, SelectedScope } from './scope.ts';

// One for all: of a template of many repositories, most that is read is absent.
const absent: Reading = { kind: 'absent' };

/** Reads one value: absent, literal (an intrinsic that can be resolved is as good), a choice, or undetermined. */
export function read(value: Json | undefined, scope: Scope): Reading {
  if (value === undefined || isNoValue(value)) return absent;
  return intrinsicName(value) === undefined && !isOfLoop(value, scope)
    ? literal(value)
    : scope.intrinsics().readIntrinsic(value, scope);
}

/** A literal, unless CloudFormation puts something else in its place: `{{resolve:ssm:...}}` and its like. */
export function literal(value: Json): Reading {
  return isDynamic(value) ? { kind: 'undetermined', possible: undefined } : { kind: 'literal', value };
}

/** Whether a value has a dynamic reference in it. */
export function isDynamic(value: Json): boolean {
  return typeof value === 'string' && value.includes(dynamicReference);
}

/** The branches that can be selected, for some values of the parameters. */
export function reachableBranches(choice: Choice, path: Path, scope: Scope): readonly ReachableBranch[] {
  return scope.intrinsics().reachableBranches(choice, path, scope);
}

/**
 * An `Fn::If` with each branch that can be selected changed; the very same value when none is.
 *
 * @param change undefined leaves the branch out
 */
export function mapBranches(
  raw: Json | undefined,
  choice: Choice,
  path: Path,
  scope: Scope,
  change: (branch: ReachableBranch) => Json | undefined,
): Json | undefined {
  return scope.intrinsics().mapBranches(raw, choice, path, scope, change);
}

/** Whether a value is left out for certain, by logic or by the parameters' values. */
export function isLeftOut(value: Json, scope: Scope): boolean {
  return intrinsicName(value) !== undefined && scope.intrinsics().isLeftOut(value, scope);
}

/** The value of a text that is made of a map by a function, and its path; undefined for anything else. */
export function jsonTextOf(raw: Json, path: Path): { readonly raw: Json; readonly path: Path } | undefined {
  const call = readFunction(raw);
  return call?.name === 'ToJsonString'
    ? { raw: call.argument, path: argumentPath(path, call.name) }
    : undefined;
}

/** The name of a value that is resolved only when the stack is deployed: its intrinsic's, and for a `Ref` also its target. */
export function unresolvedName(raw: Json): string {
  const name = refName(raw);
  if (name !== undefined) return `Ref ${name}`;
  return intrinsicName(raw) ?? (isDynamic(raw) ? 'A dynamic reference' : 'What Fn::ForEach inserts');
}

/** What is known in a resource, by its own `Condition` too, and whether the parameters' values create it. */
export function decideResource(resource: JsonObject, scope: Scope): SelectedScope {
  const condition = resource.Condition;
  return typeof condition === 'string'
    ? scope.intrinsics().underCondition(condition, scope)
    : { scope, isSelected: true };
}
