/**
 * Whatever imports, parameters and conditions turn out to be: a policy that is unsafe then was never passed over before, and a
 * lifecycle policy that is right then was never refused.
 */
import { expect, test } from '@jest/globals';
import { asObject, entriesOf, isList, isObject, type Json, type JsonObject } from '../../../core/json.ts';
import { check } from '../../../index.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';

/** What the template does not know. */
interface World {
  readonly values: Readonly<Record<string, string>>;
  readonly isOpen: boolean;
}
const parts = ['*', '', 'Allow', 'o-1', '111122223333', 'ecr:*', 'x","Principal":"*","Sid":"y'];
const world: fc.Arbitrary<World> = fc.record({
  values: fc.record({ P: fc.constantFrom(...parts), Import: fc.constantFrom(...parts) }),
  isOpen: fc.boolean(),
});

const noValue = { Ref: 'AWS::NoValue' };
const unknown = fc.constantFrom<Json>({ Ref: 'P' }, { 'Fn::ImportValue': 'Import' });

/** A text, or an intrinsic function that may become it. */
function textLike(text: string): fc.Arbitrary<Json> {
  const inner = fc.oneof(unknown, fc.constantFrom(...parts));
  const at = fc.nat({ max: text.length });
  return fc.oneof(
    { arbitrary: fc.constant<Json>(text), weight: 4 },
    unknown,
    at.map((n) => ({ 'Fn::Sub': `${text.slice(0, n).replaceAll('${', '${!')}\${P}${text.slice(n)}` })),
    fc.tuple(at, inner).map(([n, v]) => ({ 'Fn::Sub': [`${text.slice(0, n)}\${v}${text.slice(n)}`, { v }] })),
    fc.tuple(at, inner).map(([n, v]) => ({ 'Fn::Join': ['', [text.slice(0, n), v, text.slice(n)]] })),
    inner.map((v) => ({ 'Fn::If': ['Open', text, v] })),
  );
}

const oneOf = (...texts: string[]) => fc.constantFrom(...texts).chain(textLike);
const perhaps = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.oneof(
    { arbitrary: value, weight: 3 },
    value.map((each) => ({ 'Fn::If': ['Open', each, noValue] })),
  );
const listOf = (value: fc.Arbitrary<Json>) => fc.array(perhaps(value), { minLength: 1, maxLength: 2 });

const condition = fc
  .tuple(
    fc.constantFrom('StringEquals', 'StringLike', 'ArnLike', 'StringNotLike'),
    fc.constantFrom('aws:PrincipalOrgID', 'aws:PrincipalArn', 'aws:SourceVpc'),
    perhaps(listOf(oneOf('o-1', 'o-*', 'arn:aws:iam::111122223333:role/*'))),
  )
  .map(([operator, key, value]) => ({ [operator]: { [key]: value } }));
const statement = fc
  .record({
    Effect: oneOf('Allow', 'Allow', 'Deny'),
    Principal: oneOf('*', '111122223333'),
    Action: oneOf('ecr:*'),
  })
  .chain((each) => perhaps(condition).map((Condition) => ({ ...each, Condition })));
const policy: fc.Arbitrary<Json> = fc.oneof(
  listOf(statement).map((Statement) => ({ Statement })),
  listOf(statement).map((Statement) => ({ 'Fn::ToJsonString': { 'Fn::If': ['Open', { Statement }, {}] } })),
  fc
    .constantFrom('*', '111122223333')
    .chain((Principal) =>
      textLike(JSON.stringify({ Statement: [{ Effect: 'Allow', Principal, Action: 'ecr:*' }] })),
    ),
);

const lifecyclePolicy: fc.Arbitrary<Json> = fc
  .record(
    {
      tagStatus: oneOf('any', 'untagged', 'tagged'),
      tagPrefixList: perhaps(fc.oneof(listOf(oneOf('v')), unknown)),
      tagPatternList: perhaps(fc.constant(['v*'])),
      countUnit: perhaps(fc.constant('days')),
      countType: oneOf('imageCountMoreThan', 'sinceImagePushed'),
      countNumber: fc.constantFrom<Json>(5, { Ref: 'P' }),
    },
    { requiredKeys: ['tagStatus', 'countType', 'countNumber'] },
  )
  .map((selection) => ({
    'Fn::ToJsonString': { rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] },
  }));

