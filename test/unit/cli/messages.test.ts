import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildBin } from '../../support/command.ts';
import { isSentence, unsafe, Workplace } from './run.ts';

const place = new Workplace();
const named = `Transform: EcrHardening
Resources:
  Plain: { Type: AWS::ECR::Repository }
  Kept:
    Type: AWS::ECR::Repository
    Metadata: { EcrHardening: { Retain: true } }
    Properties: { ImageTagMutability: MUTABLE }
`;
const exempt = `Transform: EcrHardening
Resources:
  Cache:
    Type: AWS::ECR::Repository
    Metadata: { EcrHardening: { Exempt: [TagImmutability, LifecyclePolicy], Reason: a cache } }
`;
beforeAll(() => {
  buildBin();
  place.write({
    'unsafe.yaml': unsafe,
    'named.yaml': named,
    'keep.yaml': `Transform: EcrHardening
Parameters: { Keep: { Type: Number, Default: 7 } }
Resources:
  R: { Type: AWS::ECR::Repository, Metadata: { EcrHardening: { KeepImages: !Ref Keep } } }
`,
    'exempt.yaml': exempt,
    'parameters.yaml': `Parameters: { Stage: { Type: String } }\n${unsafe}`,
    'aws/config': '[default]\n[profile production]\nregion = eu-central-1\n',
    'aws/credentials': '[testing]\n',
  });
});
afterAll(() => place.remove());

const check = (format: string, file = 'named.yaml') => place.run(['check', '--format', format, file]).out;

