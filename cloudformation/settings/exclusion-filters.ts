/** `ImageTagMutabilityExclusionFilters` in a template, some of which may be left out. */
import { isList, type Json } from '../../core/json.ts';
import type { Known } from '../../core/known.ts';
import type { Path } from '../../core/path.ts';
import { parseAlternatives } from '../../core/settings/exclusion-filters.ts';
import { maximumExclusions } from '../../core/settings/tag-mutability.ts';
import { addUndetermined, refuse } from '../apply-issues.ts';
import type { ControlContext } from '../control-context.ts';
import { intrinsicName } from '../intrinsics.ts';
import { isLeftOut, reachableBranches, read } from '../reading.ts';
import type { Reading, Scope } from '../scope.ts';
import { standingAt, templateReader } from '../template-reader.ts';

/**
 * The exclusions as far as they are known, by what can stand together; values that ECR refuses, and unknown ones, are
 * reported.
 */
export function readExclusions(
  raw: Json,
  reading: Reading,
  path: Path,
  context: ControlContext,
): Known<readonly (readonly string[])[] | undefined> | 'unusable' {
  if (reading.kind === 'undetermined') {
    addUndetermined(context, path, raw);
    return { unknown: 'filters' };
  }
  if (reading.kind !== 'literal') return undefined;
  const { value } = reading;
  const entries = isList(value) ? value.filter((entry) => !isLeftOut(entry, context.scope)) : [];
  const certain = entries.filter((entry) => read(entry, context.scope).kind === 'literal').length;
  const { combinations, issues } = parseAlternatives(value, {
    reader: templateReader(context.scope),
    // The number that an Fn::If leaves is not known, but its minimum and maximum are.
    count: { certain, possible: entries.length },
    isTypeRequired: true,
  });
  for (const issue of issues) {
    const { raw: standing } = standingAt(value, issue.path);
    const isHidden = value !== raw || intrinsicName(standing) !== undefined;
    if (issue.code === 'unknown') addUndetermined(context, [...path, ...issue.path], standing);
    else refuse(context, issue, { path, isHidden });
  }
  return issues.some(({ code }) => code !== 'unknown') ? 'unusable' : combinations;
}

/** A condition that may leave out the last of the filters; undefined if some filter is certain. */
export function emptyingCondition(filters: Reading, scope: Scope): Json | undefined {
  if (filters.kind !== 'literal' || !isList(filters.value) || filters.value.length > maximumExclusions)
    return undefined;
  const readings = filters.value.map((entry) => read(entry, scope));
  if (readings.some(({ kind }) => kind === 'literal' || kind === 'undetermined')) return undefined;
  for (const reading of readings)
    if (reading.kind === 'choice' && reachableBranches(reading, [], scope).length > 1)
      return reading.condition;
  return undefined;
}