/** What CloudFormation makes of a value; undefined for what is left out. */
function resolve(value: Json, { values, isOpen }: World): Json | undefined {
  const inner = (each: Json) => resolve(each, { values, isOpen });
  const text = (each: Json | undefined) => String(each === undefined ? '' : inner(each));
  if (isList(value)) return value.flatMap((each) => inner(each) ?? []);
  if (!isObject(value)) return value;
  const [[name = '', given = null] = []] = Object.entries(value);
  const [first = null, second = null, third = null] = entriesOf(given);
  switch (name) {
    case 'Ref':
      return values[String(given)];
    case 'Fn::ImportValue':
      return values[String(given)];
    case 'Fn::If':
      return inner(isOpen ? second : third);
    case 'Fn::Join':
      return entriesOf(second).map(text).join('');
    case 'Fn::ToJsonString':
      return JSON.stringify(inner(given));
    case 'Fn::Sub':
      return String(isList(given) ? first : given).replace(/\$\{(.*?)\}/g, (_, key: string) =>
        text(asObject(second)[key] ?? { Ref: key }),
      );
    default:
      return Object.fromEntries(
        Object.entries(value).flatMap(([key, each]) => {
          const found = inner(each);
          return found === undefined ? [] : [[key, found]];
        }),
      );
  }
}

function outcomes(control: string, properties: JsonObject, rest: JsonObject = {}): readonly string[] {
  const resource = { Type: 'AWS::ECR::Repository', Properties: properties };
  const found = check({ ...rest, Resources: { Orders: resource } }).filter(
    (each) => each.control === control,
  );
  return found.map(({ outcome }) => outcome);
}
const declared = {
  Parameters: { P: { Type: 'String' } },
  Conditions: { Open: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] } },
};

// What is not known has colons of its own, so that the account of the pattern is another part of it.
const moving = { P: 'ecr:*', Import: '*' };
const accountMoved: Json = {
  Statement: [
    {
      ...{ Effect: 'Allow', Principal: '*', Action: 'ecr:*' },
      Condition: {
        StringLike: { 'aws:PrincipalArn': [{ 'Fn::Sub': '${P}arn:aws:iam::111122223333:role/*' }] },
      },
    },
  ],
};

test('a policy that turns out to allow everybody was reported before', () => {
  fc.assert(
    fc.property(policy, world, (given, then) => {
      const resolved = resolve(given, then);
      fc.pre(
        resolved !== undefined &&
          outcomes('PublicAccess', { RepositoryPolicyText: resolved }).includes('kept'),
      );
      const before = outcomes('PublicAccess', { RepositoryPolicyText: given }, declared);
      expect(before.some((outcome) => /kept|undetermined|invalid/.test(outcome))).toBe(true);
    }),
    {
      numRuns: runsOf({ share: 150, whole: 500 }),
      maxSkipsPerRun: 1000,
      examples: [[accountMoved, { values: moving, isOpen: true }]],
    },
  );
});

test('a lifecycle policy that turns out to be right was not refused before', () => {
  fc.assert(
    fc.property(lifecyclePolicy, world, (given, then) => {
      const resolved = resolve(given, then);
      const inMap = (text: Json): JsonObject => ({ LifecyclePolicy: { LifecyclePolicyText: text } });
      fc.pre(!outcomes('LifecyclePolicy', inMap(resolved ?? null)).includes('invalid'));
      expect(outcomes('LifecyclePolicy', inMap(given), declared)).not.toContain('invalid');
    }),
    { numRuns: runsOf({ share: 70, whole: 200 }), maxSkipsPerRun: 1000 },
  );
});

const maps = fc.constantFrom<Json>({ a: 'b' }, { toString: 'b' }, { a: ['b'] });

test('a map in place of a text is found to be wrong, or not known, and throws nothing', () => {
  fc.assert(
    fc.property(maps, fc.constantFrom('Effect', 'Principal', 'Action', 'Condition'), (map, place) => {
      const condition = (value: Json) => ({ StringLike: { 'aws:PrincipalOrgID': value, 'aws:x${P}': 'y' } });
      const statement = { Effect: 'Allow', Principal: '*', Action: 'ecr:*', Condition: condition('o-1') };
      const value = place === 'Condition' ? condition(map) : map;
      const text = JSON.stringify({ Statement: [{ ...statement, [place]: value, Sid: '${P}' }] });
      expect(outcomes('PublicAccess', { RepositoryPolicyText: { 'Fn::Sub': text } }, declared)).not.toEqual(
        [],
      );
    }),
  );
  fc.assert(
    fc.property(
      maps,
      fc.constantFrom('rulePriority', 'tagStatus', 'countType', 'countNumber'),
      (map, place) => {
        const selection = { tagStatus: 'any', countType: { Ref: 'P' }, countNumber: 5, [place]: map };
        const rule = { rulePriority: { Ref: 'P' }, selection, action: { type: 'expire' } };
        const rules = [place === 'rulePriority' ? { ...rule, rulePriority: map } : rule];
        const properties = { LifecyclePolicy: { LifecyclePolicyText: { 'Fn::ToJsonString': { rules } } } };
        expect(outcomes('LifecyclePolicy', properties, declared)).not.toEqual([]);
      },
    ),
  );
});
