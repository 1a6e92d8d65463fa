import { describe, expect, test } from '@jest/globals';
import { harden } from '../../../cloudformation/harden.ts';
import { isRefusal } from '../../../core/finding.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { builtInPolicy, type Policy } from '../../../core/policy/policy.ts';
import { describeFinding } from '../../../wording/findings.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';

/**
 * Conditions over two parameters, evaluated here as CloudFormation does, for every value that the parameters may have.
 */
type Condition =
  | { readonly parameter: 'P' | 'Q'; readonly is: string }
  | { readonly not: Condition }
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] }
  | { readonly same: true };

const literals = ['a', 'b', 'c'];
const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'condition' },
    fc.record({ parameter: fc.constantFrom('P' as const, 'Q' as const), is: fc.constantFrom(...literals) }),
    tie('tree').map((not) => ({ not })),
    fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((or) => ({ or })),
    fc.constant({ same: true as const }),
  ),
})).tree;

interface Values {
  readonly P: string;
  readonly Q: string;
}

function holds(given: Condition, values: Values): boolean {
  if ('parameter' in given) return values[given.parameter] === given.is;
  if ('not' in given) return !holds(given.not, values);
  if ('and' in given) return given.and.every((each) => holds(each, values));
  if ('or' in given) return given.or.some((each) => holds(each, values));
  return values.P === values.Q;
}

function written(given: Condition): Json {
  if ('parameter' in given) return { 'Fn::Equals': [{ Ref: given.parameter }, given.is] };
  if ('not' in given) return { 'Fn::Not': [written(given.not)] };
  if ('and' in given) return { 'Fn::And': given.and.map(written) };
  if ('or' in given) return { 'Fn::Or': given.or.map(written) };
  return { 'Fn::Equals': [{ Ref: 'Q' }, { Ref: 'P' }] };
}

/** A value that depends on the conditions C0, C1, C2. */
type Tree<Leaf> =
  | { readonly leaf: Leaf }
  | { readonly at: number; readonly yes: Tree<Leaf>; readonly no: Tree<Leaf> };

function treeOf<Leaf>(leaf: fc.Arbitrary<Leaf>): fc.Arbitrary<Tree<Leaf>> {
  return fc.letrec<{ tree: Tree<Leaf> }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'tree' },
      leaf.map((each) => ({ leaf: each })),
      fc.record({ at: fc.nat(2), yes: tie('tree'), no: tie('tree') }),
    ),
  })).tree;
}

function writtenTree(tree: Tree<Json>): Json {
  return 'leaf' in tree
    ? tree.leaf
    : { 'Fn::If': [`C${tree.at}`, writtenTree(tree.yes), writtenTree(tree.no)] };
}

function mapTree<Leaf, Other>(tree: Tree<Leaf>, change: (leaf: Leaf) => Other): Tree<Other> {
  if ('leaf' in tree) return { leaf: change(tree.leaf) };
  return { ...tree, yes: mapTree(tree.yes, change), no: mapTree(tree.no, change) };
}

function valueIn<Leaf>(tree: Tree<Leaf>, truths: readonly boolean[]): Leaf {
  if ('leaf' in tree) return tree.leaf;
  return valueIn(truths[tree.at] === true ? tree.yes : tree.no, truths);
}

const noValue = { Ref: 'AWS::NoValue' };
const withPattern = (pattern: string) => ({
  ImageTagMutabilityExclusionFilterType: 'WILDCARD',
  ImageTagMutabilityExclusionFilterValue: pattern,
});
const someFilters = [withPattern('latest')];

const given = fc.record({
  conditions: fc.tuple(condition, condition, condition),
  own: fc.option(fc.nat(2), { nil: undefined }),
  allowed: fc.option(fc.subarray(literals, { minLength: 1 }), { nil: undefined }),
});

