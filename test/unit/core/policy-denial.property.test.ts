import { describe, expect, test } from '@jest/globals';
import { publicAccess } from '../../../core/controls/public-access.ts';
import { documentRules } from '../../../core/documents.ts';
import { entriesOf, isList, isObject, type Json, type JsonObject } from '../../../core/json.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { parseRepositoryPolicy } from '../../../core/settings/repository-policy.ts';
import { matchesWildcard } from '../../../core/wildcard.ts';
import fc from '../../support/fast-check.ts';

const org = 'o-a1b2c3d4e5';
const account = '444455556666';

/** Requests of outsiders: no value is one that a policy below names. */
const outsiders: readonly JsonObject[] = [
  {},
  { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz', 'aws:PrincipalOrgPaths': ['o-zzzzzzzzzz/r-1/'] },
  { 'aws:SourceIp': '203.0.113.9', 'aws:SourceVpce': 'vpce-other', 'aws:PrincipalTag/team': 'web' },
  { 'aws:ViaAWSService': 'true', 'aws:SourceVpce': 'vpce-other' },
].map((more) => ({
  'aws:PrincipalIsAWSService': 'false',
  'aws:PrincipalAccount': '999999999999',
  'aws:PrincipalArn': 'arn:aws:iam::999999999999:role/ci',
  ...more,
}));
const actions = ['ecr:BatchGetImage', 'ecr:PutImage', 'ecr:DescribeImages'];

/** A plain evaluation of IAM's rules: whether a statement matches an outsider's request. */
function matches(statement: JsonObject, action: string, request: JsonObject): boolean {
  const { Principal, NotPrincipal, Action, NotAction, Condition = {} } = statement;
  const isNamed = (principals: Json | undefined) =>
    principals === '*' || (isObject(principals) && list(principals.AWS).includes('*'));
  const isOf = (patterns: Json | undefined) => list(patterns).some((each) => like(String(each), action));
  return (
    (NotPrincipal === undefined ? isNamed(Principal) : !isNamed(NotPrincipal)) &&
    (NotAction === undefined ? isOf(Action) : !isOf(NotAction)) &&
    Object.entries(isObject(Condition) ? Condition : {}).every(([operator, entries]) =>
      Object.entries(isObject(entries) ? entries : {}).every(([key, values]) =>
        holds(operator, request[key], list(values).map(String)),
      ),
    )
  );
}

function holds(operator: string, actual: Json | undefined, values: readonly string[]): boolean {
  const [, set = '', base = '', ifExists = ''] =
    /^(ForAnyValue:|ForAllValues:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const isNegated = base.includes('Not');
  if (base === 'Null') return values.includes(String(actual === undefined));
  const ofOne = (one: string) =>
    values.some((value) => (/Like|Arn/.test(base) ? like(value, one) : value === one)) !== isNegated;
  if (actual === undefined)
    return set === 'ForAnyValue:' ? false : set !== '' || ifExists !== '' || isNegated;
  const found = list(actual).map(String);
  return set === 'ForAnyValue:' ? found.some(ofOne) : found.every(ofOne);
}

const list = (value: Json | undefined) =>
  value === undefined ? [] : isList(value) ? entriesOf(value) : [value];
const like = (pattern: string, text: string) => matchesWildcard(pattern.toLowerCase(), text.toLowerCase());

const clause = fc.tuple(
  fc.constantFrom('', '', '', 'ForAllValues:', 'ForAnyValue:'),
  fc.constantFrom(
    'StringNotEquals',
    'StringNotEquals',
    'StringNotLike',
    'ArnNotLike',
    'StringEquals',
    'Bool',
    'Null',
  ),
  fc.constantFrom('', 'IfExists'),
  fc.constantFrom<[string, Json]>(
    ['aws:PrincipalOrgID', org],
    ['aws:PrincipalOrgID', [org, 'o-*']],
    ['aws:PrincipalAccount', account],
    ['aws:PrincipalOrgPaths', `${org}/*`],
    ['aws:PrincipalArn', `arn:aws:iam::${account}:role/*`],
    ['aws:PrincipalArn', 'arn:aws:iam::*:role/ci'],
    ['aws:SourceVpce', 'vpce-1'],
    ['aws:PrincipalIsAWSService', 'false'],
    ['aws:PrincipalTag/team', 'web'],
    ['aws:ViaAWSService', 'false'],
  ),
);
const condition = fc.array(clause, { maxLength: 2 }).map((clauses) => {
  const made: Record<string, JsonObject> = {};
  for (const [set, base, ifExists, [key, value]] of clauses) {
    const operator = base === 'Null' ? base : `${set}${base}${ifExists}`;
    made[operator] = { ...made[operator], [key]: base === 'Null' || base === 'Bool' ? 'false' : value };
  }
  return made;
});
const everybody = fc.constantFrom<JsonObject>(
  { Principal: '*' },
  { Principal: { AWS: '*' } },
  { Principal: { AWS: account } },
  { NotPrincipal: { AWS: [account, `arn:aws:iam::${account}:root`] } },
  { NotPrincipal: { AWS: '*' } },
);
const acting = fc.constantFrom<JsonObject>(
  { Action: '*' },
  { Action: 'ecr:*' },
  { Action: ['ecr:batchgetimage', 'ecr:Put*'] },
  { Action: 'ecr:BatchGetImage' },
  { NotAction: 'ecr:PutImage' },
);
const statement = (Effect: string) =>
  fc
    .tuple(everybody, acting, condition)
    .map(([who, what, Condition]): JsonObject => ({ Effect, ...who, ...what, Condition }));

function isSafe(statements: readonly JsonObject[]): boolean {
  const parsed = parseRepositoryPolicy({ Statement: [...statements] });
  const issues =
    'value' in parsed
      ? publicAccess.check({ repositoryPolicy: parsed.value }, builtInPolicy, () => documentRules)
      : [];
  return issues.every(({ verdict }) => verdict === 'note');
}

describe('a policy of Allow and Deny', () => {
  test('is never called safe if it allows an outsider anything', () => {
    let safe = 0;
    fc.assert(
      fc.property(
        fc.array(statement('Allow'), { minLength: 1, maxLength: 2 }),
        fc.array(statement('Deny'), { maxLength: 3 }),
        (allowing, denying) => {
          if (!isSafe([...allowing, ...denying])) return;
          safe += 1;
          for (const action of actions)
            for (const request of outsiders) {
              const isMatch = (each: JsonObject) => matches(each, action, request);
              expect(allowing.some(isMatch) && !denying.some(isMatch)).toBe(false);
            }
        },
      ),
      { numRuns: 1500 },
    );
    expect(safe).toBeGreaterThan(50);
  });

  test('is safe by one Deny for everybody outside, whatever stands beside it and in whatever order', () => {
    const outside = fc.constantFrom<JsonObject>(
      { StringNotEquals: { 'aws:PrincipalOrgID': org } },
      {
        StringNotEqualsIfExists: { 'aws:PrincipalOrgID': [org, 'o-zyxwvutsrq'] },
        Bool: { 'aws:PrincipalIsAWSService': 'false' },
      },
      { StringNotEquals: { 'aws:PrincipalAccount': '${aws:ResourceAccount}', 'aws:PrincipalOrgID': org } },
      { 'ForAllValues:StringNotLike': { 'aws:PrincipalOrgPaths': `${org}/*` } },
      { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:*` } },
      {},
    );
    fc.assert(
      fc.property(
        outside,
        fc.array(statement('Allow'), { maxLength: 2 }),
        fc.array(statement('Deny'), { maxLength: 2 }),
        fc.boolean(),
        (Condition, allowing, denying, isFirst) => {
          const denial = { Effect: 'Deny', Principal: '*', Action: 'ecr:*', Condition };
          const others = [{ Effect: 'Allow', Principal: '*', Action: '*' }, ...allowing, ...denying];
          expect(isSafe(isFirst ? [denial, ...others] : [...others, denial])).toBe(true);
        },
      ),
    );
  });
});
