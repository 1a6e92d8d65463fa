/** Reads the values of a whole document in a template, such as a policy. */
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

/** One possible value at a path. */
export interface Leaf {
  readonly path: Path;
  /** As in the template; a list behind a `Ref` has the `Ref` for each of its entries. */
  readonly raw: Json;
  /** Undefined if it is not known yet. */
  readonly value: Json | undefined;
}

/** Every possible value at a path: each branch of an `Fn::If`, each entry of a list. */
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
 * The value in the template at a path, or, if the path leads into a text or behind a parameter, that text or `Ref`.
 *
 * @returns `inside`: the rest of the path inside that value; empty if the path ends there
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
