import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  App,
  Aspects,
  CfnCondition,
  CfnParameter,
  CfnResource,
  Fn,
  type IPolicyValidationPlugin,
  Lazy,
  Mixins,
  NestedStack,
  Stack,
  Stage,
  Validations,
} from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnRepository, CfnRepositoryCreationTemplate, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import type { Construct, IMixin } from 'constructs';
import {
  EcrHardeningAspect,
  EcrHardeningMixin,
  type EcrHardeningProps,
  EcrHardeningValidation,
} from '../../../cdk/index.ts';
import { asObject, type JsonObject } from '../../../core/json.ts';
import { harden } from '../../../index.ts';

const output = mkdtempSync(join(tmpdir(), 'ecr-hardening-cdk-unit-'));
afterAll(() => rmSync(output, { recursive: true, force: true }));
let apps = 0;
const newApp = () => {
  apps += 1;
  return new App({ outdir: join(output, String(apps)) });
};
const templateOf = (app: App, stack: string): JsonObject => app.synth().getStackByName(stack).template;
const resourceOf = (template: JsonObject, logicalId: string): JsonObject =>
  asObject(asObject(template.Resources)[logicalId]);
const safe = { ImageTagMutability: 'IMMUTABLE', ImageScanningConfiguration: { ScanOnPush: true } };

/** The two ways to the same result. */
const ways: readonly (readonly [string, (app: App, props: EcrHardeningProps) => void])[] = [
  ['the mixin', (app, props) => void Mixins.of(app).requireAll().apply(new EcrHardeningMixin(props))],
  ['the aspect', (app, props) => Aspects.of(app).add(new EcrHardeningAspect(props))],
];

/** An app with a stack, which a way hardens. */
function synthesize(
  apply: (app: App, props: EcrHardeningProps) => void,
  props: EcrHardeningProps,
  build: (stack: Stack) => void,
): { template: JsonObject; stack: Stack } {
  const app = newApp();
  const stack = new Stack(app, 'S');
  build(stack);
  apply(app, props);
  return { template: templateOf(app, 'S'), stack };
}

