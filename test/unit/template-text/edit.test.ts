import { describe, expect, test } from '@jest/globals';
import { isObject, type JsonObject } from '../../../core/json.ts';
import { readDocument } from '../../../template-text/document.ts';
import { editTemplate } from '../../../template-text/edit.ts';

const head = 'Resources:\n  A:\n    Type: T\n';
/** The text with other Properties of its only resource. */
function withProperties(text: string, properties: JsonObject): string {
  const before = readDocument(text, 't.yaml');
  const { Resources: resources } = before.value;
  const resource = isObject(resources) && isObject(resources.A) ? resources.A : {};
  return editTemplate(before, { ...before.value, Resources: { A: { ...resource, Properties: properties } } });
}

describe('Properties with nothing behind them', () => {
  const cases: readonly [string, string, string][] = [
    ['at the end', `${head}    Properties:`, `${head}    Properties:\n      B: 1`],
    ['with a line break', `${head}    Properties:\n`, `${head}    Properties:\n      B: 1\n`],
    [
      'with CRLF',
      `${head}    Properties:\n`.replaceAll('\n', '\r\n'),
      `${head}    Properties:\n      B: 1\n`.replaceAll('\n', '\r\n'),
    ],
    ['with a comment', `${head}    Properties: # why\n`, `${head}    Properties: # why\n      B: 1\n`],
    ['with an anchor', `${head}    Properties: &p # why\n`, `${head}    Properties: &p # why\n      B: 1\n`],
    [
      'with a comment below',
      `${head}    Properties:\n    # below\n`,
      `${head}    Properties:\n      B: 1\n    # below\n`,
    ],
    [
      'before another key',
      `${head}    Properties:\n    Metadata: {}\n`,
      `${head}    Properties:\n      B: 1\n    Metadata: {}\n`,
    ],
    ['as ~', `${head}    Properties: ~ # why\n`, `${head}    Properties: { B: 1 } # why\n`],
    ['as {}', `${head}    Properties: {} # why\n`, `${head}    Properties: { B: 1 } # why\n`],
    [
      'in flow',
      'Resources: { A: { Type: T, Properties: } }\n',
      'Resources: { A: { Type: T, Properties: { B: 1 } } }\n',
    ],
  ];
  test.each(cases)('are filled: %s', (_what, text, expected) => {
    expect(withProperties(text, { B: 1 })).toBe(expected);
  });
});

test('aliases are written out, also one whose anchor goes and one of a name that is taken anew', () => {
  const text = `${head}    Properties:\n      X: &a [1]\n      Y: *a\n      Z: &a [2]\n      W: *a\n`;
  expect(withProperties(text, { Y: [1], Z: [2], W: [2] })).toBe(
    `${head}    Properties:\n      Y: [1]\n      Z: [2]\n      W: [2]\n`,
  );
});

/** The text with a key `New` behind the last ones of its only resource's Properties. */
function withNew(text: string): string {
  const { value } = readDocument(text, 't.yaml');
  const { A = null } = isObject(value.Resources) ? value.Resources : {};
  const properties = isObject(A) && isObject(A.Properties) ? A.Properties : {};
  return withProperties(text, { ...properties, New: 1 });
}

describe('a comment stays beside what it is about', () => {
  const properties = `${head}    Properties:\n`;
  const tail = '    DeletionPolicy: Retain\n';
  test.each([
    ['deeper than what follows', '      L:\n        - x\n          # y\n', '', tail],
    ['in the column of a list item', '      L:\n      - x\n      # - y\n', '', tail],
    ['deeper, behind a blank line', '      L:\n        - x\n\n        # - y\n', '', tail],
    [
      'several, the last one less deep',
      '      L: x\n            # y\n       # z\n',
      '    # about what follows\n',
      tail,
    ],
    ['at the end of the text', '      L: x\n        # y\n', '', ''],
    ['before another section', '      L: x\n         # y\n', '# about Outputs\n', 'Outputs: {}\n'],
  ])('%s', (_what, own, behind, rest) => {
    for (const eol of ['\n', '\r\n']) {
      const text = (added: string) => `${properties}${own}${added}${behind}${rest}`.replaceAll('\n', eol);
      expect(withNew(text(''))).toBe(text('      New: 1\n'));
    }
  });

  test('one behind the last line, which has no end', () => {
    expect(withNew(`${properties}      L: x\n        # y`)).toBe(
      `${properties}      L: x\n        # y\n      New: 1`,
    );
  });

  test('one in what goes stays where it was', () => {
    const text = `Transform:\n  - Name: M\n    Parameters:\n      P: 1\n      # one\n  - Other\n  # two\n${head}`;
    const before = readDocument(text, 't.yaml');
    expect(editTemplate(before, { ...before.value, Transform: ['Other'] })).toBe(
      `Transform:\n      # one\n  - Other\n  # two\n${head}`,
    );
  });
});

