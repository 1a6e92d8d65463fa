import { describe, expect, test } from '@jest/globals';
import { expand } from '../../../cloudformation/expand.ts';
import { type LiveNames, liveNames } from '../../../cloudformation/live-names.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { describeFinding } from '../../../wording/findings.ts';

const deployment = { accountId: '123456789012', region: 'eu-west-1' };

/** The names at each default lifecycle policy of a fragment. */
function namesIn(fragment: JsonObject, parameters: JsonObject = {}): readonly LiveNames[] {
  const found: LiveNames[] = [];
  expand(
    { fragment, params: {}, templateParameterValues: parameters },
    {
      environment: {},
      today: '2026-11-28',
      describe: describeFinding,
      review: (place) => {
        found.push(liveNames(place, deployment));
        return place.finding;
      },
    },
  );
  return found;
}

const template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: {
    Env: { Type: 'String' },
    Names: { Type: 'CommaDelimitedList' },
    Secret: { Type: 'String', NoEcho: 'true' },
    Spelt: { Type: 'String', NoEcho: 'True' },
    Stored: { Type: 'AWS::SSM::Parameter::Value<String>' },
  },
  Mappings: { ByEnv: { dev: { name: 'apps/dev' }, prod: { name: 'apps/prod' } } },
  Conditions: {
    IsProd: { 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] },
    IsUnknown: { 'Fn::Equals': [{ Ref: 'AWS::StackName' }, 'x'] },
  },
};
const parameters = { Secret: 'hidden', Spelt: 'hidden', Env: 'dev', Names: ['one', 'two'], Stored: '/a/b' };
const sub = (text: string): Json => ({ 'Fn::Sub': text });
const stack = { Ref: 'AWS::StackName' };

function namesOf(name: Json | undefined, more: JsonObject = {}): Omit<LiveNames, 'logicalId'> | undefined {
  const properties = { ...(name === undefined ? {} : { RepositoryName: name }), ...more };
  const resources = { App: { Type: 'AWS::ECR::Repository', Properties: properties } };
  const [{ logicalId: _, ...found } = { logicalId: undefined }] = namesIn(
    { ...template, Resources: resources },
    parameters,
  );
  return 'names' in found ? found : undefined;
}
const known = (...names: readonly string[]) => ({ names, patterns: [], isUnnamed: false });
const fitting = (...patterns: readonly string[]) => ({ names: [], patterns, isUnnamed: false });
const unnamed = { names: [], patterns: [], isUnnamed: true };

