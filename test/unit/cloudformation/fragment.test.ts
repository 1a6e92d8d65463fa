import { describe, expect, test } from '@jest/globals';
import { placementOf } from '../../../cloudformation/fragment.ts';
import { harden } from '../../../cloudformation/harden.ts';
import { knownProperties } from '../../../cloudformation/known-properties.ts';
import { sections } from '../../../cloudformation/template-shape.ts';
import { isRefusal } from '../../../core/finding.ts';
import { isObject, type Json, type JsonObject } from '../../../core/json.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import fc from '../../support/fast-check.ts';

const policyText = '{"rules":[]}'.replace(
  '[]',
  '[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]',
);

/** Properties that both types take, and some that each takes, of which none is unsafe. */
const common: JsonObject = {
  ImageTagMutability: 'IMMUTABLE',
  EncryptionConfiguration: { EncryptionType: 'AES256' },
};
const ofRepository: JsonObject = {
  ...common,
  RepositoryName: 'orders',
  EmptyOnDelete: false,
  ImageScanningConfiguration: { ScanOnPush: true },
  LifecyclePolicy: { LifecyclePolicyText: policyText },
  RepositoryPolicyText: { Statement: [] },
  Tags: [{ Key: 'a', Value: 'b' }],
};
const ofTemplate: JsonObject = {
  ...common,
  Prefix: 'team',
  AppliedFor: ['CREATE_ON_PUSH'],
  Description: 'text',
  CustomRoleArn: 'arn:aws:iam::444455556666:role/r',
  LifecyclePolicy: policyText,
  RepositoryPolicy: '{"Statement":[]}',
  ResourceTags: [],
};

/** What other places of a template, and the properties of other types, are called. */
const elsewhere = (
  'Type Properties DependsOn Condition Metadata CreationPolicy UpdatePolicy DeletionPolicy UpdateReplacePolicy Transform Value ' +
  'Export Default AllowedValues NoEcho Key Version Statement Effect Principal Action Resource Sid Name Policy Schedule Status ' +
  'ScanOnPush LifecyclePolicyText RegistryId EncryptionType KmsKey KmsKeyId BucketName QueueName DelaySeconds TopicName Engine ' +
  'FunctionName Handler Runtime Code Role RoleName AssumeRolePolicyDocument PolicyDocument TableName KeySchema VpcId CidrBlock ' +
  'InstanceType ImageId ClusterName TaskDefinition ContainerDefinitions LogGroupName KeyPolicy EventPattern ServiceToken ' +
  'TemplateURL SecretString RepositoryCatalogData RepositoryDescription DomainName Triggers CorsPolicy UpstreamRegistry'
).split(' ');
const known = Object.values(knownProperties).flat();
const name = fc
  .oneof(fc.constantFrom(...elsewhere, ...sections), fc.stringMatching(/^[A-Z][A-Za-z0-9]{2,20}$/))
  .filter((each) => !known.some((one) => one.toLowerCase() === each.toLowerCase()));
const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>('text', 1, true, [], {}, { Type: 'ENHANCED', Enabled: true }, { Ref: 'AWS::Region' }),
  fc.constantFrom<Json>(
    [{ Type: 'x' }],
    { Rules: [{ Type: 'y' }] },
    { 'Fn::If': ['A', 'x', { Ref: 'AWS::NoValue' }] },
  ),
);
const added = fc.dictionary(name, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true });

const isOfTemplate = (each: string) => [...sections, 'Description', 'Metadata', 'Transform'].includes(each);

function hardened(fragment: JsonObject) {
  return harden(fragment, {
    policy: builtInPolicy,
    parameters: {},
    today: () => '2026-11-24',
    describe: () => ({}),
  });
}

describe('inside Properties, of which a macro sees no type', () => {
  test.each([
    ['a repository', ofRepository, []],
    // A creation template has to have both.
    ['a creation template', ofTemplate, ['Prefix', 'AppliedFor']],
  ])('of %s nothing that AWS adds is refused, and it stays', (_, all, required) => {
    const names = Object.keys(all).filter((each) => !required.includes(each));
    fc.assert(
      fc.property(fc.subarray(names), added, fc.boolean(), (some, others, isFirst) => {
        const kept = [...required, ...some];
        const own = Object.fromEntries(kept.map((each) => [each, all[each] ?? null]));
        const fragment: JsonObject = isFirst ? { ...own, ...others } : { ...others, ...own };
        // Resources of any shape beside nothing but sections are those of a template.
        fc.pre(!(Object.hasOwn(others, 'Resources') && Object.keys(fragment).every(isOfTemplate)));
        // A Type beside a map of Properties is that of a resource.
        fc.pre(!(typeof others.Type === 'string' && isObject(others.Properties)));
        const { fragment: after, findings } = hardened(fragment);
        expect(findings.filter(isRefusal)).toEqual([]);
        expect(after).toMatchObject(fragment);
        // Of names that sections have nothing else shows that they are none.
        const isOnlySections = kept.length === 0 || kept.every((each) => each === 'Description');
        if (
          !isOnlySections ||
          Object.keys(others).some((each) => elsewhere.includes(each) && each !== 'Metadata')
        )
          expect(placementOf(fragment).kind).toBe('properties');
      }),
    );
  });

  test('it is hardened as the type of which it has more', () => {
    const typeOf = (fragment: JsonObject) => Object(placementOf(fragment)).type;
    expect(typeOf({ ...ofRepository, Prefix: 'p' })).toBe('AWS::ECR::Repository');
    expect(typeOf({ Prefix: 'p', AppliedFor: [], Tags: [] })).toBe('AWS::ECR::RepositoryCreationTemplate');
  });

  test('a choice is placed by all of its branches together', () => {
    const placed = (...both: Json[]) => placementOf({ 'Fn::If': ['A', ...both] });
    expect(placed({ EmptyOnDelete: true }, { Engine: 1 })).toEqual({
      kind: 'properties',
      type: 'AWS::ECR::Repository',
    });
    expect(placed({ Rules: { a: {} } }, { Engine: 1 })).toMatchObject({ unknown: ['Rules', 'Engine'] });
    expect(placed({ 'us-east-1': 1 }, { Ref: 'AWS::NoValue' })).toEqual({
      kind: 'elsewhere',
      foreign: ['us-east-1'],
    });
  });

  test('what cannot be a name of a property is another place, where nothing shows a repository', () => {
    fc.assert(
      fc.property(fc.constantFrom('us-east-1', 'arn:aws', '0', 'owner', 'a.b'), added, (key, others) => {
        fc.pre(!Object.keys(others).some((each) => sections.includes(each)));
        expect(placementOf({ ...others, [key]: 1 }).kind).toBe('elsewhere');
        expect(placementOf({ ...others, [key]: 1, RepositoryName: 'orders' }).kind).toBe('properties');
      }),
    );
  });
});
