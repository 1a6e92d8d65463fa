import { cannotBeWildcard, intrinsicName, isNoValue, leaves } from '../intrinsics.ts';
import { isList, isObject, type Json, member } from '../json.ts';
import { unknownName } from '../nearest.ts';
import {
  exclusionProblem,
  filterTypeKey,
  filterValueKey,
  matchesEveryTag,
  maximumExclusions,
} from '../settings/tag-mutability.ts';
import { type ControlContext, refuse } from './control.ts';
import { addUndetermined } from './settle.ts';

const keys = [filterTypeKey, filterValueKey];

type Verdict = 'unusable' | 'everything' | 'some';

/**
 * Judges the exclusion filters that an author wrote: tells what ECR would refuse, and what cannot be known.
 *
 * @returns `everything` when one of them can match every tag
 */
export function checkFilters(filters: Json, path: string, context: ControlContext): Verdict {
  const { parameters } = context;
  let verdict: Verdict = 'some';
  const fail = (at: string, reason: string) => {
    refuse(context, at, reason);
    verdict = 'unusable';
    return verdict;
  };
  if (!isList(filters)) return fail(path, 'must be a list of filters');
  // How many an Fn::If leaves nobody can know; how many there are at least and at most, everybody can.
  const possible = filters.filter((filter) => !isNoValue(filter));
  const certain = possible.filter((filter) => intrinsicName(filter) === undefined);
  if (possible.length === 0 || certain.length > maximumExclusions)
    fail(path, `must have 1 to ${maximumExclusions} filters, not ${possible.length}`);

  for (const filter of leaves(filters, path, parameters)) {
    const { value } = filter;
    if (value === undefined) addUndetermined(context, filter.path, filter.raw);
    else if (!isObject(value)) fail(filter.path, 'must be a map');
    else {
      for (const key of Object.keys(value))
        if (!keys.includes(key)) fail(`${filter.path}.${key}`, unknownName('key', key, keys));
      for (const key of keys) {
        const at = `${filter.path}.${key}`;
        const found = leaves(member(value, key), at, parameters);
        if (found.length === 0) fail(at, 'is missing');
        for (const leaf of found) {
          const problem = problemOf(key, leaf.value);
          if (problem !== undefined) fail(leaf.path, `${shown(leaf.raw)}${problem}`);
          else if (leaf.value === undefined && !cannotBeWildcard(leaf.raw))
            addUndetermined(context, leaf.path, leaf.raw);
          else if (verdict === 'some' && typeof leaf.value === 'string' && matchesEveryTag(leaf.value))
            verdict = 'everything';
        }
      }
    }
  }
  return verdict;
}

function problemOf(key: string, value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (key === filterTypeKey) return value === 'WILDCARD' ? undefined : 'must be WILDCARD';
  return typeof value === 'string' ? exclusionProblem(value) : 'must be text';
}

/** What stands in the template, before its problem; a parameter's value is not shown. */
function shown(raw: Json): string {
  return typeof raw === 'string' ? `"${raw}" ` : '';
}