function templateOf(
  {
    conditions,
    own,
    allowed,
  }: { conditions: readonly Condition[]; own?: number; allowed?: readonly string[] },
  properties: JsonObject,
): JsonObject {
  return {
    Parameters: { P: { Type: 'String', ...(allowed && { AllowedValues: allowed }) }, Q: { Type: 'String' } },
    Conditions: Object.fromEntries(conditions.map((each, index) => [`C${index}`, written(each)])),
    Resources: {
      R: {
        Type: 'AWS::ECR::Repository',
        ...(own !== undefined && { Condition: `C${own}` }),
        Properties: properties,
      },
    },
  };
}

function findingsOf(template: JsonObject, policy: Policy, parameters: JsonObject) {
  return harden(template, { policy, parameters, today: () => '2026-11-24', describe: describeFinding });
}

/** Every value that the parameters may have; `d` stands for all that nothing is compared with. */
function allValues(allowed: readonly string[] | undefined): readonly Values[] {
  const domain = [...literals, 'd', 'e'];
  return (allowed ?? domain).flatMap((P) => domain.map((Q) => ({ P, Q })));
}

const reject: Policy = { ...builtInPolicy, Enforcement: 'Reject' };
const runs = { numRuns: runsOf({ share: 150, whole: 300 }) };
type Given = { conditions: [Condition, Condition, Condition]; own?: number; allowed?: string[] };
const clean = ({
  conditions,
  own,
  allowed,
}: {
  conditions: [Condition, Condition, Condition];
  own: number | undefined;
  allowed: string[] | undefined;
}): Given => ({
  conditions,
  ...(own !== undefined && { own }),
  ...(allowed !== undefined && { allowed }),
});

/** The conditions' values, or undefined where the resource is not created. */
function deployed({ conditions, own }: Given, values: Values): readonly boolean[] | undefined {
  const truths = conditions.map((each) => holds(each, values));
  return own === undefined || truths[own] === true ? truths : undefined;
}

