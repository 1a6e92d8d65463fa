/** Reads values that are intrinsic functions, as far as they can be known before CloudFormation resolves them. */
import type { Json } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { isAbsent } from './absence.ts';
import { assume } from './assumptions.ts';
import { chooser, decide } from './conditions.ts';
import { decidedScopes } from './decided-scopes.ts';
import { branches, branchPath, makeIf, readIf } from './intrinsics.ts';
import { asSubstitution } from './loop-texts.ts';
import { isDynamic, literal } from './reading.ts';
import { possibleValues, resolveWith } from './resolve.ts';
import type { Choice, IntrinsicRules, ReachableBranch, Reading, Scope, SelectedScope } from './scope.ts';
import { cannotBeWildcard, certainText, literalText, widestPattern } from './unknown-texts.ts';

/** An intrinsic that can be resolved is as good as a literal. So is a text into which a loop inserts what is known. */
function readIntrinsic(raw: Json, scope: Scope): Reading {
  const value = asSubstitution(raw, scope);
  const choice = readIf(value);
  if (choice !== undefined) return { kind: 'choice', ...choice };
  const resolver = { scope, choose: chooser(scope) };
  const resolved = resolveWith(value, resolver);
  if (resolved !== undefined) return literal(resolved);
  const possible = possibleValues(value, resolver);
  return { kind: 'undetermined', possible: possible?.some(isDynamic) ? undefined : possible };
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
  literalText,
  cannotBeWildcard,
  widestPattern,
  underCondition,
  decidedScopes,
};
