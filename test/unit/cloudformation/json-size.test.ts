import { describe, expect, test } from '@jest/globals';
import { jsonBytes } from '../../../cloudformation/json-size.ts';
import fc from '../../support/fast-check.ts';

describe('the size of a value as JSON', () => {
  test('is that of what JSON.stringify makes, in UTF-8', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (any) => {
        const text = JSON.stringify(any);
        expect(jsonBytes(JSON.parse(text))).toBe(Buffer.byteLength(text));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a text that is long, twice', ['"'.repeat(150), '"'.repeat(150)]],
    ['half a character', '\ud800'],
    ['what is escaped', '\u0000\u001f"\\\u007f\u2028é€😀'],
    ['nothing', [{}, [], '', null]],
    ['a key that is no plain text', { 'ключ"': { 'ключ"': 1.5e300 } }],
  ])('of %s', (_name, value) => {
    expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
  });
});
