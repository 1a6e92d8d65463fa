import { describe, expect, test } from '@jest/globals';
import { isObject } from '../../../core/json.ts';
import { locate, readDocument } from '../../../template-text/document.ts';
import { numberTextFindings, textFindings } from '../../../template-text/text-findings.ts';
import fc from '../../support/fast-check.ts';

const queue = '  Q: { Type: AWS::SQS::Queue }\n';

/** The Properties of a resource, written from its column on. */
function properties(text: string): unknown {
  const { value } = readDocument(`Resources:\n  R:\n    Type: T\n    Properties:\n${text}${queue}`, 't.yaml');
  const { R = null, Q = null } = isObject(value.Resources) ? value.Resources : {};
  expect(Q).toEqual({ Type: 'AWS::SQS::Queue' });
  return isObject(R) ? R.Properties : undefined;
}

describe('flow collections and quoted text go on in any column', () => {
  test.each([
    ['a list in the column of its key', '      A: [\n      1,\n      2\n      ]\n', { A: [1, 2] }],
    ['a list before it', '      A: [\n1,\n  2\n]\n', { A: [1, 2] }],
    [
      'a map in a list item',
      '      A:\n        - B: {\n        "C": 1,\n        D: 2\n        }\n',
      { A: [{ B: { C: 1, D: 2 } }] },
    ],
    ['flow in flow', '      A: [{\n      "B": [\n  x ],\n      }]\n', { A: [{ B: ['x'] }] }],
    ['a plain text in a list', '      A: [one\n    two]\n', { A: ['one two'] }],
    ['text in double quotes', '      A: "one\n      two"\n      B: 1\n', { A: 'one two', B: 1 }],
    ['text in single quotes', "      A:\n        - 'one\n  two'\n        - b\n", { A: ['one two', 'b'] }],
    ['a short tag', '      A: !Join ["",\n      [a,\n      b]]\n', { A: { 'Fn::Join': ['', ['a', 'b']] } }],
    ['a comment directly behind a bracket', '      A: []#c\n      B: "x"# d\n', { A: [], B: 'x' }],
    ['a comment in the first column', '      A: { b: 1\n# c\n      }\n', { A: { b: 1 } }],
  ])('%s', (_what, text, value) => {
    expect(properties(text)).toEqual(value);
  });

  test('a quote that is never closed is reported where it begins', () => {
    expect(() => properties('      A: "one\n      B: "two"\n')).toThrow(
      /^t\.yaml, line 5, column \d+: Missing closing "quote/,
    );
  });

  test('text in a block scalar ends where its indentation does, also before a quote', () => {
    expect(readDocument(`A: |\n"B": [\n1]\nResources:\n${queue}`, 't').value).toMatchObject({
      A: '',
      B: [1],
    });
  });
});

test('a byte order mark behind a line that was put before the file is named, since nobody sees it', () => {
  const file = `\uFEFFResources:\n${queue}`;
  expect(readDocument(file, 't.yaml').value).toHaveProperty('Resources.Q');
  expect(() => readDocument(`Transform: EcrHardening\n${file}`, 't.yaml')).toThrow(
    /^t\.yaml, line 2, column 1: a byte order mark .* is a part of the key behind it; fix the file and retry\.$/,
  );
});

test('a block scalar that ends the text without a line break has none itself', () => {
  const text = (end: string) =>
    readDocument(`Resources:\n${queue}Description: ${end}`, 't').value.Description;
  expect(['|\n  a', '|\n  a\n', '>+\n  a', '|-\n  a', '|\n  a\n  '].map(text)).toEqual([
    'a',
    'a\n',
    'a',
    'a',
    'a\n',
  ]);
});

describe('of equal keys', () => {
  const text = `Resources:\n${queue}Outputs:\n  A: { Value: 1 }\n  B: {}\n  A:\n    Value: 2\n`;

  test.each([
    ['YAML', text],
    [
      'JSON',
      '{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}},\n\n"Outputs":{\n"A":{"Value":1},"B":{},\n\n"A":{\n"Value":2}}}',
    ],
  ])('the last counts in %s, and a finding has the lines of all', (_format, written) => {
    const template = readDocument(written, 't');
    expect(template.value.Outputs).toEqual({ A: { Value: 2 }, B: {} });
    expect(locate(template, ['Outputs', 'A', 'Value']).line).toBe(7);
    expect(textFindings(template)).toEqual([
      {
        finding: {
          control: 'Template',
          code: 'duplicate-key',
          outcome: 'noted',
          path: ['Outputs', 'A'],
          actual: [4, 6],
        },
        position: { line: 6, column: expect.any(Number) },
      },
    ]);
  });

  test('the place is that from the resource on', () => {
    const [found] = textFindings(readDocument('Resources:\n  R:\n    Type: A\n    Type: B\n', 't'));
    expect(found?.finding).toMatchObject({ logicalId: 'R', path: ['Type'], actual: [3, 4] });
  });
});