describe('under Reject', () => {
  const mutability = treeOf(fc.constantFrom<Json>('IMMUTABLE', 'MUTABLE'));

  test('a deployment is refused exactly when what its parameters deploy is unsafe', () => {
    fc.assert(
      fc.property(given.map(clean), mutability, fc.nat(), (about, tree, pick) => {
        const values = allValues(about.allowed);
        const chosen = values[pick % values.length] ?? { P: 'a', Q: 'a' };
        const template = templateOf(about, { ImageTagMutability: writtenTree(tree) });
        const truths = deployed(about, chosen);
        const isUnsafe = truths !== undefined && valueIn(tree, truths) === 'MUTABLE';
        expect(findingsOf(template, reject, { ...chosen }).findings.some(isRefusal)).toBe(isUnsafe);
      }),
      runs,
    );
  });

  test('a template is refused exactly when some values of its parameters deploy something unsafe', () => {
    fc.assert(
      fc.property(
        given.map(clean).filter(({ conditions }) => !JSON.stringify(conditions).includes('same')),
        mutability,
        (about, tree) => {
          const template = templateOf(about, { ImageTagMutability: writtenTree(tree) });
          const isUnsafe = allValues(about.allowed).some((values) => {
            const truths = deployed(about, values);
            return truths !== undefined && valueIn(tree, truths) === 'MUTABLE';
          });
          expect(findingsOf(template, reject, {}).findings.some(isRefusal)).toBe(isUnsafe);
        },
      ),
      runs,
    );
  });

  test('a map is refused exactly when its member that the parameters deploy is unsafe, or no policy', () => {
    const settings = fc.constantFrom(
      { property: 'ImageScanningConfiguration', key: 'ScanOnPush', values: [true, false] },
      {
        property: 'LifecyclePolicy',
        key: 'LifecyclePolicyText',
        values: [lifecyclePolicyText(builtInPolicy) ?? '', '{"rules":[]}'],
      },
    );
    const outside = treeOf(treeOf(fc.boolean()));
    fc.assert(
      fc.property(given.map(clean), settings, outside, fc.nat(), (about, setting, tree, pick) => {
        const chosen = allValues(about.allowed)[pick % allValues(about.allowed).length] ?? { P: 'a', Q: 'a' };
        const value = mapTree(tree, (inner) => ({
          [setting.key]: writtenTree(mapTree(inner, (isSafe) => setting.values[isSafe ? 0 : 1] ?? null)),
        }));
        const template = templateOf(about, { [setting.property]: writtenTree(value) });
        const truths = deployed(about, chosen);
        const isWrong = truths !== undefined && !valueIn(valueIn(tree, truths), truths);
        expect(findingsOf(template, reject, { ...chosen }).findings.some(isRefusal)).toBe(isWrong);
      }),
      runs,
    );
  });

  test('tags are mutable unless a filter of every tag is there whatever the parameters are', () => {
    const patterns = fc.array(treeOf(fc.constantFrom('*', 'latest')), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(given.map(clean), patterns, fc.boolean(), (about, trees, isInside) => {
        const filters = trees.map((tree) => {
          const pattern = mapTree(tree, (each): Json => each);
          return isInside
            ? { ...withPattern(''), ImageTagMutabilityExclusionFilterValue: writtenTree(pattern) }
            : writtenTree(mapTree(tree, withPattern));
        });
        const template = templateOf(about, {
          ImageTagMutability: 'MUTABLE_WITH_EXCLUSION',
          ImageTagMutabilityExclusionFilters: filters,
        });
        const canBeMutable = allValues(about.allowed).some((values) => {
          const truths = deployed(about, values);
          return truths !== undefined && trees.every((tree) => valueIn(tree, truths) !== '*');
        });
        if (canBeMutable) expect(findingsOf(template, reject, {}).findings.some(isRefusal)).toBe(true);
      }),
      runs,
    );
  });

  test('a mutability and its filters are refused exactly when those that are deployed do not fit', () => {
    const mutabilities = treeOf(fc.constantFrom<Json>('IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION'));
    const filters = treeOf(fc.constantFrom<Json>(someFilters, noValue));
    fc.assert(
      fc.property(given.map(clean), mutabilities, filters, fc.nat(), (about, one, other, pick) => {
        const values = allValues(about.allowed);
        const chosen = values[pick % values.length] ?? { P: 'a', Q: 'a' };
        const template = templateOf(about, {
          ImageTagMutability: writtenTree(one),
          ImageTagMutabilityExclusionFilters: writtenTree(other),
        });
        const truths = deployed(about, chosen);
        const isWrong =
          truths !== undefined &&
          (valueIn(one, truths) === 'IMMUTABLE_WITH_EXCLUSION') !== (valueIn(other, truths) === someFilters);
        expect(findingsOf(template, reject, { ...chosen }).findings.some(isRefusal)).toBe(isWrong);
      }),
      runs,
    );
  });
});

test('under Override nothing unsafe is deployed, whatever the parameters are', () => {
  const override: Policy = { ...builtInPolicy, Enforcement: 'Override' };
  const tree = treeOf(fc.constantFrom<Json>('IMMUTABLE', 'MUTABLE', noValue));
  fc.assert(
    fc.property(given.map(clean), tree, fc.nat(), fc.boolean(), (about, mutability, pick, isOnce) => {
      const values = allValues(about.allowed);
      const chosen = values[pick % values.length] ?? { P: 'a', Q: 'a' };
      const template = templateOf(about, { ImageTagMutability: writtenTree(mutability) });
      const parameters = isOnce ? { ...chosen } : {};
      const { fragment } = findingsOf(template, override, parameters);
      for (const each of values) {
        const truths = deployed(about, each);
        if (truths !== undefined) expect(underTruths(propertyOf(fragment), truths)).toBe('IMMUTABLE');
      }
      expect(findingsOf(fragment, override, parameters).fragment).toEqual(fragment);
    }),
    runs,
  );
});

function propertyOf(fragment: unknown): unknown {
  return ['Resources', 'R', 'Properties', 'ImageTagMutability'].reduce<unknown>(
    (value, key) => Object(value)[key],
    fragment,
  );
}

function underTruths(value: unknown, truths: readonly boolean[]): unknown {
  const choice = Object(value)['Fn::If'];
  if (!Array.isArray(choice)) return value;
  return underTruths(truths[Number(String(choice[0]).slice(1))] === true ? choice[1] : choice[2], truths);
}
