/** A mutability and its exclusion filters, each of which may depend on conditions. */
import type { Json } from '../../core/json.ts';
import { whenKnown } from '../../core/known.ts';
import { addUndetermined, branchContext } from '../apply-issues.ts';
import type { ControlContext, MutabilityPair, MutabilityPaths, TemplateFilters } from '../control-context.ts';
import { makeIf } from '../intrinsics.ts';
import { reachableBranches, read } from '../reading.ts';
import type { Reading } from '../scope.ts';
import { putBack, settle } from './decided-branches.ts';
import { emptyingCondition, readExclusions } from './exclusion-filters.ts';
import { hardenPair, leastSafe } from './mutability-pair.ts';

/** Hardens the pair in place: branches that a resource's own condition excludes are kept. */
function hardenPairs(pair: MutabilityPair, paths: MutabilityPaths, asked: ControlContext): MutabilityPair {
  const context = pair.filters === undefined ? asked : onlyOnce(asked);
  const { settled, after } = hardenCombinations(pair, paths, context);
  const back = (name: keyof MutabilityPair) =>
    after[name] === settled[name] ? pair[name] : putBack(pair[name], after[name], context.scope);
  return { mutability: back('mutability'), filters: back('filters') };
}

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

// Conditions of the one times conditions of the other.
const maxCombinations = 10_000;
const combinations = new WeakMap<object, number>();

/** Whether so many combinations of a template were gone through that the rest is not. */
function isExhausted({ filters }: MutabilityPair, { root }: ControlContext['scope']): boolean {
  const count = (combinations.get(root) ?? 0) + (filters === undefined ? 0 : 1);
  combinations.set(root, count);
  return count > maxCombinations;
}

/**
 * Hardens the pair for each combination of their `Fn::If` branches that can be selected together.
 *
 * @returns the two without the decided conditions, and their new values
 */
function hardenCombinations(
  pair: MutabilityPair,
  paths: MutabilityPaths,
  context: ControlContext,
): { readonly settled: MutabilityPair; readonly after: MutabilityPair } {
  const { scope } = context;
  if (isExhausted(pair, scope)) {
    addUndetermined(context, paths.mutability, pair.mutability ?? null);
    return { settled: pair, after: pair };
  }
  const mutability = settle(pair.mutability, paths.mutability, scope);
  const filters = settle(pair.filters, paths.filters, scope);
  const settled: MutabilityPair = { mutability: mutability.raw, filters: filters.raw };
  const settledPaths: MutabilityPaths = { mutability: mutability.path, filters: filters.path };
  const readings = { mutability: read(settled.mutability, scope), filters: read(settled.filters, scope) };
  const choice = [readings.mutability, readings.filters].find((reading) => reading.kind === 'choice');
  const condition = choice?.kind === 'choice' ? choice.condition : emptyingCondition(readings.filters, scope);
  const after =
    condition === undefined
      ? hardenSettled(settled, readings, settledPaths, context)
      : hardenChoice(settled, condition, settledPaths, context);
  return { settled, after };
}

/** Hardens both branches of a condition, each with what the two of them are in it. */
function hardenChoice(
  pair: MutabilityPair,
  condition: Json,
  paths: MutabilityPaths,
  context: ControlContext,
): MutabilityPair {
  const choice = { kind: 'choice', condition, whenTrue: null, whenFalse: null } as const;
  const [whenTrue, whenFalse] = reachableBranches(choice, [], context.scope).map((branch) =>
    hardenCombinations(pair, paths, branchContext(context, branch)),
  );
  const isSame = (name: keyof MutabilityPair) =>
    [whenTrue, whenFalse].every((branch) => branch?.settled[name] === branch?.after[name]);
  const join = (name: keyof MutabilityPair) =>
    isSame(name) ? pair[name] : makeIf(condition, whenTrue?.after[name], whenFalse?.after[name]);
  return { mutability: join('mutability'), filters: join('filters') };
}

/** Hardens a pair that is no choice any more, with what its filters exclude. */
function hardenSettled(
  pair: MutabilityPair,
  { mutability, filters }: { readonly [Name in keyof MutabilityPair]: Reading },
  paths: MutabilityPaths,
  context: ControlContext,
): MutabilityPair {
  const combinations =
    filters.kind === 'absent'
      ? undefined
      : readExclusions(pair.filters ?? null, filters, paths.filters, context);
  if (combinations === 'unusable') return pair;
  const exclusions = whenKnown(combinations, (all) => all && leastSafe(all, mutability, context));
  return hardenPair(pair, { mutability, exclusions }, paths, context);
}

/** Keeps how much of a template it has gone through, so it is to be loaded once. */
export const templateFilters: TemplateFilters = { hardenPairs };
