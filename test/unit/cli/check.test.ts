import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { controlNames } from '../../../core/controls/index.ts';
import { projectRoot } from '../../../local/paths.ts';
import { buildBin } from '../../support/command.ts';
import { isSentence, unsafe, Workplace } from './run.ts';

const clean = 'Resources:\n  Queue: { Type: AWS::SQS::Queue }\n';
const notes = `Parameters: { T: { Type: 'AWS::SSM::Parameter::Value<String>' } }
Resources:
  Orders:
    Type: AWS::ECR::Repository
    Properties:
      ImageTagMutability: !Ref T
      ImageScanningConfiguration: { ScanOnPush: true }
      LifecyclePolicy: { LifecyclePolicyText: !ImportValue policy }
`;
/** Warnings and errors, each under the property or the nearest thing around it. */
const many = `Resources:
  Orders:
    Type: AWS::ECR::Repository
    Properties:
      ImageTagMutability: !If [IsProd, IMMUTABLE, MUTABLE]
      ImageScanningConfiguration:
        ScanOnPush: false
      RepositoryPolicyText:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: '*'
            Action: ecr:BatchGetImage
  Bare:
    Type: AWS::ECR::Repository
  Fn::ForEach::Loop:
    - Name
    - [a, b]
    - Repository\${Name}:
        Type: AWS::ECR::Repository
        Properties: { imageTagMutability: MUTABLE }
`;

const place = new Workplace();
beforeAll(() => {
  buildBin();
  place.write({ 'clean.yaml': clean, 'notes.yaml': notes, 'unsafe.yaml': unsafe, 'many.yaml': many });
});
afterAll(() => place.remove());

interface Found {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly level: string;
  readonly control: string;
  readonly place: string;
}
const findings = (...args: readonly string[]): readonly Found[] =>
  JSON.parse(place.run(['check', '--format', 'json', ...args]).out).findings;

test('what the macro mends is a note in a template that names it, and what it leaves unsafe is not', () => {
  place.write({
    'named.yaml': `Transform: EcrHardening\n${unsafe}`,
    'kept.yaml':
      'Transform: EcrHardening\nResources: { Q: { Type: AWS::ECR::Repository, Properties: { ImageTagMutability: MUTABLE } } }\n',
  });
  expect(new Set(findings('named.yaml').map(({ level }) => level))).toEqual(new Set(['note']));
  expect(place.run(['check', 'named.yaml']).code).toBe(0);
  expect(
    findings('kept.yaml')
      .filter(({ level }) => level !== 'note')
      .map(({ control }) => control),
  ).toEqual(['TagImmutability']);
  expect(place.run(['check', 'kept.yaml']).code).toBe(1);
});

describe('the exit code of check', () => {
  test.each([
    ['clean', 0, ['clean.yaml']],
    ['nothing but notes', 0, ['notes.yaml']],
    ['warnings', 1, ['unsafe.yaml']],
    ['warnings beside a clean one', 1, ['clean.yaml', 'unsafe.yaml']],
    ['warnings where errors count', 0, ['--fail-on', 'error', 'unsafe.yaml']],
    ['errors where errors count', 1, ['--fail-on', 'error', 'many.yaml']],
    ['errors where nothing counts', 0, ['--fail-on', 'never', 'many.yaml']],
    ['what cannot be read where nothing counts', 2, ['--fail-on', 'never', 'none.yaml']],
    ['no template', 2, []],
    ['a format that there is not', 2, ['--format', 'xml', 'clean.yaml']],
    ['a level that there is not', 2, ['--fail-on', 'note', 'clean.yaml']],
  ])('%s: %d', (_what, code, args) => {
    expect(place.run(['check', ...args]).code).toBe(code);
  });

  test.each(['text', 'json', 'sarif', 'junit', 'github'])('is the same whatever the format: %s', (format) => {
    expect(place.run(['check', '--format', format, 'unsafe.yaml'])).toMatchObject({ code: 1, err: '' });
    expect(place.run(['check', '--format', format, 'clean.yaml'])).toMatchObject({ code: 0, err: '' });
  });
});

