import { isList, type Json, member } from '../../core/json.ts';
import type { Known } from '../../core/known.ts';
import type { Path } from '../../core/path.ts';
import { parseExclusions } from '../../core/settings/exclusion-filters.ts';
import type { Settings } from '../../core/settings/settings.ts';
import {
  filtersProperty,
  mutabilityProperty,
  parseTagMutability,
  toFilters,
} from '../../core/settings/tag-mutability.ts';
import { addMayGainProperties, propertyPath } from '../apply-default.ts';
import {
  addUndetermined,
  answerUnsafe,
  applyIssue,
  type ControlContext,
  refuse,
  writtenDefault,
} from '../control-context.ts';
import {
  type Branch,
  branchPath,
  chooseBranch,
  intrinsicName,
  isNoValue,
  makeIf,
  type Reading,
  read,
} from '../intrinsics.ts';
import { hardenedTypes } from '../resource-types.ts';
import { standingAt, templateReader } from '../template-reader.ts';
import type { TemplateSetting } from './template-setting.ts';

/** `ImageTagMutability` and `ImageTagMutabilityExclusionFilters`, of which ECR takes both together or refuses both. */
export const tagMutabilitySetting: TemplateSetting = {
  types: hardenedTypes,
  harden(properties, _type, context) {
    const before: Pair = {
      mutability: member(properties, mutabilityProperty),
      filters: member(properties, filtersProperty),
    };
    if (before.mutability === undefined && context.mayGainProperties) {
      addMayGainProperties(context, topPaths.mutability);
      return [];
    }
    const after = hardenPair(before, topPaths, context);
    return [
      [mutabilityProperty, after.mutability],
      [filtersProperty, after.filters],
    ];
  },
};

/** A mutability and its exclusion filters as they stand in a template. */
interface Pair {
  readonly mutability: Json | undefined;
  readonly filters: Json | undefined;
}

/** Where the two of them stand. */
type Paths = { readonly [Name in keyof Pair]: Path };

const topPaths: Paths = {
  mutability: propertyPath(mutabilityProperty),
  filters: propertyPath(filtersProperty),
};

/** Hardens the pair for each combination of their `Fn::If` branches that can come to stand together. */
function hardenPair(pair: Pair, paths: Paths, context: ControlContext): Pair {
  const mutability = read(pair.mutability, context.parameters);
  const filters = read(pair.filters, context.parameters);
  const choice = mutability.kind === 'choice' ? mutability : filters.kind === 'choice' ? filters : undefined;
  return choice === undefined
    ? hardenLeaf(pair, { mutability, filters }, paths, context)
    : hardenChoice(pair, choice.condition, paths, context);
}

/** Hardens both branches of a condition, each with what the two of them are in it. */
function hardenChoice(pair: Pair, condition: Json, paths: Paths, context: ControlContext): Pair {
  const hardenBranch = (branch: Branch) => {
    const side = (name: keyof Pair) => chooseBranch(pair[name], condition, branch);
    const before: Pair = { mutability: side('mutability'), filters: side('filters') };
    const path = (name: keyof Pair) =>
      before[name] === pair[name] ? paths[name] : branchPath(paths[name], branch);
    const after = hardenPair(before, { mutability: path('mutability'), filters: path('filters') }, context);
    return { before, after };
  };
  const whenTrue = hardenBranch('whenTrue');
  const whenFalse = hardenBranch('whenFalse');
  const isSame = (name: keyof Pair) =>
    [whenTrue, whenFalse].every(({ before, after }) => before[name] === after[name]);
  const join = (name: keyof Pair) =>
    isSame(name) ? pair[name] : makeIf(condition, whenTrue.after[name], whenFalse.after[name]);
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
    addUndetermined(context, paths.mutability, pair.mutability ?? null);
    return pair;
  }
  const value = mutability.kind === 'literal' ? mutability.value : undefined;
  const parsed = parseTagMutability(value, exclusions);
  if ('issues' in parsed) {
    const place = { path: ['Properties'], isHidden: value !== pair.mutability };
    for (const issue of parsed.issues)
      refuse(context, { ...issue, path: [] }, { ...place, path: paths.mutability });
    return pair;
  }
  const isAlone = value === undefined && parsed.value !== undefined;
  const completed = isAlone ? { ...pair, mutability: parsed.value?.mutability } : pair;
  if (isAlone)
    context.addFinding({
      code: 'exclusions-alone',
      path: paths.mutability,
      outcome: 'set',
      after: completed.mutability,
    });
  return context.control
    .check({ tagMutability: parsed.value }, context.policy)
    .reduce((current, issue) => applyToPair(context, issue, current, { pair, paths }), completed);
}

/** What stands after one of the control's answers: the pair as it was, or the policy's default for both. */
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

/** The exclusions as far as they are known; what ECR would refuse, and what nobody knows yet, is reported. */
function readExclusions(
  raw: Json,
  reading: Reading,
  path: Path,
  context: ControlContext,
): Known<readonly string[] | undefined> | 'unusable' {
  if (reading.kind === 'undetermined') {
    addUndetermined(context, path, raw);
    return { unknown: 'filters' };
  }
  if (reading.kind !== 'literal') return undefined;
  const { value } = reading;
  const entries = isList(value) ? value.filter((entry) => !isNoValue(entry)) : [];
  const certain = entries.filter((entry) => intrinsicName(entry) === undefined).length;
  const { exclusions, issues } = parseExclusions(value, {
    reader: templateReader(context.parameters),
    // How many an Fn::If leaves nobody can know; how many there are at least and at most, everybody can.
    count: { certain, possible: entries.length },
    isTypeRequired: true,
  });
  for (const issue of issues) {
    const { raw: standing } = standingAt(value, issue.path);
    const isHidden = value !== raw || intrinsicName(standing) !== undefined;
    if (issue.code === 'unknown') addUndetermined(context, [...path, ...issue.path], standing);
    else refuse(context, issue, { path, isHidden });
  }
  return issues.some(({ code }) => code !== 'unknown') ? 'unusable' : exclusions;
}
