import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { imageUses } from '../../../cloudformation/image-uses.ts';
import { asObject, isList, isObject, type Json, type JsonObject, textOf } from '../../../core/json.ts';
import { check } from '../../../index.ts';
import { projectRoot } from '../../../local/paths.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';

// Of a map with a member toString, String and Number throw where JavaScript calls it.
const map = { toString: 1, valueOf: 2 };
const odd: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  ...[
    map,
    [map],
    null,
    [],
    { Ref: map },
    { 'Fn::Sub': [map, map] },
    { 'Fn::GetAtt': [map, 'RepositoryUri'] },
  ],
  ...[{ 'Fn::If': [map, map, map] }, { 'Fn::Join': [map, [map]] }, { 'Fn::FindInMap': [map, map, map] }],
  ...[{ 'Fn::Select': [map, [map]] }, { 'Fn::ToJsonString': map }, { 'Fn::Transform': map }],
);

const folder = join(projectRoot, 'test', 'golden');
const goldens: readonly JsonObject[] = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml') && !file.includes('.expected.'))
  .map((file) => parse(readFileSync(join(folder, file), 'utf8'), { logLevel: 'silent' }))
  .filter(({ fragment }) => isObject(asObject(fragment).Resources));

/** A value with another one at one of its places, which a number chooses. */
function replaced(value: Json, choice: number, other: Json): Json {
  const keys = isList(value) ? [...value.keys()] : isObject(value) ? Object.keys(value) : [];
  const key = keys[choice % (keys.length + 1)];
  if (key === undefined) return other;
  const inside = (each: Json) => replaced(each, Math.floor(choice / (keys.length + 1)), other);
  if (isList(value)) return value.map((each, index) => (index === key ? inside(each) : each));
  return Object.fromEntries(
    Object.entries(asObject(value)).map(([name, each]) => [name, name === key ? inside(each) : each]),
  );
}

test('whatever is in the place of a value, a check has an answer', () => {
  fc.assert(
    fc.property(fc.constantFrom(...goldens), fc.nat(), fc.nat(), odd, (golden, choice, of, other) => {
      const { fragment, templateParameterValues } = golden;
      const { Resources, ...rest } = asObject(fragment ?? null);
      const names = Object.keys(asObject(Resources));
      const name = names[of % names.length] ?? '';
      const resource = replaced(asObject(Resources)[name] ?? null, choice, other);
      const template = { ...rest, Resources: { ...asObject(Resources), [name]: resource } };
      const parameters = Object.fromEntries(
        Object.entries(asObject(templateParameterValues)).map(([key, value]) => [key, textOf(value)]),
      );
      expect(() => check(template, { parameters })).not.toThrow();
      expect(() => imageUses(template, parameters)).not.toThrow();
    }),
    { numRuns: runsOf({ share: 1_000, whole: 3_000 }) },
  );
});

test('an image of what is no repository is not used', () => {
  const ImageUri = { 'Fn::Sub': ['${Uri}:dev', { Uri: { 'Fn::GetAtt': [map, 'RepositoryUri'] } }] };
  const Resources = { Code: { Type: 'AWS::Lambda::Function', Properties: { Code: { ImageUri } } } };
  expect(imageUses({ Resources }, {})).toEqual([]);
});

test.each<Json>([map, [map]])('a parameter of a template may have any value: %j', (value) => {
  const statement = { Effect: 'Allow', Action: 'ecr:*', Principal: { AWS: { 'Fn::Sub': '${P}${Q}' } } };
  const Properties = { RepositoryPolicyText: { Statement: [statement] } };
  const Resources = { Orders: { Type: 'AWS::ECR::Repository', Properties } };
  expect(() => check({ Parameters: { P: { Type: 'String', Default: value } }, Resources })).not.toThrow();
});
