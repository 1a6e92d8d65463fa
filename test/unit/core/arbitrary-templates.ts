import type { Json, JsonObject } from '../../../core/json.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { builtInPolicy, type Policy } from '../../../core/policy/policy.ts';
import { enforcements, lifecycleGuards } from '../../../core/policy/values.ts';
import { mutabilities } from '../../../core/settings/tag-mutability.ts';
import { usageSources } from '../../../core/usage/evidence.ts';
import fc from '../../support/fast-check.ts';

/** Templates with repositories whose properties are absent, literal, intrinsic or nonsense, beside other resources. */

const noValue = { Ref: 'AWS::NoValue' };
/** The template's parameters; the values are what must never be shown. */
export const secrets = {
  Mutability: 'MUTABLE',
  Scan: 'false',
  Star: '*',
  Policy: '{"secret-a8f3-key":1,"Statement":{"Effect":"Allow","Principal":{"secret-a8f3-kind":"*"}}}',
  Text: 'secret-a8f3-text',
  Other: 'secret-77e1-other',
};

/** A value, or an intrinsic that becomes it, or becomes something else. */
function maybeIntrinsic(value: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'intrinsic' },
      { weight: 5, arbitrary: value },
      { weight: 1, arbitrary: fc.constant(noValue) },
      { weight: 1, arbitrary: fc.constantFrom(...Object.keys(secrets)).map((Ref) => ({ Ref })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Json>(
          { 'Fn::ImportValue': 'x' },
          { 'Fn::Sub': '${Text}' },
          '{{resolve:ssm:x}}',
        ),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('A', 'B'), tie('tree'), tie('tree'))
          .map(([condition, then, otherwise]): Json => ({ 'Fn::If': [condition, then, otherwise] })),
      },
    ),
  }));
  return tree;
}

const filter: fc.Arbitrary<Json> = maybeIntrinsic(fc.constantFrom('latest', 'cache-*', '*', 'a*b*c*')).map(
  (pattern) => ({
    ImageTagMutabilityExclusionFilterType: 'WILDCARD',
    ImageTagMutabilityExclusionFilterValue: pattern,
  }),
);
const filters: fc.Arbitrary<Json> = fc.array(maybeIntrinsic(filter), { maxLength: 6 });
const policy: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  { Statement: { Effect: 'Allow', Principal: '*', Action: '*' } },
  { Statement: [{ Effect: 'Allow', Principal: { AWS: ['*', { Ref: 'Other' }] }, Action: '*' }] },
  { Statement: { Effect: { 'Fn::If': ['A', 'Allow', 'Deny'] }, Principal: { Ref: 'Star' }, Action: '*' } },
  { Statement: { Effect: 'Allow', NotPrincipal: { Ref: 'Other' }, Action: '*' } },
  { 'Fn::Sub': '{"Statement":{"Effect":"Allow","Principal":"*","Resource":"${Text}"}}' },
  '{"Statement":[]}',
  'nonsense',
);
const lifecycleText = fc.constantFrom<Json>(
  lifecyclePolicyText(builtInPolicy) ?? '',
  '{"rules":[]}',
  'nonsense',
  { 'Fn::Sub': '{"rules":[{"rulePriority":1,"selection":{"countNumber":${Text}},"action":{}}]}' },
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const defined = (record: Record<string, Json | undefined>): JsonObject =>
  Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );

const properties: fc.Arbitrary<JsonObject> = fc
  .record({
    RepositoryName: optional(fc.constant('name')),
    ImageTagMutability: optional(maybeIntrinsic(fc.constantFrom(...mutabilities))),
    ImageTagMutabilityExclusionFilters: optional(maybeIntrinsic(filters)),
    ImageScanningConfiguration: optional(
      maybeIntrinsic(
        optional(maybeIntrinsic(fc.constantFrom(true, false, 'true'))).map((ScanOnPush) =>
          defined({ ScanOnPush }),
        ),
      ),
    ),
    LifecyclePolicy: optional(
      maybeIntrinsic(
        optional(maybeIntrinsic(lifecycleText)).map((LifecyclePolicyText) =>
          defined({ LifecyclePolicyText }),
        ),
      ),
    ),
    RepositoryPolicyText: optional(maybeIntrinsic(policy)),
  })
  .map(defined);

