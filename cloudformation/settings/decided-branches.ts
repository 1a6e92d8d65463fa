/** `Fn::If`s of which only one branch can be selected. */
import type { Json } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import { mapBranches, reachableBranches, read } from '../reading.ts';
import type { Scope } from '../scope.ts';

/** A value in place of the branch that is decided, in the `Fn::If` around it. */
export function putBack(raw: Json | undefined, after: Json | undefined, scope: Scope): Json | undefined {
  const only = onlyBranch(raw, [], scope);
  return only === undefined
    ? after
    : mapBranches(raw, only.choice, [], scope, (branch) => putBack(branch.raw, after, branch.scope));
}

/** The only branch of an `Fn::If` that can be selected; undefined if it may be either. */
function onlyBranch(raw: Json | undefined, path: Path, scope: Scope) {
  const choice = read(raw, scope);
  if (choice.kind !== 'choice') return undefined;
  const [branch, ...others] = reachableBranches(choice, path, scope);
  return branch === undefined || others.length > 0 ? undefined : { ...branch, choice };
}

/** A value without the decided `Fn::If`s around it, and its path. */
export function settle(
  raw: Json | undefined,
  path: Path,
  scope: Scope,
): { readonly raw: Json | undefined; readonly path: Path } {
  const branch = onlyBranch(raw, path, scope);
  return branch === undefined ? { raw, path } : settle(branch.raw, branch.path, branch.scope);
}
