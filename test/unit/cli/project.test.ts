import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { projectSchema } from '../../../cli/project/keys.ts';
import { controlNames } from '../../../core/controls/index.ts';
import { projectRoot } from '../../../local/paths.ts';
import { buildBin } from '../../support/command.ts';
import { isSentence, unsafe, Workplace } from './run.ts';

const place = new Workplace();
const file = '.ecr-hardening.yaml';
beforeAll(() => {
  buildBin();
  place.write({
    '.git/HEAD': 'ref: refs/heads/main\n',
    'stacks/a.yaml': unsafe,
    'stacks/generated/b.yaml': unsafe,
    'stacks/c.gen.yaml': unsafe,
    'other/d.yaml': unsafe,
    'sub/deep/x.txt': '',
  });
  symlinkSync('nowhere', join(place.folder, 'dangling.yaml'));
});
afterAll(() => place.remove());

/** Runs in a folder, with a configuration at the root. */
const run = (config: string, args: readonly string[], folder = '.') => {
  place.write({ [file]: config });
  return place.run(args, { cwd: folder });
};
const findings = (config: string, args: readonly string[] = [], folder = '.') =>
  JSON.parse(run(config, ['check', '--format', 'json', ...args], folder).out).findings.map(
    ({ file, control }: { file: string; control: string }) => `${file} ${control}`,
  );

describe('.ecr-hardening.yaml', () => {
  test('is found from inside of a folder, and its paths start where it is', () => {
    const config = 'paths: [stacks]\nignores: [generated/, "*.gen.yaml"]\nonly: ScanOnPush\n';
    expect(findings(config)).toEqual(['stacks/a.yaml ScanOnPush']);
    expect(findings(config, [], 'sub/deep')).toEqual(['../../stacks/a.yaml ScanOnPush']);
    // What the command line names is read, and what is ignored is so below a folder that it names.
    expect(findings(config, ['stacks/c.gen.yaml', 'other', 'stacks/generated'])).toEqual([
      'stacks/c.gen.yaml ScanOnPush',
      'other/d.yaml ScanOnPush',
    ]);
  });

  test('has the policy, the format and the level, and the command line counts before it', () => {
    const config =
      'policy: { KeepImages: 7, MutableTags: [latest] }\nformat: json\nfail-on: error\npaths: stacks/a.yaml\n';
    const { code, out } = run(config, ['check']);
    expect(code).toBe(0);
    expect(JSON.parse(out).findings[2].message).toContain('more than 7');
    expect(run(config, ['expand']).out).toContain('IMMUTABLE_WITH_EXCLUSION');
    expect(run(config, ['diff', 'stacks/a.yaml']).out).toContain('"countNumber":7');
    place.write({ 'policy.yaml': 'KeepImages: 9\n' });
    const overridden = run(config, [
      'check',
      '--config',
      'policy.yaml',
      '--format',
      'text',
      '--fail-on',
      'warning',
    ]);
    expect(overridden.code).toBe(1);
    expect(overridden.out).toContain('more than 9');
    expect(run(config, ['check', '--no-project-config']).code).toBe(2);
  });

  test('extends others, whose paths start at them, and counts before them', () => {
    place.write({
      'shared/base.yaml': 'policy: { KeepImages: 3, Retain: true }\nignores: [x.yaml]\nskip: [ScanOnPush]\n',
      'shared/x.yaml': unsafe,
      'shared/y.yaml': unsafe,
    });
    const config = 'extends: shared/base.yaml\npolicy: { KeepImages: 4 }\nskip: [TagImmutability]\n';
    expect(findings(config, ['shared/*.yaml'])).toEqual([
      'shared/y.yaml ScanOnPush',
      'shared/y.yaml LifecyclePolicy',
      // Its two policies, of deletion and of replacement.
      'shared/y.yaml Retain',
      'shared/y.yaml Retain',
    ]);
    expect(run(config, ['expand', 'shared/y.yaml']).out).toMatch(/"countNumber":4\b/);
  });

  test('reads files that others extend again and again once', () => {
    const files = Array.from({ length: 30 }, (_, index): [string, string] => [
      `chain/${index}.yaml`,
      `extends: [${index + 1}.yaml, ${index + 1}.yaml]\nignores: [none.yaml]\n`,
    ]);
    place.write({
      ...Object.fromEntries(files),
      'chain/30.yaml': 'skip: [ScanOnPush]\n',
      'chain.yaml': unsafe,
    });
    expect(findings('extends: chain/0.yaml\n', ['chain.yaml'])).not.toContain('chain.yaml ScanOnPush');
  });

  const ajv = new Ajv({ strict: false });
  test.each([
    ['an unknown key', 'fail-onn: error\n', /unknown key "fail-onn"; did you mean fail-on\?/],
    ['an unknown level', 'fail-on: eror\n', /unknown value "eror"; did you mean error\?/],
    ['an unknown format', 'format: junitt\n', /did you mean junit\?/],
    ['an unknown control', 'skip: [Retian]\n', /did you mean Retain\?/],
    ['an unknown parameter', 'policy: { KeepImage: 1 }\n', /"KeepImage"; did you mean KeepImages\?/],
    [
      'no map of parameters',
      'policy: [1]\n',
      /has for policy a value that is not a map of the application's parameters/,
    ],
    ['no list of texts', 'paths: [1]\n', /has for paths a value that is not text or a list of texts/],
    ['no flag', 'strict: "yes"\n', /has for strict a value that is not true or false/],
    ['no map', '- stacks\n', /must be a map/],
  ])('with %s is refused in one sentence, and by its schema', (_what, config, words) => {
    const { code, err } = run(config, ['check', 'stacks']);
    expect({ code, isSentence: isSentence(err), named: err.startsWith(file) }).toEqual({
      code: 2,
      isSentence: true,
      named: true,
    });
    expect(err).toMatch(words);
    expect(ajv.validate(projectSchema(), parse(config))).toBe(false);
  });

  test.each([
    [
      'broken YAML',
      'paths: [\n',
      /^\.ecr-hardening\.yaml is not YAML \(.* column \d+\): fix it and retry\.\n$/,
    ],
    ['a folder', 'extends: stacks\n', /^stacks is a folder: specify the configuration in it/],
    [
      'what is not there',
      'extends: none.yaml\n',
      /^There is no file none\.yaml, which \.ecr-hardening\.yaml extends/,
    ],
    ['a link that leads to no file', 'extends: dangling.yaml\n', /^dangling\.yaml is a symbolic link/],
    ['itself', `extends: ${file}\n`, /^\.ecr-hardening\.yaml extends itself/],
  ])('that has or extends %s is refused in one sentence', (_what, config, words) => {
    const { code, err } = run(config, ['check', 'stacks']);
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
    expect(err).toMatch(words);
  });

  test('that has a map in place of a value of a parameter is reported', () => {
    const { code, out } = run('policy: { MutableTags: [{ toString: 1 }] }\n', ['check', 'stacks']);
    expect(code).toBe(1);
    expect(out).toContain('MutableTags has "{"toString":1}", which must be');
  });

  test('that is a link that leads to no file is refused, where a check would have other settings', () => {
    mkdirSync(join(place.folder, 'linked'));
    symlinkSync('nowhere', join(place.folder, 'linked', file));
    const { code, err } = place.run(['check', '../stacks'], { cwd: 'linked' });
    expect({ code, err }).toEqual({
      code: 2,
      err: `${file} is a symbolic link that leads to no file: correct or remove it.\n`,
    });
  });

  test('has a schema for editors in the package, made from the code (UPDATE_GOLDEN=1 writes it)', () => {
    const path = join(projectRoot, 'schema', 'ecr-hardening.schema.json');
    const schema = JSON.parse(JSON.stringify(projectSchema()));
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, `${JSON.stringify(schema)}\n`);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(schema);
    for (const config of [
      'paths: stacks\nskip: [Retain]\n',
      'policy: { MutableTags: [a, b], KeepImages: "5" }\n',
    ])
      expect([config, ajv.validate(projectSchema(), parse(config))]).toEqual([config, true]);
  });
});

