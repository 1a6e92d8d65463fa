import { expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../core/json.ts';
import { check } from '../../../index.ts';

const snippet = {
  'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://templates/map.yaml' } },
};
const otherwise = { DefaultValue: 'IMMUTABLE' };

function codesOf(Mappings: JsonObject, keys: readonly Json[]): readonly string[] {
  const properties = { ImageTagMutability: { 'Fn::FindInMap': keys } };
  const Resources = { Orders: { Type: 'AWS::ECR::Repository', Properties: properties } };
  return check({ Parameters: { Stage: { Type: 'String' } }, Mappings, Resources })
    .filter(({ control }) => control === 'TagImmutability')
    .map(({ code }) => code);
}

test.each<[string, JsonObject, readonly Json[]]>([
  ['a map', snippet, ['Stages', 'prod', 'tags', otherwise]],
  ['a top-level key', { Stages: snippet }, ['Stages', 'prod', 'tags', otherwise]],
  ['a second-level key', { Stages: { prod: snippet } }, ['Stages', 'prod', 'tags', otherwise]],
  [
    'the key of a parameter',
    { Stages: { dev: { tags: 'IMMUTABLE' }, ...snippet } },
    ['Stages', { Ref: 'Stage' }, 'tags'],
  ],
])('%s that a snippet may add is not taken to be absent', (_, mappings, keys) => {
  expect(codesOf(mappings, keys)).toEqual(['unknown']);
});

test('what stands in a mapping is known, whatever a snippet adds', () => {
  const mappings = { Stages: { prod: { tags: 'MUTABLE' }, ...snippet }, ...snippet };
  expect(codesOf(mappings, ['Stages', 'prod', 'tags', otherwise])).toEqual(['tags-mutable']);
  expect(codesOf({ Stages: {} }, ['Stages', 'prod', 'tags', otherwise])).toEqual([]);
});
