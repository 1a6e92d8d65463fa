import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { findingsOf } from '../../../cli/findings.ts';
import { harden as hardenFragment } from '../../../cloudformation/harden.ts';
import { asObject, isObject, type Json, type JsonObject } from '../../../core/json.ts';
import { builtInPolicy, refinePolicy } from '../../../core/policy/policy.ts';
import { Problem } from '../../../core/problem.ts';
import * as library from '../../../index.ts';
import { projectRoot } from '../../../local/paths.ts';
import { readDocument } from '../../../template-text/document.ts';
import { describeFinding } from '../../../wording/findings.ts';
import fc from '../../support/fast-check.ts';
import { reachableFrom } from '../../support/imports.ts';

const { check, expandTemplate, harden } = library;
const today = '2026-11-24';
const golden = join(projectRoot, 'test', 'golden');
/** The golden fragments of the macro: templates, and parts of them. */
const fragments = readdirSync(golden)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml'))
  .map((file): { file: string; fragment: JsonObject } => ({
    file,
    fragment: JSON.parse(JSON.stringify(parse(readFileSync(join(golden, file), 'utf8')).fragment)),
  }));
const templates = fragments.filter(({ fragment }) => isObject(fragment.Resources));

const bare: JsonObject = { Resources: { Orders: { Type: 'AWS::ECR::Repository' } } };
const propertiesOf = (template: JsonObject, logicalId = 'Orders') =>
  asObject(asObject(asObject(template.Resources)[logicalId]).Properties);
const fragmentOf = (hardened: library.Hardened) => {
  if ('refusal' in hardened) throw new Error(hardened.refusal);
  return hardened.fragment;
};

function frozen(value: Json): Json {
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}

