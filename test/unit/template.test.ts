import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asObject, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { builtInPolicy, namesAt, policyDescriptions } from '../../core/policy/policy.ts';
import {
  enforcements,
  lifecycleGuards,
  parseMutableTags,
  parseProtectedTags,
  parseText,
  parseUsageSources,
} from '../../core/policy/values.ts';
import { usageSources } from '../../core/usage/evidence.ts';
import { projectRoot } from '../../local/paths.ts';
import { parseTemplate } from '../../template-text/parse.ts';

const template = parseTemplate(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'), 'template.yaml');

/** The value at a path of keys; fails where there is none. */
function at(...keys: readonly string[]): Json {
  let value: Json = template;
  for (const key of keys) {
    const next: Json | undefined = isObject(value) ? member(value, key) : undefined;
    if (next === undefined) throw new Error(`template.yaml has no ${keys.join('.')}`);
    value = next;
  }
  return value;
}
const keysOf = (value: Json) => (isObject(value) ? Object.keys(value) : []);
const maps = (value: Json): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

describe('template.yaml', () => {
  const names = namesAt('application');

  test('has a parameter for each of the policy’s, with its default and its meaning', () => {
    for (const name of names) {
      const value = builtInPolicy[name];
      expect({ name, default: String(at('Parameters', name, 'Default')) }).toEqual({
        name,
        default: Array.isArray(value) ? value.join(',') : String(value),
      });
      expect(at('Parameters', name, 'Description')).toBe(policyDescriptions[name]);
    }
    expect(at('Parameters', 'Enforcement', 'AllowedValues')).toEqual([...enforcements]);
    const guards = at('Parameters', 'LifecycleGuard', 'AllowedValues');
    expect(Array.isArray(guards) && guards.toSorted()).toEqual(lifecycleGuards.toSorted());
  });

  test('takes only sources of use that the functions can read', () => {
    const allowed = new RegExp(String(at('Parameters', 'LifecycleGuardSources', 'AllowedPattern')));
    const values = [
      '',
      usageSources.join(', '),
      ...usageSources,
      'ecs, pulls',
      'ec',
      'ecs pulls',
      'pulls,eks',
    ];
    for (const value of values)
      expect({ value, isAllowed: allowed.test(value) }).toEqual({
        value,
        isAllowed: 'value' in parseUsageSources(value),
      });
  });

  const tags = (count: number, tag = 'v') =>
    Array.from({ length: count }, (_, at) => `${tag}${at}`).join(',');
  test.each([
    ...[
      '',
      ' ',
      ',',
      'latest',
      ' latest , cache-*',
      'latest,,cache-*',
      'a*b*',
      'latest dev-*',
      'a*b*c*',
      'a/b',
      'é',
    ],
    ...['x'.repeat(128), 'x'.repeat(129), tags(5), tags(6), `${tags(5)},`, tags(40), tags(41)],
    ...['a*b*c*d*', 'a*b*c*d*e*', 'dev-*,a*b*c*d*e*', '-x', '.x,', 'latest;dev'],
  ])('takes the tags that the functions take, and no others: %j', (value) => {
    for (const [name, parse] of [
      ['MutableTags', parseMutableTags],
      ['ProtectedTags', parseProtectedTags],
    ] as const) {
      const allowed = new RegExp(`^(?:${at('Parameters', name, 'AllowedPattern')})$`);
      expect({ name, isAllowed: allowed.test(value) }).toEqual({ name, isAllowed: 'value' in parse(value) });
    }
  });

  test.each([
    ...[['*,!sandbox/*'], [''], ['team/*, ! team/old ,'], [' ! sandbox/*'], ['a'], ['!']].map(([scope]) => [
      scope,
      true,
    ]),
    // Without a comma it would be one pattern, of which no repository is.
    ...[['team/* sandbox/*'], ['Team/*'], ['team/*;a'], ['team!a'], ['* !a']].map(([scope]) => [
      scope,
      false,
    ]),
  ])('takes %j as KeeperScope: %s', (scope, isTaken) => {
    const allowed = new RegExp(String(at('Parameters', 'KeeperScope', 'AllowedPattern')));
    expect(allowed.test(String(scope))).toBe(isTaken);
  });

  test('takes no key that is longer than what the functions take', () => {
    const longest = Number(at('Parameters', 'KmsKey', 'MaxLength'));
    expect('value' in parseText('x'.repeat(longest))).toBe(true);
    expect('value' in parseText('x'.repeat(longest + 1))).toBe(false);
  });

  test('hands each of them to the functions under its own name', () => {
    expect(at('Globals', 'Function', 'Environment', 'Variables')).toEqual({
      ...Object.fromEntries(names.map((Ref) => [Ref, { Ref }])),
      // For the log.
      Version: expect.any(String),
    });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  test('takes no parameter that alone makes the environment of a function larger than the 4 KB of Lambda', () => {
    // The longest ARN, URL or name of what is not a parameter.
    const longestName = 310;
    const parameters = asObject(at('Parameters'));
    const parameterOf = (value: Json) => {
      const found = member(parameters, String(isObject(value) ? value.Ref : ''));
      return isObject(found) ? found : undefined;
    };
    const usualLength = (value: Json): number => {
      if (typeof value !== 'object') return String(value).length;
      const parameter = parameterOf(value);
      return parameter === undefined ? longestName : String(parameter.Default ?? '').length;
    };
    const mostOf = (value: Json): number => {
      const { Type, AllowedValues, MaxLength } = parameterOf(value) ?? {};
      if (Type !== 'String' || AllowedValues !== undefined) return longestName;
      return typeof MaxLength === 'number' ? MaxLength : Number.POSITIVE_INFINITY;
    };
    const shared = asObject(at('Globals', 'Function', 'Environment', 'Variables'));
    const functions = keysOf(at('Resources')).filter(
      (name) => at('Resources', name, 'Type') === 'AWS::Serverless::Function',
    );
    expect(functions.length).toBeGreaterThan(5);
    for (const name of functions) {
      const own = asObject(
        member(asObject(member(asObject(at('Resources', name, 'Properties')), 'Environment')), 'Variables'),
      );
      const variables = Object.entries({ ...shared, ...own });
      const usual = variables.reduce((sum, [key, value]) => sum + key.length + usualLength(value ?? null), 0);
      const most = variables.map(([key, value]) => [
        key,
        usual - usualLength(value ?? null) + mostOf(value ?? null) < 4096,
      ]);
      expect({ name, tooLong: most.filter(([, fits]) => !fits) }).toEqual({ name, tooLong: [] });
    }
  });

  test('shows every parameter once, in a group and with a label', () => {
    const groups = maps(at('Metadata', 'AWS::CloudFormation::Interface', 'ParameterGroups'));
    const shown = groups.flatMap((group) => (Array.isArray(group.Parameters) ? group.Parameters : []));
    const parameters = keysOf(at('Parameters'));
    expect(shown.toSorted()).toEqual(parameters.toSorted());
    expect(keysOf(at('Metadata', 'AWS::CloudFormation::Interface', 'ParameterLabels')).toSorted()).toEqual(
      parameters.toSorted(),
    );
  });
});

describe.each(['template.yaml', 'organization-central.yaml'])('each queue of %s', (file) => {
  const { Resources: resources = {} } = parseTemplate(readFileSync(join(projectRoot, file), 'utf8'), file);
  const ofType = (type: string) =>
    Object.entries(isObject(resources) ? resources : {}).filter(
      ([, each]) => isObject(each) && each.Type === type,
    );
  const queues = ofType('AWS::SQS::Queue').map(([name]) => name);
  const statements = JSON.stringify(ofType('AWS::SQS::QueuePolicy'));

  test('is encrypted, and takes calls by TLS alone', () => {
    expect(queues.length).toBeGreaterThan(1);
    for (const [, queue] of ofType('AWS::SQS::Queue'))
      expect(queue).toMatchObject({ Properties: { SqsManagedSseEnabled: true } });
    for (const queue of queues)
      expect(statements).toContain(
        JSON.stringify({
          Sid: 'TlsOnly',
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
  });
});
