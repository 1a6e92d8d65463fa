import { type Json, member } from '../../core/json.ts';
import { isUnknown, type Known } from '../../core/known.ts';
import type { Path } from '../../core/path.ts';
import type { Settings } from '../../core/settings/settings.ts';
import {
  filtersProperty,
  isVoid,
  mutabilityProperty,
  parseTagMutability,
  type TagMutability,
  toFilters,
} from '../../core/settings/tag-mutability.ts';
import { addMayGainProperties, propertyPath } from '../apply-default.ts';
import {
  addUndetermined,
  answerUnsafe,
  applyIssue,
  branchContext,
  type ControlContext,
  checkControl,
  refuse,
  writtenDefault,
} from '../control-context.ts';
import { readFollowingPurpose, whereTagsMustMove } from '../creation-template.ts';
import { makeIf } from '../intrinsics.ts';
import { type Reading, reachableBranches, read } from '../reading.ts';
import { creationTemplateType, hardenedTypes } from '../resource-types.ts';
import { putBack, settle } from './decided-branches.ts';
import { emptyingCondition, readExclusions } from './exclusion-filters.ts';
import type { TemplateSetting } from './template-setting.ts';

/** `ImageTagMutability` and `ImageTagMutabilityExclusionFilters`, of which ECR takes both together or refuses both. */
export const tagMutabilitySetting: TemplateSetting = {
  types: hardenedTypes,
  reads: [mutabilityProperty, filtersProperty, 'AppliedFor'],
  harden(properties, type, asked) {
    const purpose = type === creationTemplateType ? readFollowingPurpose(properties, asked.scope) : undefined;
    if (isUnknown(purpose)) {
      // Tags that cannot be overwritten are safe whatever the purpose is.
      const canBeUnsafe = member(properties, mutabilityProperty) !== 'IMMUTABLE';
      const context = { ...asked, control: { ...asked.control, canBeUnsafe } };
      const raw = properties.AppliedFor ?? null;
      addUndetermined(context, ['Properties', 'AppliedFor'], raw, String(purpose.unknown));
      return [];
    }
    const before: Pair = {
      mutability: member(properties, mutabilityProperty),
      filters: member(properties, filtersProperty),
    };
    const judging =
      purpose === undefined ? asked : { ...asked, control: whereTagsMustMove(asked.control, purpose) };
    const context = before.filters === undefined ? judging : onlyOnce(judging);
    if (before.mutability === undefined && context.mayGainProperties !== undefined) {
      addMayGainProperties(context, topPaths.mutability);
      return [];
    }
    const after = hardenPairInPlace(before, topPaths, context);
    return [
      [mutabilityProperty, after.mutability],
      [filtersProperty, after.filters],
    ];
  },
};

/** The same context, which reports equal findings once: of a value that is hardened with several filters. */
function onlyOnce(context: ControlContext): ControlContext {
  const reported = new Set<string>();
  return {
    ...context,
    addFinding(finding) {
      const key = JSON.stringify(finding);
      if (!reported.has(key)) context.addFinding(finding);
      reported.add(key);
    },
  };
}

/** A mutability and its exclusion filters as in the template. */
interface Pair {
  readonly mutability: Json | undefined;
  readonly filters: Json | undefined;
}

/** Their paths. */
type Paths = { readonly [Name in keyof Pair]: Path };

const topPaths: Paths = {
  mutability: propertyPath(mutabilityProperty),
  filters: propertyPath(filtersProperty),
};

/** Hardens the pair in place: branches that a resource's own condition excludes are kept. */
function hardenPairInPlace(pair: Pair, paths: Paths, context: ControlContext): Pair {
  const mutability = read(pair.mutability, context.scope);
  // Nearly every template has the two without conditions, and may have hundreds of them.
  if (pair.filters === undefined && mutability.kind !== 'choice')
    return hardenLeaf(pair, { mutability, filters: { kind: 'absent' } }, paths, context);
  const { settled, after } = hardenPair(pair, paths, context);
  const back = (name: keyof Pair) =>
    after[name] === settled[name] ? pair[name] : putBack(pair[name], after[name], context.scope);
  return { mutability: back('mutability'), filters: back('filters') };
}