describe('the library', () => {
  test('has four functions, reads no file and no text, and calls nothing', () => {
    expect(Object.keys(library).toSorted()).toEqual([
      'check',
      'evaluateLifecyclePolicy',
      'expandTemplate',
      'harden',
    ]);
    const reached = reachableFrom('index.ts');
    expect(reached.length).toBeGreaterThan(50);
    for (const file of reached)
      expect({
        file,
        strays: readFileSync(join(projectRoot, file), 'utf8').match(
          /from '(node:|yaml|@)|process\.|fetch\(/g,
        ),
      }).toEqual({ file, strays: null });
  });

  test('hardens what nobody has set, but writes no lifecycle policy that nobody asked for', () => {
    const safe = { ImageTagMutability: 'IMMUTABLE', ImageScanningConfiguration: { ScanOnPush: true } };
    expect(propertiesOf(fragmentOf(harden(bare)))).toEqual(safe);
    const { findings, ...expanded } = expandTemplate({ Transform: 'EcrHardening', ...bare });
    expect(expanded).toEqual({
      template: {
        Resources: { Orders: { ...(asObject(bare.Resources).Orders as object), Properties: safe } },
      },
    });
    expect(findings.find(({ control }) => control === 'LifecyclePolicy')).toMatchObject({
      level: 'note',
      outcome: 'noted',
      message: 'No lifecycle policy; ECR keeps images indefinitely',
    });
  });

  test.each([
    ['the Transform', { Transform: { Name: 'EcrHardening', Parameters: { KeepImages: 3 } }, ...bare }],
    [
      'a resource',
      {
        Resources: {
          Orders: { Type: 'AWS::ECR::Repository', Metadata: { EcrHardening: { KeepImages: 3 } } },
        },
      },
    ],
  ])('writes none either where the parameters of %s would make one', (_, template) => {
    expect(propertiesOf(fragmentOf(harden(template)))).not.toHaveProperty('LifecyclePolicy');
    const expanded = expandTemplate(template);
    expect('template' in expanded && propertiesOf(expanded.template)).not.toHaveProperty('LifecyclePolicy');
  });

  test('asked for one, writes what the application would: its default, or as the parameters say', () => {
    const rulesOf = (options: library.TemplateOptions) => {
      const { LifecyclePolicy: policy } = propertiesOf(fragmentOf(harden(bare, options)));
      return JSON.parse(String(asObject(policy).LifecyclePolicyText)).rules.map(
        ({ description }: { description: string }) => description,
      );
    };
    expect(rulesOf({ lifecycle: {} })).toEqual([
      'Untagged images expire 14 days after their push',
      'The newest 20 images stay',
    ]);
    expect(rulesOf({ lifecycle: { KeepImages: 7, ProtectedTags: ['release-*'] } })).toEqual([
      'Images tagged release-* never expire',
      'Untagged images expire 14 days after their push',
      'The newest 7 images stay',
    ]);
  });

  test.each(fragments)(
    'hardens $file as the macro does, but for lifecycle policies, and twice as once',
    ({ fragment }) => {
      const none = { KeepImages: 0, ExpireUntaggedAfterDays: 0 };
      const { policy } = refinePolicy(builtInPolicy, 'application', none, []);
      const parameters = Object.fromEntries(
        Object.entries(asObject(fragment.Parameters)).flatMap(([name, each]) => {
          const { Default: value, Type: type } = asObject(each);
          if (value === undefined) return [];
          const isListType = /^(CommaDelimitedList|List<)/.test(String(type));
          return [
            [
              name,
              isListType
                ? String(value)
                    .split(',')
                    .map((entry) => entry.trim())
                : String(value),
            ],
          ];
        }),
      );
      const macro = hardenFragment(fragment, {
        policy,
        parameters,
        today: () => today,
        describe: describeFinding,
        review: ({ finding }) => ({ ...finding, outcome: 'noted', after: undefined }),
      });
      const before = JSON.stringify(fragment);
      const hardened = harden(frozen(fragment) as JsonObject, { today });
      expect(JSON.stringify(fragment)).toBe(before);
      expect(hardened.findings.map(({ code, outcome }) => `${outcome} ${code}`)).toEqual(
        macro.findings.map(({ code, outcome }) => `${outcome} ${code}`),
      );
      if ('refusal' in hardened) return;
      expect(hardened.fragment).toEqual(macro.fragment);
      expect(fragmentOf(harden(hardened.fragment, { today }))).toEqual(hardened.fragment);
    },
  );

  test.each(templates)('finds in $file what the command finds', ({ file, fragment }) => {
    const found = check(fragment, { today });
    const lines = (findings: readonly Pick<library.TemplateFinding, 'level' | 'control' | 'code'>[]) =>
      findings.map(({ level, control, code }) => `${level} ${control} ${code}`).toSorted();
    const command = () =>
      findingsOf(readDocument(JSON.stringify(fragment), file), {
        ...{ environment: {}, parameters: {}, transformParameters: {} },
        today,
      });
    // What the command cannot read at all is an error here.
    if (file === 'wrong-shapes.yaml') {
      expect(command).toThrow(Problem);
      expect(lines(found)).toContain('error Template not-a-resource');
    } else expect(lines(found)).toEqual(lines(command()));
  });

  test('takes the organisation’s policy by the names of the application', () => {
    const mutable: JsonObject = {
      Parameters: { Stage: { Type: 'String', Default: 'test' } },
      Resources: {
        Orders: {
          Type: 'AWS::ECR::Repository',
          Properties: { ImageTagMutability: 'MUTABLE' },
        },
        Token: { Type: 'Custom::EcrSettings' },
      },
    };
    const override = harden(mutable, {
      policy: { Enforcement: 'Override', MutableTags: ['latest', 'cache-*'] },
      serviceToken: { 'Fn::ImportValue': 'token' },
    });
    expect(propertiesOf(fragmentOf(override))).toMatchObject({
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [{}, {}],
    });
    expect(propertiesOf(fragmentOf(override), 'Token')).toEqual({
      ServiceToken: { 'Fn::ImportValue': 'token' },
      ServiceTimeout: 420,
    });
    expect(harden(mutable, { policy: { Enforcement: 'Reject' } })).toMatchObject({
      refusal: expect.stringContaining('Orders.Properties.ImageTagMutability'),
    });
  });

  test('honours an exemption up to its last day, and reads the clock only where no day is given', () => {
    const exempt = (until: string): JsonObject => ({
      Type: 'AWS::ECR::Repository',
      Metadata: { EcrHardening: { Exempt: ['TagImmutability'], Reason: 'cache', Until: until } },
    });
    const isExempt = (until: string, options: library.TemplateOptions = {}) =>
      asObject(fragmentOf(harden(exempt(until), options)).Properties).ImageTagMutability === undefined;
    expect(isExempt('2026-11-24', { today })).toBe(true);
    expect(isExempt('2026-11-23', { today })).toBe(false);
    expect([isExempt('9999-12-31'), isExempt('2000-01-01')]).toEqual([true, false]);
  });

  test('reports every option that cannot be used, and says what is meant', () => {
    const wrong = {
      policy: { MutabelTags: ['latest'], KeepImages: 3, Enforcement: 'Sometimes' },
      lifecycle: { KeepImages: -1, Retain: true },
    };
    for (const call of [check, harden, expandTemplate])
      expect(() => call(bare, wrong as never)).toThrow(
        /policy: unknown parameter "MutabelTags"; did you mean MutableTags\?.*policy\.KeepImages: .*lifecycle.*unknown parameter "Retain".*lifecycle\.KeepImages: .*policy\.Enforcement: /,
      );
    const others: readonly (readonly [unknown, RegExp])[] = [
      [{ MutableTags: ['latest'] }, /^options: unknown option "MutableTags"; allowed are policy, /],
      [{ polici: {} }, /^options: unknown option "polici"; did you mean policy\?$/],
      [{ policy: { Enforcement: { toString: 1 } } }, /^policy\.Enforcement: /],
      [{ policy: null }, /^policy: must be an object$/],
      [{ lifecycle: true, parameters: [] }, /^lifecycle: must be an object; parameters: must be an object$/],
      // As a text it is later than its day, which would end exemptions early; the others are never, or always.
      [{ today: '2026-12-01T10:00:00.000Z' }, /^today: must be a day as YYYY-MM-DD$/],
      [{ today: '01.12.2026' }, /^today: must be a day/],
      [{ today: new Date() }, /^today: must be a day/],
      [null, /^options: must be an object$/],
    ];
    for (const call of [check, harden, expandTemplate])
      for (const [options, words] of others)
        expect(() => call(bare, options as never)).toThrow(
          expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(words) }),
        );
    for (const call of [check, harden, expandTemplate])
      for (const template of ['Resources: {}', null, []])
        expect(() => call(template as never)).toThrow(TypeError);
  });

  test('answers a map that has a member toString, wherever it stands in a template', () => {
    const odd = { toString: 'x', valueOf: 'x' };
    const statement = (value: Json): JsonObject => ({
      ...{ Effect: 'Allow', Principal: value, Action: value },
      Condition: { StringEquals: { 'aws:SourceAccount': value }, Bool: { 'aws:SecureTransport': value } },
    });
    const policyText = (value: Json): string => {
      const selection = { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 };
      const rule = { rulePriority: value, selection, action: { type: 'expire' } };
      return JSON.stringify({ rules: [rule, { ...rule, rulePriority: 2 }] });
    };
    const templateOf = (value: Json): JsonObject => ({
      Transform: { Name: 'EcrHardening', Parameters: { KeepImages: value, MutableTags: value } },
      Parameters: { Mode: { Type: 'String', NoEcho: value, Default: 'a', AllowedValues: value } },
      Conditions: { IsA: { 'Fn::Equals': [{ Ref: 'Mode' }, 'a'] } },
      Resources: {
        Orders: {
          Type: 'AWS::ECR::Repository',
          Metadata: { EcrHardening: { KeepImages: value, Exempt: value } },
          Properties: {
            RepositoryName: { 'Fn::If': ['IsA', 'orders', value] },
            ImageTagMutability: value,
            ImageTagMutabilityExclusionFilters: value,
            LifecyclePolicy: { LifecyclePolicyText: policyText(value) },
            Tags: [{ Key: value, Value: value }],
            RepositoryPolicyText: {
              Statement: [statement(value), { ...statement(value), Principal: '*', Action: 'ecr:*' }],
            },
          },
        },
        Created: {
          Type: 'AWS::ECR::RepositoryCreationTemplate',
          Properties: {
            Prefix: value,
            AppliedFor: value,
            EncryptionConfiguration: { EncryptionType: value },
          },
        },
      },
    });
    for (const value of [odd, [odd], { a: odd }, [[odd]]])
      for (const call of [check, harden, expandTemplate]) expect(() => call(templateOf(value))).not.toThrow();
  });

  test.each<readonly [string, readonly unknown[], string]>([
    ['no time', [[{ digest: 'a', tags: [], pushedAt: 1 }]], 'now: must be milliseconds'],
    ['the images of the AWS CLI', [[{ imageDigest: 'a' }], 1], 'images[0].digest: must be text'],
    ['no tags', [[{ digest: 'a', pushedAt: 1 }], 1], 'images[0].tags: must be a list'],
    [
      'a time as text',
      [[{ digest: 'a', tags: [], pushedAt: '2026-01-01' }], 1],
      'images[0].pushedAt: must be',
    ],
    [
      'a pull as text',
      [[{ digest: 'a', tags: [], pushedAt: 1, pulledAt: '2026' }], 1],
      'images[0].pulledAt: ',
    ],
    ['no images', [undefined, 1], 'images: must be a list'],
  ])('evaluates no lifecycle policy for %s, of which nothing would expire', (_what, given, message) => {
    const evaluate = library.evaluateLifecyclePolicy as (...values: readonly unknown[]) => unknown;
    expect(() => evaluate('{"rules":[]}', ...given)).toThrow(TypeError);
    expect(() => evaluate('{"rules":[]}', ...given)).toThrow(message);
  });

  test('never writes a lifecycle policy into a repository, whatever its template and policy say', () => {
    const number = fc.integer({ min: 0, max: 100 });
    const values = fc.record(
      { KeepImages: number, ExpireUntaggedAfterDays: number, ArchiveUnpulledAfterDays: number },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(values, values, fc.boolean(), (transform, own, isSnippet) => {
        const hook = { Name: 'EcrHardening', Parameters: transform };
        const template: JsonObject = {
          ...(isSnippet ? {} : { Transform: [hook] }),
          Resources: {
            Orders: {
              ...(isSnippet ? { 'Fn::Transform': hook } : {}),
              Type: 'AWS::ECR::Repository',
              Metadata: { EcrHardening: own },
            },
          },
        };
        expect(JSON.stringify([harden(template), expandTemplate(template)])).not.toContain('rulePriority');
      }),
      { numRuns: 50 },
    );
  });
});
