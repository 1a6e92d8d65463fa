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

test('an alias whose anchor goes is written out, and one of a name that is taken anew stays', () => {
  const text = `${head}    Properties:\n      X: &a [1]\n      Y: *a\n      Z: &a [2]\n      W: *a\n`;
  expect(withProperties(text, { Y: [1], Z: [2], W: [2] })).toBe(
    `${head}    Properties:\n      Y: [1]\n      Z: &a [2]\n      W: *a\n`,
  );
});