// Conditions of the one times conditions of the other.
const maxCombinations = 10_000;
const combinations = new WeakMap<object, number>();

/** Whether so many combinations of a template were gone through that the rest is not. */
function isExhausted({ filters }: Pair, { root }: ControlContext['scope']): boolean {
  const count = (combinations.get(root) ?? 0) + (filters === undefined ? 0 : 1);
  combinations.set(root, count);
  return count > maxCombinations;
}

/**
 * Hardens the pair for each combination of their `Fn::If` branches that can be selected together.
 *
 * @returns the two without the decided conditions, and their new values
 */
function hardenPair(
  pair: Pair,
  paths: Paths,
  context: ControlContext,
): { readonly settled: Pair; readonly after: Pair } {
  const { scope } = context;
  if (isExhausted(pair, scope)) {
    addUndetermined(context, paths.mutability, pair.mutability ?? null);
    return { settled: pair, after: pair };
  }
  const mutability = settle(pair.mutability, paths.mutability, scope);
  const filters = settle(pair.filters, paths.filters, scope);
  const settled: Pair = { mutability: mutability.raw, filters: filters.raw };
  const settledPaths: Paths = { mutability: mutability.path, filters: filters.path };
  const readings = { mutability: read(settled.mutability, scope), filters: read(settled.filters, scope) };
  const choice = [readings.mutability, readings.filters].find((reading) => reading.kind === 'choice');
  const condition = choice?.kind === 'choice' ? choice.condition : emptyingCondition(readings.filters, scope);
  const after =
    condition === undefined
      ? hardenLeaf(settled, readings, settledPaths, context)
      : hardenChoice(settled, condition, settledPaths, context);
  return { settled, after };
}

/** Hardens both branches of a condition, each with what the two of them are in it. */
function hardenChoice(pair: Pair, condition: Json, paths: Paths, context: ControlContext): Pair {
  const choice = { kind: 'choice', condition, whenTrue: null, whenFalse: null } as const;
  const [whenTrue, whenFalse] = reachableBranches(choice, [], context.scope).map((branch) =>
    hardenPair(pair, paths, branchContext(context, branch)),
  );
  const isSame = (name: keyof Pair) =>
    [whenTrue, whenFalse].every((branch) => branch?.settled[name] === branch?.after[name]);
  const join = (name: keyof Pair) =>
    isSame(name) ? pair[name] : makeIf(condition, whenTrue?.after[name], whenFalse?.after[name]);
  return { mutability: join('mutability'), filters: join('filters') };
}

/** Hardens a pair that is no choice any more. */
function hardenLeaf(
  pair: Pair,
  readings: { readonly [Name in keyof Pair]: Reading },
  paths: Paths,
  context: ControlContext,
): Pair {
  const { mutability, filters } = readings;
  const exclusions =
    filters.kind === 'absent'
      ? undefined
      : readExclusions(pair.filters ?? null, filters, paths.filters, context);
  if (exclusions === 'unusable') return pair;
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
  pair: Pair,
  value: Json | undefined,
  setting: TagMutability,
  path: Path,
  { addFinding }: ControlContext,
): Pair {
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

/** Whether the control finds nothing wrong with a mutability together with its exclusions. */
function isSafe(
  mutability: Json,
  exclusions: Known<readonly string[] | undefined>,
  context: ControlContext,
): boolean {
  const parsed = parseTagMutability(mutability, exclusions);
  return 'value' in parsed && checkControl(context, { tagMutability: parsed.value }).length === 0;
}

/** The pair after one of the control's issues: unchanged, or the policy's default for both. */
function applyToPair(
  context: ControlContext,
  issue: Parameters<typeof applyIssue>[1],
  current: Pair,
  { pair, paths }: { readonly pair: Pair; readonly paths: Paths },
): Pair {
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
