import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isObject, type Json } from '../../../core/json.ts';
import { parseTemplate } from '../../../template-text/parse.ts';
import { buildBin } from '../../support/command.ts';
import { isSentence, unsafe, Workplace, withoutDefaults } from './run.ts';

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
      'parameter_overrides = "KeepImages=9"',
      '[default.deploy.parameters]',
      'parameter_overrides = "KeepImages=5 AlertSeverity=HIGH MutableTags=\\"latest,cache-*\\" Retain=true"',
      '[prod.deploy.parameters]',
      'parameter_overrides = ["KeepImages=77", "MutableTags=stable"]',
    ].join('\n'),
    'sam/samconfig.yaml': [
      'version: 0.1',
      'default:',
      '  deploy:',
      '    parameters:',
      '      parameter_overrides: [KeepImages=5, AlertSeverity=HIGH, "MutableTags=latest,cache-*", Retain=true]',
    ].join('\n'),
    'config.yaml': 'KeepImages: 5\nMutableTags: [latest, cache-*]\nRetain: true\n',
    'config.json': '{"KeepImages":"5","MutableTags":"latest,cache-*","Retain":"true"}',
    'unknown.yaml': 'KeepImage: 5\n',
    'wrong.yaml': 'KeepImages: many\n',
    'map.yaml': 'KeepImages: { toString: x, valueOf: x }\n',
    'maps.yaml': 'MutableTags: [{ toString: x, valueOf: x }]\n',
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
  test.each(['sam/samconfig.toml', 'sam/samconfig.yaml', 'config.yaml', 'config.json'])(
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

  describe("takes parameter_overrides of samconfig.toml's in each form that SAM does", () => {
    const forms = {
      text: `'KeepImages=7 MutableTags="latest,cache-*"'`,
      'single quotes': `"MutableTags='latest,cache-*' KeepImages='7'"`,
      'keys and values': `'ParameterKey=KeepImages,ParameterValue=7 ParameterKey=MutableTags,ParameterValue="latest,cache-*"'`,
      list: `['KeepImages=7', 'MutableTags=latest,cache-*']`,
      map: `{ KeepImages = 7, MutableTags = ['latest', 'cache-*'] }`,
      'list of a text and a map': `['KeepImages=7', { MutableTags = 'latest,cache-*' }]`,
      'another parameter whose value looks like one': `'Note="a KeepImages=9 \\" KeepImages=8" KeepImages=7 MutableTags=latest,cache-*'`,
      'several lines': `'''\nKeepImages=7\nMutableTags=latest,cache-*\n'''`,
    };
    test.each(Object.entries(forms))('%s', (_what, overrides) => {
      place.write({ 'samconfig.toml': `[default.deploy.parameters]\nparameter_overrides = ${overrides}\n` });
      const { code, out } = place.run(['expand', '--config', 'samconfig.toml', 'unsafe.yaml']);
      expect({ code, keeps: /"countNumber":7\b/.test(out) }).toEqual({ code: 0, keeps: true });
      expect(out).toContain('ImageTagMutabilityExclusionFilterValue: latest\n');
      expect(out).toContain('ImageTagMutabilityExclusionFilterValue: cache-*\n');
    });

    test.each([
      ['3', /correct them\.$/],
      ["'KeepImages'", /correct them\.$/],
      ["'file://parameters.yaml'", /specify that file with --config\.$/],
      ["{ '$include' = 'parameters.yaml' }", /specify that file with --config\.$/],
    ])('and refuses others: %s', (overrides, words) => {
      place.write({ 'samconfig.toml': `[default.deploy.parameters]\nparameter_overrides = ${overrides}\n` });
      const { code, err } = place.run(['check', '--config', 'samconfig.toml', 'unsafe.yaml']);
      expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
      expect(err.trimEnd()).toMatch(words);
    });
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
    ['a map in place of a value', 'map.yaml', /KeepImages/],
    ['maps in a list of values', 'maps.yaml', /MutableTags/],
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

  test.each([
    ['check', 'unsafe.yaml'],
    ['audit', '--region=eu-west-1'],
  ])('is what --config-env is about, which %s refuses alone', (...args) => {
    const { code, out, err } = place.run([...args, '--config-env', 'prod']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error: option '--config-env <name>' needs option '--config <file>'\n/);
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

test.each(['check', 'diff', 'expand'])('%s does not look as if it had looked at a registry', (command) => {
  const { code, out, err } = place.run([command, '--region', 'eu-central-1', 'unsafe.yaml']);
  expect({ code, out, isSentence: isSentence(err) }).toEqual({ code: 2, out: '', isSentence: true });
  expect(err).toContain('add --live');
});

test.each(['check', 'audit', 'sweep', 'distribute'])('%s --help shows no empty defaults', (command) => {
  const { out } = place.run([command, '--help']);
  expect(out).not.toMatch(/default:\s+(\{\}|\[)/);
  expect(out).toMatch(/\(default: "?\w+|by default|default:/);
});
