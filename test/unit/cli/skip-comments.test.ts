import { describe, expect, test } from '@jest/globals';
import { findingsOf } from '../../../cli/findings.ts';
import { readDocument } from '../../../template-text/document.ts';

const options = {
  environment: {},
  parameters: {},
  transformParameters: {},
  today: '2026-11-28',
  settings: { serviceToken: 'x', serviceTimeout: 1 },
};
const check = (text: string, environment: Record<string, string> = {}) =>
  findingsOf(readDocument(text, 't.yaml'), { ...options, environment }).map(
    ({ level, resource = '', control, message }) => ({ is: `${level} ${resource} ${control}`, message }),
  );
const levels = (text: string, environment = {}) => check(text, environment).map(({ is }) => is);
/** What is unsafe of a repository on which nothing is set. */
const all = (id: string, except: readonly string[] = []) =>
  ['TagImmutability', 'ScanOnPush', 'LifecyclePolicy'].map(
    (control) => `${except.includes(control) ? 'note' : 'warning'} ${id} ${control}`,
  );
const repository = 'Type: AWS::ECR::Repository';

describe('a comment that exempts', () => {
  test.each([
    [
      'on the line of the resource',
      `Resources:\n  A: # ecr-hardening: skip=ScanOnPush ours\n    ${repository}\n  B: {${repository}}\n`,
    ],
    [
      'on a line of its own above it',
      `Resources:\n  # ecr-hardening: skip=ScanOnPush ours\n  # and more\n\n  A:\n    ${repository}\n  B: {${repository}}\n`,
    ],
    [
      'inside of it',
      `Resources:\n  A:\n    # ecr-hardening: skip=ScanOnPush ours\n    ${repository}\n  B: {${repository}}\n`,
    ],
    [
      'above it among resources in braces',
      `Resources: { Q: {Type: AWS::SQS::Queue},\n  # ecr-hardening: skip=ScanOnPush ours\n  A: {${repository}},\n  B: {${repository}} }\n`,
    ],
    [
      'inside of it at its end',
      `Resources:\n  A:\n    ${repository}\n\n    # ecr-hardening: skip=ScanOnPush ours\n  B: {${repository}}\n`,
    ],
    [
      'at the end of a property',
      `Resources:\r\n  A:\r\n    ${repository} # ecr-hardening: skip=ScanOnPush ours\r\n  B: {${repository}}\r\n`,
    ],
  ])('is about the resource: %s', (_where, text) => {
    expect(levels(text)).toEqual([...all('A', ['ScanOnPush']), ...all('B')]);
    expect(check(text)[1]?.message).toBe('exempt: ours');
  });

  test('names controls and a last day, and ends with it', () => {
    const text = (until: string) =>
      `Resources:\n  A: # ecr-hardening: skip=ScanOnPush,TagImmutability until=${until} the vendor: stable\n    ${repository}\n`;
    expect(levels(text('2026-11-28'))).toEqual(all('A', ['ScanOnPush', 'TagImmutability']));
    expect(check(text('2026-11-28'))[0]?.message).toBe('exempt until 2026-11-28: the vendor: stable');
    expect(levels(text('2026-11-27'))).toEqual(all('A'));
    expect(check(text('2026-11-27'))[0]?.message).toMatch(/ \(its exemption ended on 2026-11-27\)$/);
  });

  test('inside of the last resource at its end is about that one', () => {
    const end = `    # ecr-hardening: skip=ScanOnPush ours\n`;
    for (const after of ['', 'Outputs: { X: { Value: 1 } }\n'])
      expect(levels(`Resources:\n  A: {${repository}}\n  B:\n    ${repository}\n${end}${after}`)).toEqual([
        ...all('A'),
        ...all('B', ['ScanOnPush']),
      ]);
  });

  test.each(['', '  '])('below all resources is a note, and exempts from nothing: %j', (indentation) => {
    const comment = `${indentation}# ecr-hardening: skip=ScanOnPush ours\n`;
    const found = check(`Resources:\n  A:\n    ${repository}\n${comment}Outputs: { X: { Value: 1 } }\n`);
    expect(found.map(({ is }) => is)).toEqual(['note  Template', ...all('A')]);
    expect(found[0]?.message).toMatch(/^is on no resource: /);
  });

  test('inside of another section below the resources is a note, and exempts from nothing', () => {
    const text = `Resources:\n  A:\n    ${repository}\nOutputs:\n  X:\n    Value: 1\n    # ecr-hardening: skip=ScanOnPush ours\n`;
    expect(levels(text)).toEqual(['note  Template', ...all('A')]);
  });

  test('above all resources is about the whole file', () => {
    expect(
      levels(
        `# ecr-hardening: skip=LifecyclePolicy kept by another tool\nResources: { A: { ${repository} } }\n`,
      ),
    ).toEqual(all('A', ['LifecyclePolicy']));
  });

  test('of a loop is about what it makes', () => {
    const text = `Resources:\n  # ecr-hardening: skip=ScanOnPush ours\n  Fn::ForEach::L:\n    - N\n    - [a]\n    - 'R\${N}':\n        ${repository}\n`;
    expect(levels(text).filter((each) => each.includes('ScanOnPush'))).toEqual(['note R${N} ScanOnPush']);
  });

  test('leaves what the macro refuses an error, and exempts from nothing where exemptions are not allowed', () => {
    const text = `Transform: EcrHardening\nResources:\n  A: # ecr-hardening: skip=TagImmutability ours\n    ${repository}\n    Properties: { ImageTagMutability: MUTABLE }\n`;
    expect(levels(text)[0]).toBe('note A TagImmutability');
    const [refused] = check(text, { Enforcement: 'Reject' });
    expect(refused).toMatchObject({
      is: 'error A TagImmutability',
      message: expect.stringMatching(/; a comment does not exempt from it, Metadata of the resource does$/),
    });
    const forbidden = check(text, { AllowExemptions: 'false' });
    expect(forbidden.map(({ is }) => is)).toEqual(
      expect.arrayContaining(['note  Template', 'warning A TagImmutability']),
    );
  });

  test.each([
    ['skip=TagImutability ours', /unknown control "TagImutability"; did you mean TagImmutability\?$/],
    ['skip=TagImmutability', /needs a reason/],
    ['skip=TagImmutability until=2027-02-30 ours', /must be a day/],
    ['ours', /names no control/],
    ['skip= ours', /names no control/],
  ])('that is wrong is a note and exempts from nothing: %s', (words, message) => {
    const found = check(`Resources:\n  A: # ecr-hardening: ${words}\n    ${repository}\n`);
    expect(found.map(({ is }) => is)).toEqual(['note  Template', ...all('A')]);
    expect(found[0]?.message).toMatch(message);
  });

  test('is no text that looks like one', () => {
    const text = `Resources:\n  A:\n    ${repository}\n    Metadata:\n      Text: |\n        # ecr-hardening: skip=ScanOnPush ours\n      Quoted: '# ecr-hardening: skip=ScanOnPush ours'\n`;
    expect(levels(text)).toEqual(all('A'));
  });
});
