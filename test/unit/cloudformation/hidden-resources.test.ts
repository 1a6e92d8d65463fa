import { expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../core/json.ts';
import { check } from '../../../index.ts';

const lookup = { Type: 'Custom::Lookup', Properties: { ServiceToken: 'arn' } };
const role = { Type: 'AWS::IAM::Role' };
const snippet = { Name: 'AWS::Include', Parameters: { Location: 's3://templates/more.yaml' } };
const loop = (body: JsonObject): JsonObject => ({ 'Fn::ForEach::Many': ['Name', ['A', 'B'], body] });
const nested = loop({ 'Fn::ForEach::Inner': ['Of', ['X'], { 'Lookup&{Name}${Of}': lookup }] });

/** What is found in a policy that allows such a principal, beside some resources. */
function codesOf(principal: Json, beside: JsonObject): readonly string[] {
  const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'ecr:*' };
  const Properties = { RepositoryPolicyText: { Version: '2012-10-17', Statement: [statement] } };
  const Resources = { Orders: { Type: 'AWS::ECR::Repository', Properties }, ...beside };
  return check({ Resources })
    .filter(({ control }) => control === 'PublicAccess')
    .map(({ code }) => code);
}

test.each<[string, Json, JsonObject]>([
  ['an attribute beside a snippet', { 'Fn::GetAtt': ['Hidden', 'Arn'] }, { 'Fn::Transform': snippet }],
  ['a Ref beside a snippet', { Ref: 'Hidden' }, { 'Fn::Transform': snippet }],
  ['a variable beside a snippet', { 'Fn::Sub': '${Hidden.Arn}' }, { 'Fn::Transform': snippet }],
  ['an attribute of what a loop makes', { 'Fn::GetAtt': 'LookupA.Arn' }, loop({ 'Lookup${Name}': lookup })],
  ['a Ref to what a loop makes', { Ref: 'LookupA' }, loop({ 'Lookup${Name}': lookup })],
  ['an attribute of what a loop in a loop makes', { 'Fn::GetAtt': ['LookupAX', 'Arn'] }, nested],
  ['an attribute of a snippet in a loop', { 'Fn::GetAtt': ['X', 'Arn'] }, loop({ 'Fn::Transform': snippet })],
  ['a loop that is written wrongly', { Ref: 'Hidden' }, { 'Fn::ForEach::Many': ['Name'] }],
  [
    'an attribute of a logical ID that is not known',
    { 'Fn::GetAtt': [{ 'Fn::Sub': 'Lookup${AWS::Region}' }, 'Arn'] },
    { Lookup: lookup },
  ],
  ['a resource whose type is not known', { Ref: 'Hidden' }, { Hidden: { 'Fn::Transform': snippet } }],
])('%s may be a custom resource, which answers anything', (_, principal, beside) => {
  expect(codesOf(principal, beside)).toEqual(['unknown']);
});

test.each<[string, Json, string]>([
  ['a Ref', { Ref: 'Who${Name}' }, 'WhoA'],
  ['a variable', { 'Fn::Sub': '${Who&{Name}}' }, 'WhoA'],
  ['an attribute', { 'Fn::GetAtt': ['Lookup${Name}', 'Arn'] }, 'LookupA'],
])(
  '%s of a name into which a loop inserts a value may be one of a parameter or a custom resource',
  (_, AWS, named) => {
    const statement = { Effect: 'Allow', Principal: { AWS }, Action: 'ecr:*' };
    const Properties = { RepositoryPolicyText: { Statement: [statement] } };
    const repositories = loop({ 'Orders${Name}': { Type: 'AWS::ECR::Repository', Properties } });
    const codes = (template: JsonObject) =>
      check(template).flatMap(({ control, code }) => (control === 'PublicAccess' ? [code] : []));
    const Parameters = { [named]: { Type: 'String' } };
    const isAttribute = named === 'LookupA';
    expect(
      codes({ ...(isAttribute ? {} : { Parameters }), Resources: { LookupA: lookup, ...repositories } }),
    ).toEqual(['unknown']);
    expect(
      codes({ Parameters: { Other: { Type: 'String' } }, Resources: { RoleA: role, ...repositories } }),
    ).toEqual([]);
  },
);

test.each<[string, Json, JsonObject]>([
  ['a role that is shown beside a snippet', { Ref: 'Role' }, { Role: role, 'Fn::Transform': snippet }],
  [
    'a role of a loop',
    { 'Fn::GetAtt': ['RoleA', 'Arn'] },
    loop({ 'Role${Name}': role, 'Lookup${Name}': lookup }),
  ],
  ['a logical ID that no loop makes', { 'Fn::GetAtt': ['RoleA', 'Arn'] }, loop({ 'Lookup${Name}': lookup })],
  [
    'one of roles',
    { 'Fn::GetAtt': [{ 'Fn::Sub': 'Role${AWS::Region}' }, 'Arn'] },
    loop({ 'Role${Name}': role }),
  ],
])('%s is certain', (_, principal, beside) => {
  expect(codesOf(principal, beside)).toEqual([]);
});