describe('the repositories that a resource may be', () => {
  test.each<[string, Json | undefined, object]>([
    ['a literal', 'apps/api', known('apps/api')],
    ['a parameter', { Ref: 'Env' }, known('dev')],
    [
      'AWS’s own parameters',
      sub('${AWS::AccountId}/${AWS::Region}-${Env}'),
      known('123456789012/eu-west-1-dev'),
    ],
    ['the partition and its domain', sub('${AWS::Partition}/${AWS::URLSuffix}'), known('aws/amazonaws.com')],
    [
      'Join and Select',
      { 'Fn::Join': ['/', ['a', { 'Fn::Select': [1, { Ref: 'Names' }] }]] },
      known('a/two'),
    ],
    ['a mapping', { 'Fn::FindInMap': ['ByEnv', { Ref: 'Env' }, 'name'] }, known('apps/dev')],
    [
      'a mapping by an unknown key',
      { 'Fn::FindInMap': ['ByEnv', stack, 'name'] },
      known('apps/dev', 'apps/prod'),
    ],
    ['a condition that is decided', { 'Fn::If': ['IsProd', 'prod', 'test'] }, known('test')],
    ['a condition that is not', { 'Fn::If': ['IsUnknown', 'one', 'two'] }, known('one', 'two')],
    [
      'one inside text',
      { 'Fn::Join': ['-', ['a', { 'Fn::If': ['IsUnknown', 'b', stack] }]] },
      { ...known('a-b'), patterns: ['a-*'] },
    ],
    [
      'a name that may be left out',
      { 'Fn::If': ['IsUnknown', { Ref: 'AWS::NoValue' }, 'b'] },
      { ...known('b'), isUnnamed: true },
    ],
    ['none', undefined, unnamed],
    ['the stack’s name', sub('${AWS::StackName}/api'), fitting('*/api')],
    [
      'the stack’s name taken apart',
      { 'Fn::Select': [1, { 'Fn::Split': ['-', sub('a-${AWS::StackName}-b')] }] },
      fitting('*'),
    ],
    [
      'an entry that may be left out',
      { 'Fn::Join': ['-', ['a', { 'Fn::If': ['IsUnknown', 'b', { Ref: 'AWS::NoValue' }] }]] },
      fitting('*'),
    ],
    ['a list that is not known', { 'Fn::Join': ['-', { 'Fn::Split': ['.', stack] }] }, fitting('*')],
    ['an import', { 'Fn::ImportValue': 'x' }, fitting('*')],
    ['a parameter that is not to be shown', sub('a/${Secret}'), fitting('a/*')],
    ['another one', sub('a/${Spelt}'), fitting('a/*')],
    ['a stored parameter', sub('a/${Stored}'), fitting('a/*')],
    ['a dynamic reference', 'a/{{resolve:ssm:/x}}/b', fitting('a/*/b')],
    ['another resource', sub('a/${Other.Arn}'), fitting('a/*')],
  ])('%s', (_title, name, expected) => {
    expect(namesOf(name)).toEqual(expected);
  });

  test('too many combinations are one pattern', () => {
    const one = { 'Fn::If': ['IsUnknown', 'a', 'b'] };
    const names = { 'Fn::Sub': ['x-${A}${B}', { A: one, B: { 'Fn::If': ['C1', 'a', 'b'] } }] };
    expect(namesOf(names)?.names).toContain('x-ab');
    const many = Object.fromEntries([...'ABCDEFGH'].map((key) => [key, { 'Fn::If': [`C${key}`, 'a', 'b'] }]));
    const text = `x-${Object.keys(many)
      .map((key) => `\${${key}}`)
      .join('')}`;
    const found = namesOf({ 'Fn::Sub': [text, many] });
    expect(found?.names).toEqual([]);
    expect(found?.patterns.every((pattern) => /^x-[ab*]*\*$/.test(pattern))).toBe(true);
  });

  test('in a branch of LifecyclePolicy its condition is known', () => {
    const policy = {
      LifecyclePolicy: { 'Fn::If': ['IsUnknown', { RegistryId: '1' }, { Ref: 'AWS::NoValue' }] },
    };
    const name = { 'Fn::If': ['IsUnknown', 'one', 'two'] };
    const resources = {
      App: { Type: 'AWS::ECR::Repository', Properties: { ...policy, RepositoryName: name } },
    };
    expect(namesIn({ ...template, Resources: resources }, parameters).map(({ names }) => names)).toEqual([
      ['one'],
      ['two'],
    ]);
  });

  test('in branches of Properties each is asked about by itself', () => {
    const properties = { 'Fn::If': ['IsUnknown', { RepositoryName: 'one' }, {}] };
    const resources = { App: { Type: 'AWS::ECR::Repository', Properties: properties } };
    expect(namesIn({ ...template, Resources: resources }, parameters)).toEqual([
      { ...known('one'), logicalId: 'App' },
      { ...unnamed, logicalId: 'App' },
    ]);
  });

  const listed = ['a', 'b'];
  test.each<[Json, Json, object]>([
    [{ Ref: 'Name' }, listed, known('a', 'b')],
    [sub('x/${Name}'), listed, known('x/a', 'x/b')],
    [sub('x/${Name}'), { Ref: 'Names' }, known('x/one', 'x/two')],
    [sub('x/${Name}'), { 'Fn::Split': [',', stack] }, fitting('x/*')],
    [sub('x/${Name}'), ['a', stack], { ...known('x/a'), patterns: ['x/*'] }],
    [{ Ref: 'Name' }, [{ Ref: 'Name' }], fitting('*')],
    // Every text in a loop is treated like that of Fn::Sub.
    ['x/${Name}', listed, known('x/a', 'x/b')],
    ['x/&{Name}', { Ref: 'Names' }, known('x/one', 'x/two')],
    [{ 'Fn::Join': ['-', ['x', '${Name}', 'y']] }, listed, known('x-a-y', 'x-b-y')],
    [{ 'Fn::If': ['IsUnknown', '${Name}', 'z'] }, listed, known('a', 'b', 'z')],
    [sub('${Env}/&{Name}'), listed, known('dev/a', 'dev/b')],
  ])('in a loop, %j is a name for each entry of %j', (RepositoryName, collection, expected) => {
    const body = { 'Repo${Name}': { Type: 'AWS::ECR::Repository', Properties: { RepositoryName } } };
    const loop = { 'Fn::ForEach::All': ['Name', collection, body] };
    expect(namesIn({ ...template, Resources: loop }, { ...parameters, Name: 'c' })).toEqual([
      { ...expected, logicalId: 'Repo*' },
    ]);
  });

  test('in a loop inside another one, each identifier has its own entries', () => {
    const repository = {
      Type: 'AWS::ECR::Repository',
      Properties: { RepositoryName: sub('${Team}/${Name}') },
    };
    const inner = { 'Fn::ForEach::Each': ['Name', ['a', 'b'], { 'R${Team}${Name}': repository }] };
    const outer = { 'Fn::ForEach::All': ['Team', ['x', 'y'], inner] };
    expect(namesIn({ ...template, Resources: outer }, parameters)).toEqual([
      { ...known('x/a', 'x/b', 'y/a', 'y/b'), logicalId: 'R**' },
    ]);
  });

  test('takes no longer for variables and references that are never closed', () => {
    const open = '${'.repeat(200_000);
    expect(namesOf(sub(open))).toEqual(fitting('*'));
    expect(namesOf(sub(`a/\${Env}${open}`))).toEqual(fitting('a/dev*'));
    expect(namesOf(`${'{{resolve:'.repeat(100_000)}}`)).toBeDefined();
  });

  test('a snippet has no logical ID', () => {
    expect(namesIn({ Type: 'AWS::ECR::Repository', Properties: {} })).toEqual([
      { ...unnamed, logicalId: undefined },
    ]);
    expect(namesIn({ RepositoryName: sub('a/${Env}'), EmptyOnDelete: true }, parameters)).toEqual([
      { ...known('a/dev'), logicalId: undefined },
    ]);
  });

  test('nobody asks about a creation template, an author’s own policy, or an exempt resource', () => {
    const exempt = { EcrHardening: { Exempt: ['LifecyclePolicy'], Reason: 'kept for the auditors' } };
    const found = namesIn({
      ...template,
      Resources: {
        A: {
          Type: 'AWS::ECR::RepositoryCreationTemplate',
          Properties: { Prefix: 'a', AppliedFor: ['REPLICATION'] },
        },
        B: {
          Type: 'AWS::ECR::Repository',
          Properties: { LifecyclePolicy: { LifecyclePolicyText: '{"rules":[]}' } },
        },
        C: { Type: 'AWS::ECR::Repository', Metadata: exempt },
      },
    });
    expect(found).toEqual([]);
  });
});