const metadata: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { EcrHardening: { Exempt: ['TagImmutability'], Reason: 'r' } },
  { EcrHardening: { Exempt: ['ScanOnPush'], Reason: 'r', Until: '2020-01-01' } },
  { EcrHardening: { KeepImages: 3 } },
  { EcrHardening: { ProtectedTags: { Ref: 'Text' }, KmsKey: { Ref: 'Text' }, MutableTags: { Ref: 'Star' } } },
  { EcrHardening: { KeepImages: { Ref: 'Text' }, Enforcement: { Ref: 'Other' } } },
  { Other: { A: 1 } },
);

const repository: fc.Arbitrary<JsonObject> = fc
  .record({ Metadata: optional(metadata), Properties: optional(properties) })
  .map((record) => defined({ Type: 'AWS::ECR::Repository', ...record }));

const creationTemplate: fc.Arbitrary<JsonObject> = fc
  .record({
    ImageTagMutability: optional(maybeIntrinsic(fc.constantFrom(...mutabilities))),
    LifecyclePolicy: optional(maybeIntrinsic(lifecycleText)),
  })
  .map((record) => ({
    Type: 'AWS::ECR::RepositoryCreationTemplate',
    Properties: { Prefix: 'a', AppliedFor: ['REPLICATION'], ...defined(record) },
  }));

const other: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { Type: 'AWS::SQS::Queue' },
  { Type: 'AWS::ECR::PublicRepository', Properties: { RepositoryName: 'p' } },
  { Type: 'AWS::Serverless::Function', Properties: { PackageType: 'Image' } },
  { Type: 'Custom::EcrSettings', Properties: { RepositoryName: 'n' } },
);

const logicalId = fc.oneof(
  fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8}$/),
  fc.constantFrom('constructor', 'toString', '__proto__'),
);

/** A map of resources; `__proto__` is an own member of it, as JSON.parse makes it. */
export const resources: fc.Arbitrary<JsonObject> = fc
  .uniqueArray(fc.tuple(logicalId, fc.oneof(repository, repository, creationTemplate, other)), {
    selector: ([id]) => id,
    minLength: 1,
    maxLength: 5,
  })
  .map((entries) => Object.fromEntries(entries));

/** A whole template. */
export const template: fc.Arbitrary<JsonObject> = fc
  .tuple(resources, fc.boolean())
  .map(([Resources, isLooped]) => ({
    AWSTemplateFormatVersion: '2010-09-09',
    Parameters: { Text: { Type: 'String', NoEcho: true } },
    Conditions: { A: { 'Fn::Equals': ['a', 'b'] }, B: { 'Fn::Equals': ['a', 'b'] } },
    Resources: isLooped ? { 'Fn::ForEach::Loop': ['Name', ['x'], Resources] } : Resources,
    Outputs: { Out: { Value: { Ref: 'AWS::Region' } } },
  }));

/** A policy in which every parameter may be other than built in. */
export const policies: fc.Arbitrary<Policy> = fc.record({
  MutableTags: fc.constantFrom<readonly string[]>([], ['latest'], ['latest', 'cache-*']),
  KeepImages: fc.constantFrom(0, 5, 20),
  ExpireUntaggedAfterDays: fc.constantFrom(0, 14),
  ArchiveUnpulledAfterDays: fc.constantFrom(0, 180),
  ProtectedTags: fc.constantFrom<readonly string[]>([], ['release-*']),
  Enforcement: fc.constantFrom(...enforcements),
  Retain: fc.boolean(),
  KmsKey: fc.constantFrom('', 'alias/k'),
  Report: fc.boolean(),
  AllowExemptions: fc.boolean(),
  AllowUndetermined: fc.boolean(),
  LifecycleGuard: fc.constantFrom(...lifecycleGuards),
  LifecycleGuardSources: fc.subarray([...usageSources]),
  ProtectPulledWithinDays: fc.constantFrom(0, 90),
});
