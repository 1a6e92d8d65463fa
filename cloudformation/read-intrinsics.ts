/** Reads values that are intrinsic functions, as far as they can be known before CloudFormation resolves them. */
import { entriesOf, type Json } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { type Choose, isAbsent } from './absence.ts';
import { assume } from './assumptions.ts';
import { decide } from './conditions.ts';
import { decidedScopes } from './decided-scopes.ts';
import {
  branches,
  branchPath,
  isPseudoParameter,
  makeIf,
  readFunction,
  readIf,
  readSubstitution,
  refName,
} from './intrinsics.ts';
import { isDynamic, literal } from './reading.ts';
import { possibleValues, resolveWith } from './resolve.ts';
import type { Choice, IntrinsicRules, ReachableBranch, Reading, Scope, SelectedScope } from './scope.ts';

/** An intrinsic that can be resolved is as good as a literal. */
function readIntrinsic(value: Json, scope: Scope): Reading {
  const choice = readIf(value);
  if (choice !== undefined) return { kind: 'choice', ...choice };
  const resolver = { scope, choose: chooser(scope) };
  const resolved = resolveWith(value, resolver);
  if (resolved !== undefined) return literal(resolved);
  const possible = possibleValues(value, resolver);
  return { kind: 'undetermined', possible: possible?.some(isDynamic) ? undefined : possible };
}

/** How conditions are decided in a scope. */
function chooser(scope: Scope): Choose {
  return (condition) => decide(condition, scope)?.isTrue;
}

/** The branches that can be selected, for some values of the parameters. */
function reachableBranches(choice: Choice, path: Path, scope: Scope): readonly ReachableBranch[] {
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
function mapBranches(
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
function isLeftOut(value: Json, scope: Scope): boolean {
  return isAbsent(value, chooser(scope)) === true;
}

/**
 * A text of which all that is not known cannot change its structure, such as an account ID or an attribute, with a
 * word in place of that; undefined for any other value.
 */
function certainText(raw: Json, scope: Scope): string | undefined {
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

/**
 * Whether an intrinsic can only become something certain, though not known yet: an attribute, a pseudo parameter,
 * a resource, or text with a part that is. None of these becomes a lone `*`.
 */
function cannotBeWildcard(raw: Json, scope: Scope): boolean {
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

/** What is known in a resource with a `Condition`, and whether the parameters' values create it. */
function underCondition(condition: string, scope: Scope): SelectedScope {
  const decision = decide(condition, scope);
  const isSelected = decision?.isTrue !== false;
  // One that is never created has nothing that could be known in it.
  const isPossible = isSelected || decision.by === 'values';
  return { scope: isPossible ? assume(scope, condition, true) : scope, isSelected };
}

/** Reads intrinsic functions, and decides the conditions around them. Keeps what it has decided, so it is to be loaded once. */
export const intrinsicRules: IntrinsicRules = {
  readIntrinsic,
  reachableBranches,
  mapBranches,
  isLeftOut,
  certainText,
  cannotBeWildcard,
  underCondition,
  decidedScopes,
};
