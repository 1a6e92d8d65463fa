/** A mutability and its exclusion filters, of which ECR takes both together or refuses both. */
import type { Json } from '../../core/json.ts';
import type { Known } from '../../core/known.ts';
import type { Path } from '../../core/path.ts';
import type { Settings } from '../../core/settings/settings.ts';
import {
  filtersProperty,
  isVoid,
  parseTagMutability,
  type TagMutability,
  toFilters,
} from '../../core/settings/tag-mutability.ts';
import {
  addUndetermined,
  answerUnsafe,
  applyIssue,
  checkControl,
  refuse,
  writtenDefault,
} from '../apply-issues.ts';
import type { ControlContext, MutabilityPair, MutabilityPaths } from '../control-context.ts';
import type { Reading } from '../scope.ts';

/** Exclusion filters as far as they are known; undefined where there are none. */
export type Exclusions = Known<readonly string[] | undefined>;

/**
 * Hardens a pair that is no choice any more.
 *
 * @param readings how both of them read; undefined where there are no filters
 */
export function hardenPair(
  pair: MutabilityPair,
  readings: { readonly mutability: Reading; readonly exclusions: Exclusions },
  paths: MutabilityPaths,
  context: ControlContext,
): MutabilityPair {
  const { mutability, exclusions } = readings;
  if (mutability.kind === 'undetermined') {
    if (!mutability.possible?.every((each) => isSafe(each, exclusions, context)))
      addUndetermined(context, paths.mutability, pair.mutability ?? null);
    return pair;
  }
  const value = mutability.kind === 'literal' ? mutability.value : undefined;
  const parsed = parseTagMutability(value, exclusions);
  if ('issues' in parsed) {
    const place = { path: paths.mutability, isHidden: value !== pair.mutability };
    for (const issue of parsed.issues) refuse(context, { ...issue, path: [] }, place);
    return pair;
  }
  const completed =
    parsed.value && exclusions ? completePair(pair, value, parsed.value, paths.mutability, context) : pair;
  return checkControl(context, { tagMutability: parsed.value }).reduce(
    (current, issue) => applyToPair(context, issue, current, { pair, paths }),
    completed,
  );
}

/** A pair with exclusions: alone they mean immutability; beside it they are noted, since some checks refuse them. */
function completePair(
  pair: MutabilityPair,
  value: Json | undefined,
  setting: TagMutability,
  path: Path,
  { addFinding }: ControlContext,
): MutabilityPair {
  const after = setting.mutability;
  if (value === undefined) {
    addFinding({ code: 'exclusions-alone', path, outcome: 'set', after });
    return { ...pair, mutability: after };
  }
  if (keepsMostTags(setting))
    addFinding({ code: 'exclusions-fail-checks', path, outcome: 'noted', before: pair.mutability });
  return pair;
}

/** Whether tags are immutable but for some, which some third-party checks do not accept. */
function keepsMostTags(setting: TagMutability): boolean {
  return setting.mutability === 'IMMUTABLE_WITH_EXCLUSION' && !isVoid(setting);
}

/** Exclusions with which the control finds something wrong, if there are any such among those that can stand together. */
export function leastSafe(
  combinations: readonly (readonly string[])[],
  mutability: Reading,
  context: ControlContext,
): readonly string[] | undefined {
  const known = mutability.kind === 'literal' ? mutability.value : undefined;
  const values = mutability.kind === 'undetermined' ? (mutability.possible ?? []) : [known];
  const isUnsafe = (exclusions: readonly string[]) =>
    values.some((value) => !isSafe(value, exclusions, context));
  return combinations.find(isUnsafe) ?? combinations[0];
}

/** Whether the control finds nothing wrong with a mutability together with its exclusions. */
function isSafe(mutability: Json | undefined, exclusions: Exclusions, context: ControlContext): boolean {
  const parsed = parseTagMutability(mutability, exclusions);
  return 'value' in parsed && checkControl(context, { tagMutability: parsed.value }).length === 0;
}

/** The pair after one of the control's issues: unchanged, or the policy's default for both. */
function applyToPair(
  context: ControlContext,
  issue: Parameters<typeof applyIssue>[1],
  current: MutabilityPair,
  { pair, paths }: { readonly pair: MutabilityPair; readonly paths: MutabilityPaths },
): MutabilityPair {
  const name = issue.path[0] === filtersProperty ? 'filters' : 'mutability';
  const place = { path: paths[name], raw: pair[name], write: writers[name] };
  const fallback = () => ({
    mutability: writtenDefault(context, writers.mutability),
    filters: writtenDefault(context, writers.filters),
  });
  if (issue.verdict !== 'unsafe')
    return applyIssue(context, issue, place) === undefined ? current : fallback();
  const { Enforcement: enforcement } = context.policy;
  answerUnsafe(context, issue, { ...place, instead: fallback()[name] });
  return enforcement === 'Override' ? fallback() : current;
}

const writers = {
  mutability: ({ tagMutability }: Partial<Settings>): Json | undefined => tagMutability?.mutability,
  filters: ({ tagMutability: setting }: Partial<Settings>): Json | undefined =>
    setting === undefined || setting.exclusions.length === 0 ? undefined : toFilters(setting.exclusions),
};