describe('--skip and --only', () => {
  test('choose among the controls, whatever their case', () => {
    expect(findings('', ['--skip', 'scanonpush,TagImmutability', 'stacks/a.yaml'])).toEqual([
      'stacks/a.yaml LifecyclePolicy',
    ]);
    expect(findings('only: Retain\n', ['--only', 'ScanOnPush', 'stacks/a.yaml'])).toEqual([
      'stacks/a.yaml ScanOnPush',
    ]);
    expect(run('', ['check', '--skip', 'ScanOnPish', 'stacks']).err).toMatch(/did you mean ScanOnPush\?\n$/);
  });
});

test.each([
  ['', ['--only', 'retain', '--skip', 'Retain']],
  ['only: [Retain]\nskip: Retain\n', []],
  ['skip: Retain\n', ['--only', 'Retain']],
  ['only: []\n', []],
  ['', ['--only', ',']],
  ['', ['--skip', controlNames.join()]],
])('a check that no control is left to is refused: %j %j', (config, args) => {
  const { code, out, err } = run(config, ['check', ...args, 'stacks']);
  expect({ code, out, isSentence: isSentence(err) }).toEqual({ code: 2, out: '', isSentence: true });
  expect(err).toMatch(/^No control is left to check: /);
});

describe('a baseline', () => {
  test('has the findings that are known, so that only new ones fail', () => {
    place.write({ 'b/a.yaml': unsafe });
    const written = run('', ['check', '--write-baseline', 'known/b.json', 'b']);
    expect(written.code).toBe(2);
    place.write({ 'known/.keep': '' });
    expect(run('', ['check', '--write-baseline', 'known/b.json', 'b'])).toMatchObject({ code: 0, err: '' });
    // Its lines have moved, and it is read from another folder.
    place.write({ 'b/a.yaml': `# moved\n${unsafe}` });
    expect(run('', ['check', '--baseline', '../known/b.json', '../b'], 'sub')).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^No findings in 1 template\.\n3 known findings of the baseline not shown\.\n$/,
      ),
    });
    place.write({ 'b/a.yaml': `${unsafe}  Bare: { Type: AWS::ECR::Repository }\n` });
    expect(findings('baseline: known/b.json\n', ['b'])).toEqual([
      'b/a.yaml TagImmutability',
      'b/a.yaml ScanOnPush',
      'b/a.yaml LifecyclePolicy',
    ]);
    expect(run('baseline: known/b.json\n', ['check', 'b']).code).toBe(1);
    expect(findings('baseline: known/b.json\n', ['--no-baseline', 'b'])).toHaveLength(6);
    place.write({ 'b/a.yaml': 'Resources: { Q: { Type: AWS::SQS::Queue } }\n' });
    expect(run('', ['check', '--baseline', 'known/b.json', 'b']).out).toMatch(
      /3 findings of the baseline not found/,
    );
  });

  test('has findings that are not looked for: they are not said to be fixed', () => {
    place.write({ 'part/a.yaml': unsafe, 'part/b.yaml': unsafe });
    run('', ['check', '--write-baseline', 'part.json', 'part']);
    const notesOf = (...args: string[]) =>
      run('', ['check', '--baseline', 'part.json', ...args])
        .out.split('\n')
        .slice(1, -1);
    const known = (count: number) =>
      `${count} known finding${count === 1 ? '' : 's'} of the baseline not shown.`;
    expect(notesOf('part/a.yaml')).toEqual([known(3)]);
    expect(notesOf('--only', 'ScanOnPush', 'part')).toEqual([known(2)]);
    place.write({ 'part/b.yaml': 'Resources: { Q: { Type: AWS::SQS::Queue } }\n' });
    const left = (count: number) =>
      `${count} finding${count === 1 ? '' : 's'} of the baseline not found: if fixed, write the baseline again.`;
    expect(notesOf('--skip', 'ScanOnPush', 'part')).toEqual([known(2), left(2)]);
    rmSync(join(place.folder, 'part/b.yaml'));
    expect(notesOf('part/a.yaml')).toEqual([known(3), left(3)]);
  });

  test.each([
    ['--write-baseline', 'twice/a.yaml'],
    ['--report', 'json=twice/a.yaml'],
  ])('or a report is never written over a template: %s %s', (option, value) => {
    place.write({ 'twice/a.yaml': unsafe, 'twice/b.yaml': unsafe });
    expect(run('', ['check', option, value, 'twice/b.yaml'])).toEqual({
      code: 2,
      out: '',
      err: `twice/a.yaml is a CloudFormation template, which ${option} would overwrite: specify another file.\n`,
    });
    expect(readFileSync(join(place.folder, 'twice/a.yaml'), 'utf8')).toBe(unsafe);
  });

  test('is no template that --strict refuses, and neither are the other files that the command was given', () => {
    place.write({ 'strict/a.yaml': unsafe, 'strict/policy.yaml': 'KeepImages: 5\n' });
    const config = 'strict: true\nbaseline: strict/b.json\nextends: strict/base.yaml\n';
    place.write({ 'strict/base.yaml': 'fail-on: error\n' });
    run(config, ['check', '--write-baseline', 'strict/b.json', 'strict/a.yaml']);
    const given = ['--config', 'strict/policy.yaml', '--report', 'json=strict/r.json', 'strict'];
    for (const _again of [1, 2])
      expect(run(config, ['check', ...given])).toEqual({
        code: 0,
        out: expect.stringMatching(
          /^No findings in 1 template\.\n3 known findings of the baseline not shown\.\n$/,
        ),
        err: '',
      });
    expect(run(config, ['check', file]).err).toMatch(/has no Resources/);
  });

  test('knows as many of the same as there were', () => {
    const loop = (names: string) =>
      `Resources:\n  A: { Type: AWS::ECR::Repository }\n  'Fn::ForEach::L': [N, [${names}], { 'R\${N}': { Type: AWS::ECR::Repository } }]\n`;
    place.write({ 'l.yaml': loop('a') });
    run('', ['check', '--write-baseline', 'l.json', 'l.yaml']);
    expect(run('', ['check', '--baseline', 'l.json', 'l.yaml']).code).toBe(0);
    place.write({ 'l.yaml': loop('a').replace('  A:', '  B: { Type: AWS::ECR::Repository }\n  A:') });
    expect(run('', ['check', '--baseline', 'l.json', 'l.yaml']).code).toBe(1);
  });

  test.each([
    [
      'is not there',
      'none.json',
      /^There is no baseline none\.json: write one with --write-baseline none\.json\.\n$/,
    ],
    ['is none', 'stacks/a.yaml', /^stacks\/a\.yaml is not a baseline/],
    ['is a folder', 'stacks', /^stacks is a folder: specify the file with --baseline\.\n$/],
  ])('that %s is refused in one sentence', (_what, name, words) => {
    const { code, err } = run('', ['check', '--baseline', name, 'stacks']);
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
    expect(err).toMatch(words);
  });
});