describe('aliases and merge keys', () => {
  const shared = 'Metadata:\n  One: &one { a: 1, b: 2 }\n  Two: &two { b: 3, c: { d: 4 } }\n';
  const read = (text: string) => readDocument(`${shared}Resources:\n  R:\n    Type: T\n${text}`, 't');

  test.each([
    ['one map', '<<: *one\n', { a: 1, b: 2 }],
    ['own keys before and behind it', 'a: 0\n      <<: *one\n      b: 9\n', { a: 0, b: 9 }],
    ['a list, of which the first counts', '<<: [*one, *two]\n', { a: 1, b: 2, c: { d: 4 } }],
    ['several, of which the last counts', '<<: *one\n      <<: *two\n', { a: 1, b: 3, c: { d: 4 } }],
    ['what merges itself', '<<: { <<: *one, b: 5 }\n', { a: 1, b: 5 }],
    ['a name in quotes, which merges nothing', '"<<": *one\n', { '<<': { a: 1, b: 2 } }],
  ])('%s', (_what, text, value) => {
    expect(read(`    Properties:\n      ${text}`).value.Resources).toEqual({
      R: { Type: 'T', Properties: value },
    });
  });

  test('are found once, at the first', () => {
    const found = textFindings(read('    Properties:\n      <<: *one\n      x: *two\n'));
    expect(found).toEqual([
      {
        finding: {
          control: 'Template',
          code: 'alias',
          outcome: 'noted',
          logicalId: 'R',
          path: ['Properties', '<<'],
          actual: [],
        },
        position: { line: 8, column: 7 },
      },
    ]);
    expect(textFindings(read(''))).toEqual([]);
  });

  test('lead to the merge key that has a setting', () => {
    expect(
      locate(read('    Properties:\n      <<: [*one, *two]\n'), ['Resources', 'R', 'Properties', 'c']),
    ).toEqual({
      line: 8,
      column: 7,
    });
  });
});

describe('JSON is read as JSON', () => {
  const value = { Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { A: 'yes', B: ['\t', '<<'] } } } };
  test.each([
    ['with a byte order mark', `\uFEFF${JSON.stringify(value, null, 2)}`],
    ['with tabs', JSON.stringify(value, null, '\t')],
    ['with CRLF', JSON.stringify(value, null, 2).replaceAll('\n', '\r\n')],
    ['with carriage returns alone', JSON.stringify(value, null, 2).replaceAll('\n', '\r')],
    ['on one line, with a mark', `\uFEFF${JSON.stringify(value)}`],
    ['behind blank lines', `\n \n${JSON.stringify(value)}\n\n`],
  ])('%s', (_what, text) => {
    expect(readDocument(text, 't')).toMatchObject({ value, isJson: true });
  });
});

describe('numbers that JavaScript cannot carry', () => {
  const altered = (text: string) =>
    numberTextFindings(readDocument(text, 't')).map(({ finding }) => finding.path.join('.'));

  test('are found with their path, in YAML and in JSON', () => {
    const numbers = '[9007199254740993, 1, 1e400, 0.1234567890123456789, 1e-400, 9007199254740991, 0.10000]';
    expect(altered(`Resources:\n  A: { Type: T }\nMappings: { a: { b: ${numbers} } }\n`)).toEqual(
      [0, 2, 3, 4].map((index) => `Mappings.a.b.${index}`),
    );
    expect(altered(`{"Resources":{"A":{"Type":"T","x":${numbers}}}}`)).toEqual(
      [0, 2, 3, 4].map((index) => `x.${index}`),
    );
  });

  test('are none of those that it prints itself, nor texts', () => {
    const kept = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((each) => Math.abs(each) < 2 ** 53);
    fc.assert(
      fc.property(kept, (each) => {
        const printed = JSON.stringify(each);
        expect(altered(`{"Resources":{"A":{"Type":"T","x":${printed}}}}`)).toEqual([]);
      }),
    );
    expect(
      altered('{"Resources":{"A":{"Type":"T","x":[129786576838518.62, 1297865768385186.2e-1]}}}'),
    ).toEqual([]);
    expect(altered('Resources: { A: { Type: T, x: [012345678901234567890, .inf, "1e400", 0755] } }')).toEqual(
      [],
    );
  });
});
