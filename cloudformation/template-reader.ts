/** How the values of a template are read where a whole document stands in it, such as a policy. */
import { isList, isObject, type Json, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import type { DocumentReader } from '../core/possible.ts';
import {
  branches,
  branchPath,
  cannotBeWildcard,
  type ParameterValues,
  read,
  unresolvedName,
} from './intrinsics.ts';

/** One value that can come to stand at a place. */
export interface Leaf {
  readonly path: Path;
  /** As it stands in the template; a list behind a `Ref` has the `Ref` for each of its entries. */
  readonly raw: Json;
  /** Undefined when nobody can know it yet. */
  readonly value: Json | undefined;
}

/** Every value that can come to stand at a place: each branch of an `Fn::If`, each entry of a list. */
export function leaves(raw: Json | undefined, path: Path, parameters: ParameterValues): readonly Leaf[] {
  const reading = read(raw, parameters);
  if (raw === undefined || reading.kind === 'absent') return [];
  if (reading.kind === 'choice')
    return branches.flatMap((branch) => leaves(reading[branch], branchPath(path, branch), parameters));
  const value = reading.kind === 'literal' ? reading.value : undefined;
  if (!isList(value)) return [{ path, raw, value }];
  return value.flatMap((entry, index) =>
    value === raw ? leaves(entry, [...path, index], parameters) : [{ path, raw, value: entry }],
  );
}

/** How the core reads the values of a template. */
export function templateReader(parameters: ParameterValues): DocumentReader {
  return {
    possible: (value, path) =>
      leaves(value, path, parameters).map(({ path: at, raw, value: known }) =>
        known === undefined
          ? { path: at, unknown: unresolvedName(raw), canBeWildcard: !cannotBeWildcard(raw) }
          : { path: at, value: known },
      ),
    mayBeAbsent(value) {
      const reading = read(value, parameters);
      if (reading.kind === 'choice') return branches.some((branch) => this.mayBeAbsent(reading[branch]));
      return reading.kind === 'absent';
    },
  };
}

/**
 * What stands in the template at a path, or, where that leads into a text or behind a parameter, what stands there.
 *
 * @returns `inside`: the steps that lead on from what stands there; empty where the path ends there
 */
export function standingAt(root: Json, path: Path): { readonly raw: Json; readonly inside: Path } {
  let raw = root;
  for (const [index, step] of path.entries()) {
    const next: Json | undefined =
      typeof step === 'number'
        ? isList(raw)
          ? raw[step]
          : undefined
        : isObject(raw)
          ? member(raw, step)
          : undefined;
    if (next === undefined) return { raw, inside: path.slice(index) };
    raw = next;
  }
  return { raw, inside: [] };
}