describe('what the macro sets by itself', () => {
  const plain =
    'Plain: the macro sets TagImmutability, ScanOnPush and LifecyclePolicy, which deletes untagged images 14 days after their push, and images when a repository has more than 20';
  const kept =
    'Kept: the macro sets ScanOnPush, DeletionPolicy: Retain, UpdateReplacePolicy: Retain and LifecyclePolicy, which';

  test('is one line a repository, beside what it keeps', () => {
    const lines = check('text').split('\n');
    expect(lines[1]).toBe(`  3:3     note     ${plain}`);
    expect(lines.filter((line) => line.includes(' note '))).toHaveLength(2);
    expect(lines.find((line) => line.includes('Kept: '))).toContain(kept);
    expect(lines.at(-2)).toBe(
      '1 finding in 1 template. More about one: ecr-hardening explain TagImmutability',
    );
    expect(check('github').match(/^::notice .*$/gm)).toEqual([
      `::notice file=named.yaml,line=3,col=3,title=Plain::${plain.replace('Plain: ', '')}`,
      expect.stringContaining('title=Kept::the macro sets ScanOnPush,'),
    ]);
    expect(check('junit')).toContain('tests="3" failures="1"');
  });

  test('does not say what a lifecycle policy deletes that is made from a parameter', () => {
    const { code, out } = place.run(['check', 'keep.yaml']);
    expect(out).toContain(
      '  4:3     note     R: the macro sets TagImmutability, ScanOnPush and LifecyclePolicy\n',
    );
    expect(code).toBe(0);
  });

  test('is also the tag of an exemption', () => {
    expect(check('text', 'exempt.yaml')).toContain(
      'note     Cache: the macro sets ScanOnPush and the tag ecr-hardening:exempt\n',
    );
  });

  test('is no result in SARIF, and stays one finding a property in JSON', () => {
    const { results } = JSON.parse(check('sarif')).runs[0];
    expect(results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(['TagImmutability']);
    const { findings } = JSON.parse(check('json'));
    expect(findings).toHaveLength(8);
    expect(findings[0]).toMatchObject({ control: 'TagImmutability', resource: 'Plain', level: 'note' });
  });

  test('is a finding of its own where the template does not name the macro, or the macro replaces something', () => {
    expect(JSON.parse(check('sarif', 'unsafe.yaml')).runs[0].results).toHaveLength(3);
    const override = place.run(['check', '--config', 'o.yaml', 'named.yaml']);
    expect(override.err).toBe('There is no file o.yaml: specify another one with --config.\n');
    const template = place.run(['check', '--config', 'unsafe.yaml', 'named.yaml']);
    expect(template.err).toMatch(/^unsafe\.yaml has the unknown parameter "Resources"; allowed are .*\n$/);
    place.write({ 'o.yaml': 'Enforcement: Override\n' });
    expect(place.run(['check', '--config', 'o.yaml', 'named.yaml']).out).toMatch(
      /note +TagImmutability +Kept\.Properties\.ImageTagMutability\n.*replaces it by IMMUTABLE/,
    );
  });
});

describe('a message is about what is wrong, and nothing else:', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const files = { AWS_CONFIG_FILE: 'aws/config', AWS_SHARED_CREDENTIALS_FILE: 'aws/credentials' };
  const region = ['--region', 'eu-central-1'];
  test.each<[string, readonly string[], Record<string, string>, RegExp]>([
    [
      'a file of parameters',
      ['check', '--config', 'none.toml', 'unsafe.yaml'],
      {},
      /none\.toml: .*--config\.$/,
    ],
    [
      'a folder of parameters',
      ['check', '--config', 'aws', 'unsafe.yaml'],
      {},
      /^aws is a folder: .*--config\.$/,
    ],
    [
      'a template parameter',
      ['check', '-p', 'Stag=a', 'parameters.yaml'],
      {},
      /^No template has a parameter Stag; did you mean Stage\?$/,
    ],
    [
      'a template parameter',
      ['diff', '-p', 'Nope=a', 'unsafe.yaml'],
      {},
      /^No template has a parameter Nope; there are none\.$/,
    ],
    ['a template parameter', ['expand', '--write', '-p', 'Nope=a', 'unsafe.yaml'], {}, /parameter Nope/],
    [
      'a profile',
      ['audit', '--profile', 'prodution', ...region],
      files,
      /^There is no profile prodution in aws\/config or aws\/credentials; did you mean production\?$/,
    ],
    ['a profile', ['claims', '--profile', 'testin', ...region], files, /did you mean testing\?$/],
    [
      'a profile',
      ['check', '--live', '--profile', 'nope', ...region, 'unsafe.yaml'],
      files,
      /no profile nope/,
    ],
    [
      'a profile of the environment',
      ['audit', ...region],
      { ...files, AWS_PROFILE: 'defalt' },
      /did you mean default\?$/,
    ],
  ])('%s: %j', (_what, args, env, words) => {
    const { code, err } = place.run(args, { env });
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
    expect(err.trimEnd()).toMatch(words);
  });

  test.each([
    ['claims', '--table', ''],
    ['claims', '--release', '', '--table', 'any'],
    ['audit', '-o', ''],
    ['audit', '--repositories', ''],
    ['sweep', '--stack-name='],
    ['check', '--baseline', '', 'unsafe.yaml'],
    ['check', '--write-baseline', '', 'unsafe.yaml'],
    ['check', '--project-config=', 'unsafe.yaml'],
    ['expand', '--service-token', '', 'unsafe.yaml'],
  ])('an empty value, as of a variable that is not set: %s %s', (...args) => {
    const { code, out, err } = place.run(args, { env: { ...keys, AWS_REGION: 'eu-west-1' } });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error: option '.*' argument '' is invalid\. It must not be empty\.\n/);
  });

  test('an empty path', () => {
    expect(place.run(['check', ''])).toEqual({
      code: 2,
      out: '',
      err: 'The path of a template is empty: specify files or folders.\n',
    });
  });

  test('a profile that there is not is refused by each command that has the option', () => {
    const commandsIn = (help: string) => [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    const named = commandsIn(place.run(['--help']).out).filter((name) =>
      place.run([name, '--help']).out.includes('--profile'),
    );
    expect(named).toEqual(expect.arrayContaining(['audit', 'claims', 'sweep', 'uses']));
    for (const name of named) {
      const help = place.run([name, '--help']).out;
      const live = help.includes('--live') ? ['--live', 'unsafe.yaml'] : [];
      const required = help.includes('--bucket-prefix') ? ['.', '--bucket-prefix', 'acme-code'] : [];
      const { code, err } = place.run([name, '--profile', 'nope', ...region, ...live, ...required], {
        env: files,
      });
      expect({ name, code, err }).toEqual({
        name,
        code: 2,
        err: expect.stringMatching(/^There is no profile nope/),
      });
    }
  });

  // Without a network no host is found, as for a Region that there is not.
  test('a Region that there is not', () => {
    const { code, err } = place.run(['audit', '--region', 'eu-nowhere-1'], { env: keys });
    expect(code).toBe(2);
    expect(err).toMatch(/^AWS has no Region eu-nowhere-1 .*--region\.\n$/);
  });

  test('a parameter that one of several templates has is none', () => {
    expect(place.run(['check', '-p', 'Stage=a', 'unsafe.yaml', 'parameters.yaml'])).toMatchObject({
      code: 1,
      err: '',
    });
  });
});

test.each([
  ['check', '--write-baseline', 'nowhere/b.json', 'there is no such folder'],
  ['check', '--report', 'json=aws', 'it is a folder'],
  ['check', '--report', 'json=named.yaml/x.json', 'there is no such folder'],
])(
  '%s %s %s says why nothing was written, without names of other files',
  (command, option, value, reason) => {
    const { code, err } = place.run([command, option, value, 'named.yaml']);
    const file = value.replace('json=', '');
    expect(err).toBe(`${file} could not be written (${reason}): specify another file with ${option}.\n`);
    expect(code).toBe(2);
  },
);