describe.each(ways)('%s', (_, apply) => {
  test('makes repositories of every kind safe, and writes no lifecycle policy', () => {
    const { template } = synthesize(apply, {}, (stack) => {
      new CfnRepository(stack, 'L1');
      new Repository(stack, 'L2');
      new CfnResource(stack, 'Generic', {
        type: 'AWS::ECR::Repository',
        properties: { RepositoryName: 'g' },
      });
      new CfnRepositoryCreationTemplate(stack, 'Creation', {
        appliedFor: ['CREATE_ON_PUSH'],
        prefix: 'p',
      });
      new CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue' });
    });
    const l2 = Object.keys(asObject(template.Resources)).find((name) => name.startsWith('L2')) ?? '';
    expect(resourceOf(template, 'L1').Properties).toEqual(safe);
    expect(resourceOf(template, l2).Properties).toEqual(safe);
    expect(resourceOf(template, 'Generic').Properties).toEqual({ RepositoryName: 'g', ...safe });
    expect(resourceOf(template, 'Creation').Properties).toMatchObject({ ImageTagMutability: 'IMMUTABLE' });
    expect(resourceOf(template, 'Queue')).toEqual({ Type: 'AWS::SQS::Queue' });
    expect(JSON.stringify(template)).not.toContain('LifecyclePolicy');
  });

  test('writes the lifecycle policy that is asked for, unless the author adds rules, also afterwards', () => {
    let late: Repository | undefined;
    const { template } = synthesize(
      (app, props) => {
        apply(app, props);
        late?.addLifecycleRule({ maxImageCount: 77 });
      },
      { lifecycle: { KeepImages: 5 } },
      (stack) => {
        new CfnRepository(stack, 'None');
        late = new Repository(stack, 'Late');
        new Repository(stack, 'Before').addLifecycleRule({ maxImageCount: 66 });
      },
    );
    const texts = Object.fromEntries(
      Object.entries(asObject(template.Resources)).map(([name, each]) => [
        name.replace(/[0-9A-F]{8}$/, ''),
        JSON.stringify(asObject(asObject(each).Properties).LifecyclePolicy),
      ]),
    );
    expect(texts.None).toContain('The newest 5 images stay');
    expect(texts.Late).toContain('77');
    expect(texts.Late).not.toContain('newest');
    expect(texts.Before).toContain('66');
    expect(texts.Before).not.toContain('newest');
  });

  test('keeps what the author set with a warning, replaces it, or refuses it, as Enforcement says', () => {
    const build = (stack: Stack) => {
      new Repository(stack, 'Moving', { imageTagMutability: TagMutability.MUTABLE });
    };
    const mutabilityIn = (template: JsonObject) =>
      Object.values(asObject(template.Resources)).map(
        (each) => asObject(asObject(each).Properties).ImageTagMutability,
      );
    const kept = synthesize(apply, {}, build);
    expect(mutabilityIn(kept.template)).toEqual(['MUTABLE']);
    Annotations.fromStack(kept.stack).hasWarning(
      '/S/Moving/Resource',
      Match.stringLikeRegexp('ecr-hardening:tags-mutable'),
    );
    expect(mutabilityIn(synthesize(apply, { Enforcement: 'Override' }, build).template)).toEqual([
      'IMMUTABLE',
    ]);
    const refused = synthesize(apply, { Enforcement: 'Reject' }, build);
    Annotations.fromStack(refused.stack).hasError(
      '/S/Moving/Resource',
      Match.stringLikeRegexp('tags-mutable'),
    );
    expect(mutabilityIn(refused.template)).toEqual(['MUTABLE']);
  });

  test('honours exemptions and parameters in the Metadata of the L1', () => {
    const { template } = synthesize(apply, { Retain: true }, (stack) => {
      const cache = new CfnRepository(stack, 'Cache');
      cache.addMetadata('EcrHardening', { Exempt: ['TagImmutability'], Reason: 'build cache' });
      new CfnRepository(stack, 'Moving').addMetadata('EcrHardening', { MutableTags: ['latest'] });
    });
    expect(resourceOf(template, 'Cache')).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(resourceOf(template, 'Cache').Properties).toEqual({
      ImageScanningConfiguration: { ScanOnPush: true },
      // As of the macro, for the hook and the keeper.
      Tags: [{ Key: 'ecr-hardening:exempt', Value: 'TagImmutability: build cache' }],
    });
    expect(resourceOf(template, 'Moving').Properties).toMatchObject({
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [
        {
          ImageTagMutabilityExclusionFilterType: 'WILDCARD',
          ImageTagMutabilityExclusionFilterValue: 'latest',
        },
      ],
    });
  });

  test('leaves the L1 with attributes that the next aspect can read', () => {
    const { stack } = synthesize(apply, { Enforcement: 'Override', MutableTags: ['latest'] }, (scope) => {
      new CfnRepository(scope, 'Orders', { imageScanningConfiguration: { scanOnPush: false } });
    });
    const orders = stack.node.findChild('Orders') as CfnRepository;
    expect(orders.imageTagMutability).toBe('IMMUTABLE_WITH_EXCLUSION');
    expect(orders.imageScanningConfiguration).toEqual({ scanOnPush: true });
    expect(orders.imageTagMutabilityExclusionFilters).toEqual([
      { imageTagMutabilityExclusionFilterType: 'WILDCARD', imageTagMutabilityExclusionFilterValue: 'latest' },
    ]);
  });

  test('wins over an override of the author where Enforcement says so', () => {
    const { template } = synthesize(apply, { Enforcement: 'Override' }, (stack) => {
      const orders = new CfnRepository(stack, 'Orders');
      orders.addPropertyOverride('ImageTagMutability', 'MUTABLE');
      orders.addPropertyOverride('ImageScanningConfiguration.ScanOnPush', false);
      const filters = new CfnRepository(stack, 'Filters', {
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: [
          { imageTagMutabilityExclusionFilterType: 'WILDCARD', imageTagMutabilityExclusionFilterValue: '*' },
        ],
      });
      filters.addPropertyOverride('Tags', [{ Key: 'team', Value: 'a' }]);
    });
    expect(resourceOf(template, 'Orders').Properties).toEqual(safe);
    expect(resourceOf(template, 'Filters').Properties).toEqual({
      ...safe,
      Tags: [{ Key: 'team', Value: 'a' }],
    });
  });

  test('reads conditions, parameters and lazy values, and hardens each branch', () => {
    const { template } = synthesize(apply, { Enforcement: 'Override' }, (stack) => {
      const stage = new CfnParameter(stack, 'Mutability', { default: 'MUTABLE' });
      new CfnCondition(stack, 'IsTest', { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), 'x') });
      new CfnRepository(stack, 'Branches', {
        imageTagMutability: Fn.conditionIf('IsTest', 'MUTABLE', 'IMMUTABLE').toString(),
        imageScanningConfiguration: Fn.conditionIf('IsTest', { ScanOnPush: false }, { ScanOnPush: true }),
      });
      new CfnRepository(stack, 'ByParameter', { imageTagMutability: stage.valueAsString });
      new CfnRepository(stack, 'Lazily', { imageTagMutability: Lazy.string({ produce: () => 'MUTABLE' }) });
    });
    expect(resourceOf(template, 'Branches').Properties).toMatchObject({
      ImageTagMutability: { 'Fn::If': ['IsTest', 'IMMUTABLE', 'IMMUTABLE'] },
      ImageScanningConfiguration: { 'Fn::If': ['IsTest', { ScanOnPush: true }, { ScanOnPush: true }] },
    });
    for (const name of ['ByParameter', 'Lazily'])
      expect(resourceOf(template, name).Properties).toMatchObject({ ImageTagMutability: 'IMMUTABLE' });
  });

  test('refuses what the library refuses in its template, as an attribute that a custom resource returns', () => {
    const { stack, template } = synthesize(apply, { Enforcement: 'Reject' }, (scope) => {
      const custom = new CfnResource(scope, 'Custom', {
        type: 'Custom::Account',
        properties: { ServiceToken: 'arn:aws:sns:us-east-1:111122223333:accounts' },
      });
      const topic = new CfnResource(scope, 'Topic', { type: 'AWS::SNS::Topic' });
      for (const [id, source] of Object.entries({ Open: custom, Known: topic })) {
        const Principal = { AWS: source.getAtt('Arn') };
        const Statement = [{ Effect: 'Allow', Principal, Action: 'ecr:*' }];
        new CfnRepository(scope, id, { repositoryPolicyText: { Statement } });
      }
    });
    const refused = harden(template, { policy: { Enforcement: 'Reject' } });
    expect('refusal' in refused && refused.refusal).toMatch(/^Open\.[^;]*$/);
    const annotations = Annotations.fromStack(stack);
    annotations.hasError('/S/Open', Match.stringLikeRegexp('unknown-refused'));
    annotations.hasNoError('/S/Known', Match.anyValue());
  });

  test('makes of an app what the library makes of its template, twice as once', () => {
    const build = (stack: Stack) => {
      new Repository(stack, 'Orders', { repositoryName: 'orders' });
      new Repository(stack, 'Moving', { imageTagMutability: TagMutability.MUTABLE, imageScanOnPush: false });
      new CfnRepository(stack, 'Key', { encryptionConfiguration: { encryptionType: 'AES256' } });
    };
    const props: EcrHardeningProps = { Enforcement: 'Override', lifecycle: {}, Retain: true };
    const { template: plain } = synthesize(() => {}, {}, build);
    const expected = harden(plain, { policy: { Enforcement: 'Override', Retain: true }, lifecycle: {} });
    const twice = (app: App) => {
      apply(app, props);
      apply(app, props);
    };
    for (const way of [(app: App) => apply(app, props), twice])
      expect({ fragment: synthesize(way, props, build).template }).toEqual({
        fragment: 'fragment' in expected ? expected.fragment : undefined,
      });
  });
});