describe('a finding of check', () => {
  test('points at the property, or at the nearest thing around where it is missing', () => {
    const lines = many.split('\n');
    const at = ({ line, column }: Found) => lines[line - 1]?.slice(column - 1);
    const found = findings('many.yaml').map(
      (finding) => `${finding.control} ${finding.place} > ${at(finding)}`,
    );
    expect(found).toEqual([
      expect.stringMatching(
        /^TagImmutability Orders\.Properties\.ImageTagMutability.* > (ImageTagMutability: !If|MUTABLE)/,
      ),
      'ScanOnPush Orders.Properties.ImageScanningConfiguration.ScanOnPush > ScanOnPush: false',
      expect.stringMatching(/^LifecyclePolicy Orders\.Properties\.LifecyclePolicy > Properties:$/),
      expect.stringMatching(/^PublicAccess Orders\.Properties\.RepositoryPolicyText\..* > Principal: '\*'$/),
      'TagImmutability Bare.Properties.ImageTagMutability > Bare:',
      'ScanOnPush Bare.Properties.ImageScanningConfiguration > Bare:',
      'LifecyclePolicy Bare.Properties.LifecyclePolicy > Bare:',
      'Template Repository${Name}.Properties.imageTagMutability > imageTagMutability: MUTABLE }',
      expect.stringMatching(
        /^TagImmutability Repository\$\{Name\}\.Properties\.ImageTagMutability > Properties: \{/,
      ),
      expect.stringMatching(/^ScanOnPush Repository\$\{Name\}.* > Properties: \{/),
      expect.stringMatching(/^LifecyclePolicy Repository\$\{Name\}.* > Properties: \{/),
    ]);
  });

  test('points at the same place in JSON, indented by tabs, and with CRLF', () => {
    const template = {
      Resources: { A: { Type: 'AWS::ECR::Repository', Properties: { ImageTagMutability: 'MUTABLE' } } },
    };
    const text = JSON.stringify(template, null, '\t');
    place.write({ 'a.json': text, 'crlf.json': text.replaceAll('\n', '\r\n') });
    for (const file of ['a.json', 'crlf.json'])
      expect(findings(file)[0]).toMatchObject({
        file,
        line: 6,
        column: 5,
        place: 'A.Properties.ImageTagMutability',
      });
  });

  test('in the text names file, place and control, and how to hear more', () => {
    const { out } = place.run(['check', 'unsafe.yaml']);
    expect(out).toMatch(
      /^unsafe\.yaml\n {2}4:5 +warning +TagImmutability +Orders\.Properties\.ImageTagMutability\n/,
    );
    expect(out).toMatch(
      /3 findings in 1 template\. More about one: ecr-hardening explain TagImmutability\n$/,
    );
    expect(place.run(['check', 'clean.yaml', 'notes.yaml']).out).toMatch(
      /\n\nNo findings in 2 templates\.\n$/,
    );
  });

  test('in JSON has what is to be said about its control', () => {
    const [first] = findings('unsafe.yaml');
    expect(Object.keys(first ?? {})).toEqual(
      expect.arrayContaining([
        'title',
        'why',
        'remediation',
        'source',
        'relatedChecks',
        'message',
        'outcome',
      ]),
    );
  });

  test('is told once of a file that is named twice', () => {
    expect(findings('unsafe.yaml', 'unsafe.yaml', '*safe.yaml')).toHaveLength(3);
  });
});

test('every golden template that is whole is checked in one run', () => {
  const golden = join(projectRoot, 'test', 'golden', '*.yaml');
  expect(readFileSync(join(projectRoot, 'test', 'golden', 'loops.yaml'), 'utf8')).toContain('fragment');
  // Goldens hold a template within, and are none themselves.
  const { code, err } = place.run(['check', '--strict', golden]);
  expect(code).toBe(2);
  expect(
    err
      .trimEnd()
      .split('\n')
      .every((line) => / has no Resources/.test(line)),
  ).toBe(true);
});

describe('explain', () => {
  test('lists every control', () => {
    const { code, out } = place.run(['explain']);
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/\s/)[0]),
    ).toEqual(controlNames);
  });

  test.each(controlNames)('says why %s matters, how to fix it, and which checks it satisfies', (name) => {
    const { code, out } = place.run(['explain', name.toLowerCase()]);
    expect(code).toBe(0);
    expect(out.startsWith(`${name}: `)).toBe(true);
    expect(out).toMatch(
      /\nWhy .+\nFix .+\nSource +https:\/\/docs\.aws\.amazon\.com\/.+\nChecks .+\nExempt .+\n$/,
    );
  });

  test('of what is no control names the nearest one', () => {
    const { code, err } = place.run(['explain', 'TagImutability']);
    expect(code).toBe(2);
    expect(err).toMatch(/TagImutability.*TagImmutability/);
    expect(isSentence(place.run(['explain', 'Nonsense']).err)).toBe(true);
  });
});