describe('a block scalar at the end of a text without a line break stays as it is', () => {
  test.each(['|', '>', '|+', '|-', '|2'])('%s', (sign) => {
    const scalar = `      T: ${sign}\n        one\n        two`;
    expect(withNew(`${head}    Properties:\n      S: 1\n${scalar}`)).toBe(
      `${head}    Properties:\n      S: 1\n      New: 1\n${scalar}`,
    );
    expect(withNew(`${head}    Properties:\n${scalar}`)).toBe(
      `${head}    Properties:\n      New: 1\n${scalar}`,
    );
  });

  test('and in a list item it is closed, so that a key can stand behind it', () => {
    const before = readDocument(`${head}L:\n  - T: |+\n      one`, 't.yaml');
    expect(editTemplate(before, { ...before.value, L: [{ T: 'one', New: 1 }] })).toBe(
      `${head}L:\n  - T: |-\n      one\n    New: 1`,
    );
  });
});

describe('a byte order mark stays', () => {
  const mark = '\uFEFF';
  test('where the first line goes', () => {
    const before = readDocument(`${mark}Transform: M\n${head}`, 't.yaml');
    const { Transform: _, ...rest } = before.value;
    expect(editTemplate(before, rest)).toBe(`${mark}${head}`);
  });

  test('and is no indentation', () => {
    const text = `${mark}${head}    Properties:\n      B: 1\n`;
    expect(withProperties(text, { B: 1, C: { D: 2 } })).toBe(`${text}      C:\n        D: 2\n`);
    const first = readDocument(`${mark}${head}`, 't.yaml');
    expect(editTemplate(first, { ...first.value, New: { D: 2 } })).toBe(`${mark}${head}New:\n  D: 2\n`);
  });
});

describe('what goes from below a block scalar', () => {
  const properties = `${head}    Properties:\n`;

  test('leaves its comments outside of the scalar', () => {
    const text = `${properties}      A: |\n        a\n      B:\n        b: 1\n        # why\n    # below\n`;
    expect(withProperties(text, { A: 'a\n' })).toBe(
      `${properties}      A: |\n        a\n      # why\n    # below\n`,
    );
  });

  test('leaves no empty lines to a scalar that keeps them', () => {
    const text = `${properties}      A: |+\n        a\n      B: 1\n\n\n      # why\n`;
    expect(withProperties(text, { A: 'a\n' })).toBe(`${properties}      A: |+\n        a\n      # why\n`);
  });
});

test('of equal keys the last is changed, and all of them go', () => {
  const text = `${head}    Properties:\n      B: 1\n      C: 1\n      B: 2 # last\n`;
  expect(withProperties(text, { B: 3, C: 1 })).toBe(text.replace('B: 2', 'B: 3'));
  expect(withProperties(text, { C: 1 })).toBe(`${head}    Properties:\n      C: 1\n`);
});

describe('merge keys are written out', () => {
  const shared = 'Metadata: { One: &one { a: 1, b: x }, None: &none {} }\n';
  const plain = 'Metadata: { One: { a: 1, b: x }, None: {} }\n';
  test.each([
    [
      'in lines',
      '\n      <<: *one # why\n      <<: *none\n      c: 2\n',
      '\n      a: 1\n      b: x # why\n      c: 2\n',
    ],
    ['in a flow map', ' { <<: *one, <<: *none, b: 2 }\n', ' { a: 1, b: 2 }\n'],
    ['in a list', '\n      - <<: [*none, *one]\n        b: 2\n', '\n      - a: 1\n        b: 2\n'],
    [
      'of nothing',
      '\n      <<: *one\n      a: 3\n      b: 2\n      <<: *none\n',
      '\n      a: 3\n      b: 2\n',
    ],
    [
      'of nothing behind a dash',
      '\n      - <<: *none # why\n        # what\n        b: 2\n',
      '\n      - # why\n        # what\n        b: 2\n',
    ],
    ['of nothing alone', '\n      <<: [*none , { <<: *one }]\n', '\n      a: 1\n      b: x\n'],
  ])('%s', (_what, text, expected) => {
    const before = readDocument(`${shared}${head}    Properties:${text}`, 't.yaml');
    const isOneUsed = text.includes('*one');
    const isNoneUsed = text.includes('*none');
    const metadata = plain
      .replace('One: {', isOneUsed ? 'One: {' : 'One: &one {')
      .replace('None: {', isNoneUsed ? 'None: {' : 'None: &none {');
    expect(editTemplate(before, before.value)).toBe(`${metadata}${head}    Properties:${expected}`);
  });
});