describe('a Stage, whose templates the CDK writes before it applies the aspects of the app', () => {
  const inStage = (prepare: (stage: Stage, app: App) => void) => {
    const app = newApp();
    const stage = new Stage(new Stack(app, 'Pipeline'), 'Prod');
    new CfnRepository(new Stack(stage, 'S'), 'A');
    Aspects.of(app).add(new EcrHardeningAspect());
    prepare(stage, app);
    app.synth();
    return resourceOf(stage.synth().getStackByName('Prod-S').template, 'A').Properties;
  };

  test('is not left as it is unseen', () => {
    expect(() => inStage(() => {})).toThrow(
      'The CDK does not apply this aspect to Pipeline/Prod/S/A, which is in a Stage: add an EcrHardeningAspect to the Stage Pipeline/Prod too, or use EcrHardeningMixin.',
    );
  });

  test('is hardened by an aspect of its own, and by the mixin', () => {
    const own = (stage: Stage) => Aspects.of(stage).add(new EcrHardeningAspect());
    const mixin = (_: Stage, app: App) => void Mixins.of(app).requireAll().apply(new EcrHardeningMixin());
    for (const way of [own, mixin]) expect(inStage(way)).toEqual(safe);
  });
});

describe('a mistake in the props', () => {
  test('fails at the first repository, and says what is meant', () => {
    const wrong = { MutabelTags: ['latest'] } as EcrHardeningProps;
    expect(() =>
      synthesize(ways[0]?.[1] ?? (() => {}), wrong, (stack) => new CfnRepository(stack, 'A')),
    ).toThrow(/did you mean MutableTags/);
  });
});

