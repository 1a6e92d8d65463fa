import { describe, expect, test } from '@jest/globals';
import { Parser } from 'yaml';
import { shallowTokens } from '../../../template-text/shallow-tokens.ts';

const typesOf = (text: string) => [...shallowTokens(new Parser().parse(text))].map(({ type }) => type);
const nested = (depth: number, open: string, close = '') => `${open.repeat(depth)}x${close.repeat(depth)}`;

describe('what the YAML library composes by recursion', () => {
  test.each([
    ['lists in brackets', nested(300, '[', ']')],
    ['maps in braces', nested(300, '{"a":', '}')],
    ['items of lists', nested(300, '- ')],
  ])('has %s as they are', (_what, text) => {
    expect(typesOf(text)).toContain('document');
  });

  test.each([
    ['lists in brackets', nested(20_000, '[', ']')],
    ['brackets that are never closed', nested(20_000, '[')],
    ['maps in braces', nested(2000, '{"a":', '}')],
    ['keys', nested(2000, '? ')],
    ['items of lists', nested(2000, '- ')],
    ['a value of a map', `a: 1\nb: ${nested(2000, '[', ']')}\n`],
  ])('is nothing of deeply nested %s', (_what, text) => {
    const types = typesOf(text);
    expect(types).toContain('error');
    expect(types).not.toContain('document');
  });

  test('is the document before one that is nested deeply, with an error where that is', () => {
    const before = 'a: 1\n---\n';
    const tokens = [...shallowTokens(new Parser().parse(`${before}${nested(2000, '[', ']')}`))];
    expect(tokens.map(({ type }) => type)).toEqual(['document', 'error']);
    expect(tokens[1]?.offset).toBeGreaterThan(before.length);
  });
});
