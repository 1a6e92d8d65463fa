/** Reads the values of a whole document in a template, such as a policy. */
import { asObject, entriesOf, isList, type Json, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import type { DocumentReader } from '../core/possible.ts';
import { reachableBranches, read, unresolvedName } from './reading.ts';
import type { Reading, Scope } from './scope.ts';

/** One possible value at a path. */
export interface Leaf {
  readonly path: Path;
  /** As in the template; a list behind a `Ref` has the `Ref` for each of its entries. */
  readonly raw: Json;
  /** Undefined if it is not known yet. */
  readonly value: Json | undefined;
}

/**
 * Every possible value at a path: each branch of an `Fn::If` that can be selected, each entry of a list, each value that
 * a mapping has for keys that are not known.
 */
export function leaves(raw: Json | undefined, path: Path, scope: Scope): readonly Leaf[] {
  if (raw === undefined) return [];
  const reading = read(raw, scope);
  switch (reading.kind) {
    case 'absent':
      return [];
    case 'choice':
      return reachableBranches(reading, path, scope)
        .filter(({ isSelected }) => isSelected)
        .flatMap((branch) => leaves(branch.raw, branch.path, branch.scope));
    case 'literal':
      return leavesOf(reading.value, raw, path, scope);
    case 'undetermined':
      return reading.possible === undefined
        ? [{ path, raw, value: undefined }]
        : reading.possible.flatMap((value) => leavesOf(value, raw, path, scope));
    default:
      return reading satisfies never;
  }
}

function leavesOf(value: Json, raw: Json, path: Path, scope: Scope): readonly Leaf[] {
  if (!isList(value)) return [{ path, raw, value }];
  return value.flatMap((entry, index) =>
    value === raw
      ? leaves(entry, [...path, index], scope)
      : // The entries of a resolved list have the path of its intrinsic.
        leaves(entry, path, scope).map((leaf) => ({ path, raw, value: leaf.value })),
  );
}

/**
 * How the core reads the values of a template.
 *
 * @param isDecided whether the scope decides all conditions of what is read
 */
export function templateReader(scope: Scope, isDecided = false): DocumentReader {
  return {
    isDecided,
    possible: (value, path) =>
      leaves(value, path, scope).map(({ path: at, raw, value: known }) =>
        known === undefined
          ? {
              path: at,
              unknown: unresolvedName(raw),
              canBeWildcard: !scope.intrinsics().cannotBeWildcard(raw, scope),
              widest: scope.intrinsics().widestPattern(raw, scope),
            }
          : { path: at, value: known },
      ),
    mayBeAbsent: (value) => mayBeAbsent(value, scope),
  };
}

function mayBeAbsent(value: Json | undefined, scope: Scope): boolean {
  const reading: Reading = read(value, scope);
  if (reading.kind !== 'choice') return reading.kind === 'absent';
  return reachableBranches(reading, [], scope).some(
    (branch) => branch.isSelected && mayBeAbsent(branch.raw, branch.scope),
  );
}

/**
 * The value in the template at a path, or, if the path leads into a text or behind a parameter, that text or `Ref`.
 *
 * @returns `inside`: the rest of the path inside that value; empty if the path ends there
 */
export function standingAt(root: Json, path: Path): { readonly raw: Json; readonly inside: Path } {
  let raw = root;
  for (const [index, step] of path.entries()) {
    const next = typeof step === 'number' ? entriesOf(raw)[step] : member(asObject(raw), step);
    if (next === undefined) return { raw, inside: path.slice(index) };
    raw = next;
  }
  return { raw, inside: [] };
}
