import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isObject, type Json } from '../../../core/json.ts';
import { parseTemplate } from '../../../template-text/parse.ts';
import { buildBin, isSentence, unsafe, Workplace, withoutDefaults } from './run.ts';

const byParameter = `Parameters:
  Mutability: { Type: String, Default: IMMUTABLE }
  Tags: { Type: CommaDelimitedList, Default: '' }
Transform: { Name: EcrHardening, Parameters: { MutableTags: !Ref Tags } }
Resources:
  A: { Type: AWS::ECR::Repository, Properties: { ImageTagMutability: !Ref Mutability } }
  B: { Type: AWS::ECR::Repository }
`;
const settings = `Resources:
  S:
    Type: Custom::EcrSettings
    Properties: { RepositoryName: orders }
`;

const place = new Workplace();
beforeAll(() => {
  buildBin();
  place.write({
    'unsafe.yaml': unsafe,
    'with-parameter.yaml': `Parameters: { Any: { Type: String } }\n${unsafe}`,
    'parameter.yaml': byParameter,
    'settings.yaml': settings,
    'sam/samconfig.toml': [
      '[default.global.parameters]',
      'stack_name = "x"',
      'parameter_overrides = "KeepImages=5 AlertSeverity=HIGH"',
      '[default.deploy.parameters]',
      'parameter_overrides = "MutableTags=\\"latest,cache-*\\" Retain=true"',
      '[prod.deploy.parameters]',
      'parameter_overrides = ["KeepImages=77", "MutableTags=stable"]',
    ].join('\n'),
    'config.yaml': 'KeepImages: 5\nMutableTags: [latest, cache-*]\nRetain: true\n',
    'config.json': '{"KeepImages":"5","MutableTags":"latest,cache-*","Retain":"true"}',
    'unknown.yaml': 'KeepImage: 5\n',
    'wrong.yaml': 'KeepImages: many\n',
    'list.yaml': '- a\n',
    'broken.yaml': 'a: [\n',
    'broken.toml': 'a = \n',
    'broken.json': '{',
  });
});
afterAll(() => place.remove());

function propertiesOf(id: string, ...args: readonly string[]): Json {
  const { code, out, err } = place.run(['expand', ...args]);
  expect({ code, err: withoutDefaults(err) }).toEqual({ code: 0, err: '' });
  const { Resources: resources } = parseTemplate(out, 'out');
  const resource = isObject(resources) ? resources[id] : undefined;
  return (isObject(resource) ? resource.Properties : undefined) ?? null;
}
const safe = { ImageTagMutability: 'IMMUTABLE', ImageScanningConfiguration: { ScanOnPush: true } };

describe('--config', () => {
  test.each(['sam/samconfig.toml', 'config.yaml', 'config.json'])(
    'takes the parameters of the application from %s',
    (file) => {
      const { out } = place.run(['expand', '--config', file, 'unsafe.yaml']);
      expect(parseTemplate(out, 'out')).toMatchObject({
        Resources: {
          Orders: {
            DeletionPolicy: 'Retain',
            Properties: { ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' },
          },
        },
      });
      expect(out).toMatch(/"countNumber":5\b/);
    },
  );

  test("takes another environment of samconfig.toml's by --config-env", () => {
    const { out } = place.run([
      'expand',
      '--config',
      'sam/samconfig.toml',
      '--config-env',
      'prod',
      'unsafe.yaml',
    ]);
    expect(out).toMatch(/"countNumber":77\b/);
    expect(out).toContain('stable');
  });

  test.each([
    ['no such file', 'none.yaml', /There is no file none\.yaml/],
    ['a folder', 'sam', /sam is a folder/],
    ['an unknown parameter, with the nearest one', 'unknown.yaml', /unknown\.yaml .*KeepImage.*KeepImages/],
    ['no map', 'list.yaml', /list\.yaml must contain a map/],
    ['broken YAML', 'broken.yaml', /broken\.yaml cannot be read/],
    ['broken TOML', 'broken.toml', /broken\.toml cannot be read/],
    ['broken JSON', 'broken.json', /broken\.json cannot be read/],
    ['a value that is none', 'wrong.yaml', /KeepImages/],
  ])('is refused in one sentence: %s', (_what, file, words) => {
    const { code, out, err } = place.run(['expand', '--config', file, 'unsafe.yaml']);
    expect({ code, out, isSentence: isSentence(err), err }).toEqual({
      code: 2,
      out: '',
      isSentence: true,
      err,
    });
    expect(err).toMatch(words);
  });

  test('with an environment that samconfig.toml does not have is refused', () => {
    const { code, err } = place.run([
      'expand',
      '--config',
      'sam/samconfig.toml',
      '--config-env',
      'prd',
      'unsafe.yaml',
    ]);
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
    expect(err).toMatch(/prd.*prod/);
  });
});

describe('--parameter', () => {
  test("stands in for a template parameter's Default", () => {
    const check = (...args: string[]) =>
      place.run(['check', '--format', 'json', ...args, 'parameter.yaml']).out;
    expect(check()).not.toContain('lets a pushed tag be overwritten');
    expect(check('-p', 'Mutability=MUTABLE')).toContain('lets a pushed tag be overwritten');
    expect(propertiesOf('B', '--parameter', 'Tags=latest, stable', 'parameter.yaml')).toMatchObject({
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [
        { ImageTagMutabilityExclusionFilterValue: 'latest' },
        { ImageTagMutabilityExclusionFilterValue: 'stable' },
      ],
    });
  });

  test('may hold = in its value, and must hold one', () => {
    expect(propertiesOf('Orders', '-p', 'Any=a=b', 'with-parameter.yaml')).toMatchObject(safe);
    const { code, err } = place.run(['expand', '-p', 'Any', 'unsafe.yaml']);
    expect(code).toBe(2);
    expect(err).toContain('It must have the form NAME=VALUE.');
  });
});

describe('--transform-parameter', () => {
  test("stands over the transform's own and the application's", () => {
    expect(propertiesOf('B', '--transform-parameter', 'MutableTags=x', 'parameter.yaml')).toMatchObject({
      ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterValue: 'x' }],
    });
    const { out } = place.run([
      'expand',
      '--config',
      'config.yaml',
      '--transform-parameter',
      'KeepImages=50',
      'unsafe.yaml',
    ]);
    expect(out).toMatch(/"countNumber":50\b/);
  });

  test('is refused where it is unknown', () => {
    const { code, err } = place.run(['expand', '--transform-parameter', 'KeepImage=50', 'unsafe.yaml']);
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
    expect(err).toContain('KeepImages');
  });
});

describe('--service-token', () => {
  const token = 'arn:aws:lambda:eu-central-1:111122223333:function:settings';
  test("stands where the macro would write its function's ARN; left out, the stack's export does", () => {
    expect(propertiesOf('S', '--service-token', token, 'settings.yaml')).toMatchObject({
      ServiceToken: token,
    });
    expect(propertiesOf('S', 'settings.yaml')).toEqual({
      RepositoryName: 'orders',
      ServiceToken: { 'Fn::ImportValue': 'ecr-hardening-SettingsServiceToken' },
      ServiceTimeout: 420,
    });
  });
});
