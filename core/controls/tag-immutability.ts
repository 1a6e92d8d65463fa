import { branchPath, makeIf, mayGrow, type Reading, read } from '../intrinsics.ts';
import { describeKind, type Json, member } from '../json.ts';
import {
  defaultTagMutability,
  isMutability,
  matchesEveryTag,
  mutabilities,
  readFilters,
  takesFilters,
  toFilters,
} from '../tag-mutability.ts';
import {
  type About,
  answerUnsafe,
  type Control,
  type ControlContext,
  refuse,
  setDefault,
} from './control.ts';
import { propertiesOf, tellMayGrow, tellUndetermined, withProperty } from './settle.ts';

const mutabilityName = 'ImageTagMutability';
const filtersName = 'ImageTagMutabilityExclusionFilters';

export const aboutTagImmutability: About = {
  name: 'TagImmutability',
  title: 'Tags cannot be overwritten',
  why: 'A tag that can be pushed again names other content tomorrow: nobody can say any more which source an incident ran, and a rollback may roll forward.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
  answers: ['Security Hub ECR.2', 'CT.ECR.PR.3', 'CKV_AWS_51', 'AWS-0031'],
};

export const tagImmutability: Control = {
  name: 'TagImmutability',
  types: ['AWS::ECR::Repository', 'AWS::ECR::RepositoryCreationTemplate'],
  isOn: () => true,
  harden(resource, _type, context) {
    const properties = propertiesOf(resource);
    const before: Pair = {
      mutability: member(properties, mutabilityName),
      filters: member(properties, filtersName),
    };
    if (before.mutability === undefined && mayGrow(properties)) {
      tellMayGrow(context, `Properties.${mutabilityName}`);
      return resource;
    }
    const after = settlePair(before, '', context);
    return withProperty(withProperty(resource, mutabilityName, after.mutability), filtersName, after.filters);
  },
};

/** A mutability and its exclusion filters: ECR takes both of them or refuses both, so they are settled together. */
interface Pair {
  readonly mutability: Json | undefined;
  readonly filters: Json | undefined;
}

/** Settles the pair for each combination of their `Fn::If` branches that can come to stand together. */
function settlePair(pair: Pair, branch: string, context: ControlContext): Pair {
  const mutability = read(pair.mutability, context.parameters);
  const filters = read(pair.filters, context.parameters);
  const choice = mutability.kind === 'choice' ? mutability : filters.kind === 'choice' ? filters : undefined;
  if (choice === undefined) return settleLeaf(pair, mutability, filters, branch, context);

  const condition = JSON.stringify(choice.condition);
  const side = (raw: Json | undefined, reading: Reading, which: 'whenTrue' | 'whenFalse') =>
    reading.kind === 'choice' && JSON.stringify(reading.condition) === condition ? reading[which] : raw;
  const branchPair = (which: 'whenTrue' | 'whenFalse'): Pair => ({
    mutability: side(pair.mutability, mutability, which),
    filters: side(pair.filters, filters, which),
  });
  const before = { whenTrue: branchPair('whenTrue'), whenFalse: branchPair('whenFalse') };
  const whenTrue = settlePair(before.whenTrue, branchPath(branch, 'whenTrue'), context);
  const whenFalse = settlePair(before.whenFalse, branchPath(branch, 'whenFalse'), context);
  const join = (name: keyof Pair) =>
    whenTrue[name] === before.whenTrue[name] && whenFalse[name] === before.whenFalse[name]
      ? pair[name]
      : makeIf(choice.condition, whenTrue[name], whenFalse[name]);
  return { mutability: join('mutability'), filters: join('filters') };
}

function settleLeaf(
  pair: Pair,
  mutability: Reading,
  filters: Reading,
  branch: string,
  context: ControlContext,
): Pair {
  const path = `Properties.${mutabilityName}${branch}`;
  const filtersPath = `Properties.${filtersName}${branch}`;
  const refused = (at: string, reason: string) => {
    refuse(context, at, reason);
    return pair;
  };
  let everyTag = false;
  if (filters.kind === 'literal') {
    const { exclusions, problems } = readFilters(filters.value);
    for (const problem of problems) refuse(context, `${filtersPath}${problem.path}`, problem.reason);
    if (problems.length > 0) return pair;
    everyTag = exclusions.some(matchesEveryTag);
  }
  const fallback = settledDefault(context);

  if (mutability.kind === 'undetermined') {
    tellUndetermined(context, path, pair.mutability ?? null, mutability.intrinsic);
    return pair;
  }
  if (mutability.kind !== 'literal') {
    const set = filters.kind === 'absent' ? fallback : { ...pair, mutability: 'IMMUTABLE_WITH_EXCLUSION' };
    setDefault(context, path, set.mutability ?? null, setReason(filters));
    return everyTag ? unsafePair(context, pair, set, fallback, filtersPath) : set;
  }
  const { value } = mutability;
  // A parameter is told by its name only, which the path leads to.
  const shown = pair.mutability === value ? describeKind(value) : 'this value';
  if (!isMutability(value)) return refused(path, `must be one of ${mutabilities.join(', ')}, not ${shown}`);
  if (takesFilters(value) && filters.kind === 'absent') return refused(path, `${shown} needs ${filtersName}`);
  if (!takesFilters(value) && filters.kind === 'literal')
    return refused(path, `${shown} does not go with ${filtersName}: say IMMUTABLE_WITH_EXCLUSION`);
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
  return everyTag ? unsafePair(context, pair, pair, fallback, filtersPath) : pair;
}

/** An exclusion of every tag makes immutability void, whatever the mutability is called. */
function unsafePair(context: ControlContext, before: Pair, kept: Pair, fallback: Pair, path: string): Pair {
  const filters = answerUnsafe(context, {
    path,
    before: before.filters ?? null,
    instead: fallback.filters,
    reason: 'excludes every tag, so all of them can be overwritten',
  });
  return filters === before.filters ? kept : fallback;
}

function settledDefault(context: ControlContext): Pair {
  const { mutability, exclusions } = defaultTagMutability(context.policy.MutableTags);
  return { mutability, filters: exclusions.length === 0 ? undefined : toFilters(exclusions) };
}

function setReason(filters: Reading): string {
  return filters.kind === 'absent'
    ? 'nothing was said, and ECR lets tags be overwritten by default'
    : 'exclusion filters stand alone, and ECR takes them only together with a mutability';
}
