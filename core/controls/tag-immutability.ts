import {
  type Branch,
  branchPath,
  chooseBranch,
  makeIf,
  mayGainProperties,
  type Reading,
  read,
} from '../intrinsics.ts';
import { describeKind, type Json, member, withMember } from '../json.ts';
import {
  defaultTagMutability,
  isMutability,
  mutabilities,
  takesFilters,
  toFilters,
} from '../settings/tag-mutability.ts';
import {
  answerUnsafe,
  type Control,
  type ControlContext,
  type ControlMetadata,
  hardenedTypes,
  refuse,
  setDefault,
} from './control.ts';
import { checkFilters } from './exclusion-filters.ts';
import { addMayGainProperties, addUndetermined } from './settle.ts';

const mutabilityName = 'ImageTagMutability';
const filtersName = 'ImageTagMutabilityExclusionFilters';

export const aboutTagImmutability: ControlMetadata = {
  name: 'TagImmutability',
  title: 'Tags cannot be overwritten',
  why: 'A tag that can be pushed again names other content tomorrow: nobody can say any more which source an incident ran, and a rollback may roll forward.',
  remediation:
    'Set ImageTagMutability: IMMUTABLE; where some tags must move, such as latest, IMMUTABLE_WITH_EXCLUSION and ImageTagMutabilityExclusionFilters.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
  relatedChecks: ['Security Hub ECR.2', 'CT.ECR.PR.3', 'CKV_AWS_51', 'AWS-0031'],
};

export const tagImmutability: Control = {
  name: 'TagImmutability',
  types: hardenedTypes,
  isOn: () => true,
  harden(properties, _type, context) {
    const before: Pair = {
      mutability: member(properties, mutabilityName),
      filters: member(properties, filtersName),
    };
    if (before.mutability === undefined && mayGainProperties(properties)) {
      addMayGainProperties(context, `Properties.${mutabilityName}`);
      return properties;
    }
    const paths = {
      mutability: `Properties.${mutabilityName}`,
      filters: `Properties.${filtersName}`,
    };
    const after = settlePair(before, paths, context);
    return withMember(withMember(properties, mutabilityName, after.mutability), filtersName, after.filters);
  },
};

/** A mutability and its exclusion filters: ECR takes both of them or refuses both, so they are settled together. */
interface Pair {
  readonly mutability: Json | undefined;
  readonly filters: Json | undefined;
}

/** Where the two of them stand. */
type Paths = { readonly [Name in keyof Pair]: string };

/** Settles the pair for each combination of their `Fn::If` branches that can come to stand together. */
function settlePair(pair: Pair, paths: Paths, context: ControlContext): Pair {
  const mutability = read(pair.mutability, context.parameters);
  const filters = read(pair.filters, context.parameters);
  const choice = mutability.kind === 'choice' ? mutability : filters.kind === 'choice' ? filters : undefined;
  if (choice === undefined) return settleLeaf(pair, mutability, filters, paths, context);

  const { condition } = choice;
  const settleBranch = (branch: Branch) => {
    const side = (name: keyof Pair) => chooseBranch(pair[name], condition, branch);
    const before: Pair = { mutability: side('mutability'), filters: side('filters') };
    const path = (name: keyof Pair) =>
      before[name] === pair[name] ? paths[name] : branchPath(paths[name], branch);
    const after = settlePair(before, { mutability: path('mutability'), filters: path('filters') }, context);
    return { before, after };
  };
  const whenTrue = settleBranch('whenTrue');
  const whenFalse = settleBranch('whenFalse');
  const isSame = (name: keyof Pair) =>
    [whenTrue, whenFalse].every(({ before, after }) => before[name] === after[name]);
  const join = (name: keyof Pair) =>
    isSame(name) ? pair[name] : makeIf(condition, whenTrue.after[name], whenFalse.after[name]);
  return { mutability: join('mutability'), filters: join('filters') };
}

function settleLeaf(
  pair: Pair,
  mutability: Reading,
  filters: Reading,
  paths: Paths,
  context: ControlContext,
): Pair {
  const path = paths.mutability;
  const refused = (reason: string) => {
    refuse(context, path, reason);
    return pair;
  };
  const verdict = filters.kind === 'literal' ? checkFilters(filters.value, paths.filters, context) : 'some';
  if (verdict === 'unusable') return pair;
  if (filters.kind === 'undetermined') addUndetermined(context, paths.filters, pair.filters ?? null);
  if (mutability.kind === 'undetermined') {
    addUndetermined(context, path, pair.mutability ?? null);
    return pair;
  }
  const fallback = defaultProperties(context);
  const settleFilters = (kept: Pair): Pair => {
    if (verdict === 'some') return kept;
    const after = answerUnsafe(context, {
      path: paths.filters,
      before: pair.filters ?? null,
      instead: fallback.filters,
      reason: 'excludes every tag, so all of them can be overwritten',
    });
    return after === pair.filters ? kept : fallback;
  };
  if (mutability.kind !== 'literal') {
    const isAlone = filters.kind !== 'absent';
    const set = isAlone ? { ...pair, mutability: 'IMMUTABLE_WITH_EXCLUSION' } : fallback;
    const reason = isAlone
      ? 'exclusion filters stand alone, and ECR takes them only together with a mutability'
      : 'nothing was said, and ECR lets tags be overwritten by default';
    setDefault(context, path, set.mutability ?? null, reason);
    return settleFilters(set);
  }
  const { value } = mutability;
  // A parameter is told by its name only, which the path leads to.
  const shown = pair.mutability === value ? describeKind(value) : 'this value';
  if (!isMutability(value)) return refused(`must be one of ${mutabilities.join(', ')}, not ${shown}`);
  if (takesFilters(value) && filters.kind === 'absent') return refused(`${shown} needs ${filtersName}`);
  if (!takesFilters(value) && filters.kind === 'literal')
    return refused(`${shown} does not go with ${filtersName}: say IMMUTABLE_WITH_EXCLUSION`);
  if (value === 'MUTABLE' || value === 'MUTABLE_WITH_EXCLUSION') {
    const reason = 'lets a pushed tag be overwritten, so nobody can say which source an image came from';
    const mutabilityAfter = answerUnsafe(context, {
      path,
      before: pair.mutability ?? null,
      instead: fallback.mutability,
      reason,
    });
    return mutabilityAfter === pair.mutability ? pair : fallback;
  }
  return settleFilters(pair);
}

function defaultProperties(context: ControlContext): Pair {
  const { mutability, exclusions } = defaultTagMutability(context.policy.MutableTags);
  return { mutability, filters: exclusions.length === 0 ? undefined : toFilters(exclusions) };
}
