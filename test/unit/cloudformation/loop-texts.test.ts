import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../core/json.ts';
import { check } from '../../../index.ts';

/** What is found in a repository that a loop makes of each entry of a collection, which `X` names. */
function findingsOf(properties: JsonObject) {
  const repository = { Type: 'AWS::ECR::Repository', Properties: properties };
  const loop = ['X', ['a', 'b'], { 'Repository${X}': repository }];
  return check({
    Transform: 'AWS::LanguageExtensions',
    Resources: { 'Fn::ForEach::Repositories': loop },
  }).map(({ control, code, outcome }) => `${control} ${code} ${outcome}`);
}

const policy = (Principal: string) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Principal, Action: 'ecr:*' }] });
const lifecycle = (count: string, tagStatus: string) =>
  `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"${tagStatus}","countType":"imageCountMoreThan","countNumber":${count}},"action":{"type":"expire"}}]}`;

/** The properties in which a text may stand, and the texts. */
const places: readonly (readonly [string, string, (text: Json) => JsonObject])[] = [
  ['a mutability', '${X}', (text) => ({ ImageTagMutability: text })],
  ['a part of a mutability', 'IMMUTABLE${X}', (text) => ({ ImageTagMutability: text })],
  ['a flag', '${X}', (text) => ({ ImageScanningConfiguration: { ScanOnPush: text } })],
  ['a pattern', '${X}', withFilter],
  ['a pattern with a literal part', 'cache-${X}', withFilter],
  ['a principal', '${X}', withPrincipal],
  ['a principal with a literal part', 'arn:aws:iam::${X}:root', withPrincipal],
  ['a policy', policy('${X}'), (text) => ({ RepositoryPolicyText: text })],
  [
    'a policy with a public principal',
    policy('*').replace('ecr:', '${X}'),
    (text) => ({ RepositoryPolicyText: text }),
  ],
  ['a count', lifecycle('${X}', 'any'), withLifecyclePolicy],
  ['a status', lifecycle('5', '${X}'), withLifecyclePolicy],
  ['a rule that is wrong in any case', lifecycle('${X}', 'none'), withLifecyclePolicy],
];

function withFilter(text: Json): JsonObject {
  const filter = {
    ImageTagMutabilityExclusionFilterType: 'WILDCARD',
    ImageTagMutabilityExclusionFilterValue: text,
  };
  return { ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', ImageTagMutabilityExclusionFilters: [filter] };
}

function withPrincipal(text: Json): JsonObject {
  return {
    RepositoryPolicyText: { Statement: [{ Effect: 'Allow', Principal: { AWS: text }, Action: 'ecr:*' }] },
  };
}

function withLifecyclePolicy(text: Json): JsonObject {
  return { LifecyclePolicy: { LifecyclePolicyText: text } };
}

describe('in a loop', () => {
  test.each(places)('%s means without Fn::Sub what it means with it: %s', (_, text, properties) => {
    const expected = findingsOf(properties({ 'Fn::Sub': text }));
    const other = text.replace('${X}', '&{X}');
    expect(findingsOf(properties(text))).toEqual(expected);
    expect(findingsOf(properties(other))).toEqual(expected);
    expect(findingsOf(properties({ 'Fn::Sub': other }))).toEqual(expected);
    expect(findingsOf(properties({ 'Fn::Sub': [other, { own: '' }] }))).toEqual(expected);
  });

  test('a policy that a function makes of a map has such texts, too', () => {
    const map = JSON.parse(lifecycle('5', '&{X}'));
    const found = findingsOf(withLifecyclePolicy({ 'Fn::ToJsonString': map }));
    expect(found).toContain('LifecyclePolicy unknown undetermined');
    expect(found.join()).not.toContain('invalid');
  });

  test('what no loop inserts is text as it is', () => {
    expect(findingsOf({ ImageTagMutability: '${Y}' })).toContain('TagImmutability not-one-of invalid');
    expect(findingsOf(withPrincipal('${Y}'))).not.toContain('PublicAccess unknown undetermined');
  });
});
