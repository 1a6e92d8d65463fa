/** What is known of a value before CloudFormation resolves it. */
import { entriesOf, type Json, type JsonObject } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { type Choose, isAbsent } from './absence.ts';
import { decide } from './conditions.ts';
import {
  argumentPath,
  type Branch,
  branches,
  branchPath,
  dynamicReference,
  intrinsicName,
  isNoValue,
  isPseudoParameter,
  makeIf,
  readFunction,
  readIf,
  readSubstitution,
  refName,
} from './intrinsics.ts';
import { possibleValues, resolveWith } from './resolve.ts';
import { assume, type Scope } from './scope.ts';

/** An `Fn::If`. */
export interface Choice {
  readonly kind: 'choice';
  readonly condition: Json;
  readonly whenTrue: Json;
  readonly whenFalse: Json;
}

/** How a value reads: what is known of it before CloudFormation resolves it. */
export type Reading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'literal'; readonly value: Json }
  | Choice
  | {
      readonly kind: 'undetermined';
      /** Every value that it can become, where these are known. */
      readonly possible: readonly Json[] | undefined;
    };

// One for all: of a template of many repositories, most that is read is absent.
const absent: Reading = { kind: 'absent' };

/** Reads one value: absent, literal (an intrinsic that can be resolved is as good), a choice, or undetermined. */
export function read(value: Json | undefined, scope: Scope): Reading {
  if (value === undefined || isNoValue(value)) return absent;
  if (intrinsicName(value) === undefined) return literal(value);
  const choice = readIf(value);
  if (choice !== undefined) return { kind: 'choice', ...choice };
  const resolver = { scope, choose: chooser(scope) };
  const resolved = resolveWith(value, resolver);
  if (resolved !== undefined) return literal(resolved);
  const possible = possibleValues(value, resolver);
  return { kind: 'undetermined', possible: possible?.some(isDynamic) ? undefined : possible };
}

/** A literal, unless CloudFormation puts something else in its place: `{{resolve:ssm:...}}` and its like. */
function literal(value: Json): Reading {
  return isDynamic(value) ? { kind: 'undetermined', possible: undefined } : { kind: 'literal', value };
}

function isDynamic(value: Json): boolean {
  return typeof value === 'string' && value.includes(dynamicReference);
}

/** How conditions are decided in a scope. */
function chooser(scope: Scope): Choose {
  return (condition) => decide(condition, scope)?.isTrue;
}

/** One branch of an `Fn::If` that can be selected. */
export interface ReachableBranch {
  readonly name: Branch;
  readonly raw: Json;
  readonly path: Path;
  /** What is known in it: the condition too. */
  readonly scope: Scope;
  /** Whether the parameters' values, as far as they decide, select it. */
  readonly isSelected: boolean;
}

/** The branches that can be selected, for some values of the parameters. */
export function reachableBranches(choice: Choice, path: Path, scope: Scope): readonly ReachableBranch[] {
  const decision = decide(choice.condition, scope);
  return branches.flatMap((name) => {
    const isTrue = name === 'whenTrue';
    const isSelected = decision === undefined || decision.isTrue === isTrue;
    if (!isSelected && decision?.by === 'logic') return [];
    const inside = decision?.by === 'logic' ? scope : assume(scope, choice.condition, isTrue);
    return [{ name, raw: choice[name], path: branchPath(path, name), scope: inside, isSelected }];
  });
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
  const after: { whenTrue: Json | undefined; whenFalse: Json | undefined } = { ...choice };
  for (const branch of reachableBranches(choice, path, scope)) after[branch.name] = change(branch);
  return branches.every((name) => after[name] === choice[name])
    ? raw
    : makeIf(choice.condition, after.whenTrue, after.whenFalse);
}

/** Whether a value is left out for certain, by logic or by the parameters' values. */
export function isLeftOut(value: Json, scope: Scope): boolean {
  return isAbsent(value, chooser(scope)) === true;
}

/** The value of a text that is made of a map by a function, and its path; undefined for anything else. */
export function jsonTextOf(raw: Json, path: Path): { readonly raw: Json; readonly path: Path } | undefined {
  const call = readFunction(raw);
  return call?.name === 'ToJsonString'
    ? { raw: call.argument, path: argumentPath(path, call.name) }
    : undefined;
}

/**
 * A text of which all that is not known cannot change its structure, such as an account ID or an attribute, with a
 * word in place of that; undefined for any other value.
 */
export function certainText(raw: Json, scope: Scope): string | undefined {
  const standIn = (reference: Json) => (isPlainText(reference, scope) ? 'substituted' : undefined);
  const name = readFunction(raw)?.name;
  if (name !== 'Sub' && name !== 'Join') return undefined;
  const text = resolveWith(raw, { scope, choose: chooser(scope), standIn });
  return typeof text === 'string' && !isDynamic(text) ? text : undefined;
}

/** Whether a value becomes text that leaves the structure of a JSON text around it as it is. */
function isPlainText(value: Json, scope: Scope): boolean {
  if (typeof value === 'string') return /^[\w:/.+=,@-]+$/.test(value);
  const choice = readIf(value);
  return choice === undefined
    ? cannotBeWildcard(value, scope)
    : branches.every((name) => isPlainText(choice[name], scope));
}

/** The name of a value that is resolved only when the stack is deployed: its intrinsic's, and for a `Ref` also its target. */
export function unresolvedName(raw: Json): string {
  const name = refName(raw);
  if (name !== undefined) return `Ref ${name}`;
  return intrinsicName(raw) ?? 'A dynamic reference';
}

/**
 * Whether an intrinsic can only become something certain, though not known yet: an attribute, a pseudo parameter,
 * a resource, or text with a part that is. None of these becomes a lone `*`.
 */
export function cannotBeWildcard(raw: Json, scope: Scope): boolean {
  if (typeof raw === 'string') return !isDynamic(raw) && /[^*]/.test(raw);
  const isCertain = (each: Json) => cannotBeWildcard(each, scope);
  const name = refName(raw);
  if (name !== undefined) return isCertainReference(name, scope);
  const choice = readIf(raw);
  if (choice !== undefined) return branches.every((branch) => isCertain(choice[branch]));
  const call = readFunction(raw);
  switch (call?.name) {
    case 'GetAtt':
      return true;
    case 'Join':
      return entriesOf(entriesOf(call.argument)[1]).some(isCertain);
    case 'Sub':
      return readSubstitution(call.argument)?.some(isCertain) === true;
    default:
      return false;
  }
}

/** Whether a `Ref` names what is no parameter of the template: AWS's own, or a resource. */
function isCertainReference(name: string, scope: Scope): boolean {
  if (Object.hasOwn(scope.parameters, name)) return /[^*]/.test(String(scope.parameters[name]));
  if (isPseudoParameter(name)) return true;
  return scope.declared !== undefined && !Object.hasOwn(scope.declared, name);
}

/** What is known in a resource, by its own `Condition` too, and whether the parameters' values create it. */
export function decideResource(
  resource: JsonObject,
  scope: Scope,
): { readonly scope: Scope; readonly isSelected: boolean } {
  const condition = resource.Condition;
  if (typeof condition !== 'string') return { scope, isSelected: true };
  const decision = decide(condition, scope);
  const isSelected = decision?.isTrue !== false;
  // One that is never created has nothing that could be known in it.
  const isPossible = isSelected || decision.by === 'values';
  return { scope: isPossible ? assume(scope, condition, true) : scope, isSelected };
}