describe('the validation plugin', () => {
  /** The report that the plugin writes for the CDK: what a violation is about, and whether the synthesis goes on. */
  function reportOf(plugin: IPolicyValidationPlugin, build: (stack: Stack) => void) {
    const app = newApp();
    let report: ReturnType<IPolicyValidationPlugin['validate']> | undefined;
    const spy: IPolicyValidationPlugin = {
      name: plugin.name,
      validate(context) {
        report = plugin.validate(context);
        return { success: true, violations: [] };
      },
    };
    Validations.of(app).addPlugins(spy);
    build(new Stack(app, 'S'));
    app.synth();
    if (report === undefined) throw new Error('the plugin did not run');
    const lines = report.violations.flatMap(({ ruleName, severity, violatingResources }) =>
      violatingResources.map(
        ({ resourceLogicalId, locations }) => `${severity} ${ruleName} ${resourceLogicalId} ${locations}`,
      ),
    );
    return { success: report.success, lines, violations: report.violations };
  }
  const unsafe = (stack: Construct) => void new CfnRepository(stack, 'Orders');

  test('reports what is unsafe with the place, the reason and the remedy; a missing lifecycle policy is information', () => {
    const { success, lines, violations } = reportOf(new EcrHardeningValidation(), unsafe);
    expect(success).toBe(false);
    expect(lines).toEqual([
      'error TagImmutability Orders Properties.ImageTagMutability',
      'error ScanOnPush Orders Properties.ImageScanningConfiguration',
      'info LifecyclePolicy Orders Properties.LifecyclePolicy',
    ]);
    expect(violations[0]).toMatchObject({
      description: expect.stringContaining('ImageTagMutability is not set'),
      fix: expect.stringContaining('https://docs.aws.amazon.com/'),
    });
  });

  test('finds nothing where the mixin was applied, or the template names the macro', () => {
    const applied = reportOf(new EcrHardeningValidation(), (stack) => {
      unsafe(stack);
      Mixins.of(stack).apply(new EcrHardeningMixin({ lifecycle: {} }));
    });
    expect(applied).toEqual({ success: true, lines: [], violations: [] });
    const named = reportOf(new EcrHardeningValidation(), (stack) => {
      unsafe(stack);
      stack.addTransform('EcrHardening');
    });
    expect(named).toEqual({ success: true, lines: [], violations: [] });
  });

  test('refuses a failOn that there is not, with which nothing would fail', () => {
    for (const failOn of ['Warning', 3])
      expect(() => new EcrHardeningValidation({ failOn } as never)).toThrow(
        new TypeError('failOn: must be one of error, warning, never'),
      );
  });

  test('fails for what failOn says, and for a lifecycle policy that was asked for', () => {
    const results = [
      { failOn: 'error' },
      { failOn: 'never', Enforcement: 'Reject' },
      { lifecycle: {} },
    ] as const;
    const said = results.map((props) => {
      const { success, lines } = reportOf(new EcrHardeningValidation(props), unsafe);
      return [success, lines.at(-1)];
    });
    expect(said).toEqual([
      [true, 'info LifecyclePolicy Orders Properties.LifecyclePolicy'],
      [true, 'info LifecyclePolicy Orders Properties.LifecyclePolicy'],
      [false, 'error LifecyclePolicy Orders Properties.LifecyclePolicy'],
    ]);
  });

  test('reads the templates of nested stacks', () => {
    const { lines } = reportOf(new EcrHardeningValidation(), (stack) =>
      unsafe(new NestedStack(stack, 'Inner')),
    );
    expect(lines).toContain('error TagImmutability Orders Properties.ImageTagMutability');
  });

  test('fails the synthesis with the construct path', () => {
    const app = newApp();
    Validations.of(app).addPlugins(new EcrHardeningValidation());
    unsafe(new Stack(app, 'S'));
    // Without a CLI that prints the report, it is the message.
    expect(() => app.synth()).toThrow(/ERROR ImageTagMutability is not set.*\n *S\/Orders \(Orders\)/);
  });

  test('is what the CDK takes, and so is the mixin', () => {
    const plugin: IPolicyValidationPlugin = new EcrHardeningValidation();
    const mixin: IMixin = new EcrHardeningMixin();
    expect([plugin.name, mixin.supports(new App())]).toEqual(['ecr-hardening', true]);
  });
});
