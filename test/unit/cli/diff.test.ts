import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildBin } from '../../support/command.ts';
import { Workplace } from './run.ts';

const place = new Workplace();
beforeAll(buildBin);
afterAll(() => place.remove());

const kms = 'EncryptionConfiguration: { EncryptionType: KMS, KmsKey: alias/old }';
const old = `{ Type: AWS::ECR::Repository, Properties: { ${kms} } }`;
const replaced = 'CloudFormation replaces it, and cannot where it has a RepositoryName';
const updated = 'CloudFormation updates it in place';

/** The titles that `diff` prints for a template, in their order, without those of the lines. */
function titles(file: string, text: string, ...args: readonly string[]): readonly string[] {
  place.write({ [file]: text });
  const { code, out, err } = place.run(['diff', '--transform-parameter', 'KmsKey=alias/new', ...args, file]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out.split('\n').flatMap((line) => /^ {2}([^-+ ].*)$/.exec(line)?.[1] ?? []);
}

describe('diff names every resource that changes, and every one that is replaced', () => {
  const bare = '{ Type: AWS::ECR::Repository }';
  const resources = `{ Old: ${old}, New: ${bare}, Queue: { Type: AWS::SQS::Queue } }`;

  test.each([
    [
      'each on a line of its own',
      `Resources:\n  Old: ${old}\n  New: ${bare}\n  Queue: { Type: AWS::SQS::Queue }\n`,
    ],
    ['all on one line', `Resources: ${resources}\n`],
    [
      'one ending where the next begins',
      `Resources: { Old: ${old.replace('} }', '}\n  }')}, New: ${bare}, Q: {\n Type: T } }\n`,
    ],
  ])('%s', (_what, text) => {
    expect(titles('a.yaml', text)).toEqual([`Old: ${updated}`, `New: ${replaced}`]);
  });

  test('in JSON on one line, and the template where its Transform goes with them', () => {
    const value = {
      Transform: 'EcrHardening',
      Resources: { A: { Type: 'AWS::ECR::Repository' }, B: { Type: 'AWS::SQS::Queue' } },
    };
    expect(titles('a.json', JSON.stringify(value))).toEqual(['the template', `A: ${replaced}`]);
    expect(titles('a.json', `\uFEFF${JSON.stringify(value, null, 2)}`)).toEqual([
      'the template',
      `A: ${replaced}`,
    ]);
  });

  test('where an alias stands for what changes elsewhere', () => {
    const text = `Resources:\n  A: &a\n    Type: AWS::ECR::Repository\n  B: *a\n`;
    expect(titles('a.yaml', text)).toEqual([`A: ${replaced}`, `B: ${replaced}`]);
  });

  test('what is written out and means the same is named, and CloudFormation does nothing to it', () => {
    const text = `Metadata: { T: &t AWS::SQS::Queue }\nResources:\n  Q: { Type: *t }\n`;
    expect(titles('a.yaml', text)).toEqual([
      'the template',
      'Q: CloudFormation does nothing to the resource itself',
    ]);
  });

  test('in a branch of its Properties', () => {
    const text = `Conditions: { C: !Equals [!Ref AWS::Region, a] }
Resources:
  A:
    Type: AWS::ECR::Repository
    Properties: !If [C, { RepositoryName: a }, { RepositoryName: b }]
`;
    expect(titles('a.yaml', text)).toEqual([`A: ${replaced}`]);
  });
});

test('check reports equal keys with their lines, and aliases, as notes', () => {
  place.write({
    'a.yaml':
      'Metadata: { T: &t AWS::SQS::Queue }\nResources:\n  Q:\n    Type: *t\n  R:\n    Type: *t\n    DeletionPolicy: Delete\n    DeletionPolicy: Retain\n',
  });
  const { code, out } = place.run(['check', 'a.yaml']);
  expect(code).toBe(0);
  expect(out).toContain('4:11');
  expect(out).toContain('R.DeletionPolicy');
  expect(out).toContain('is set 2 times, in lines 7 and 8; CloudFormation takes the last one');
  expect(out.match(/YAML aliases and merge keys/g)).toHaveLength(1);
});
