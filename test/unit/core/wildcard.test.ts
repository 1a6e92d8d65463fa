import { describe, expect, test } from '@jest/globals';
import { matchesWildcard } from '../../../core/wildcard.ts';
import fc from '../../support/fast-check.ts';

describe('a pattern with wildcards', () => {
  test.each<[string, string, boolean]>([
    ['team/orders', 'team/orders', true],
    ['team/orders', 'team/orders2', false],
    ['*', '', true],
    ['team/*', 'team/', true],
    ['team/*', 'teams/a', false],
    ['*/api', 'team/api', true],
    ['*/api', 'api', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*a*b*', 'xxbxaxb', true],
    ['*a*b*', 'xxbxa', false],
    ['a.b', 'axb', false],
  ])('%s, held against %s: %p', (pattern, text, isMatch) => {
    expect(matchesWildcard(pattern, text)).toBe(isMatch);
  });

  test('matches what the same regular expression does', () => {
    const word = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 7 });
    fc.assert(
      fc.property(word('ab.*'), word('ab.'), (pattern, text) => {
        const escaped = pattern.replaceAll('.', '\\.').replaceAll('*', '.*');
        expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${escaped}$`).test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes no longer for many wildcards', () => {
    expect(matchesWildcard(`${'*a'.repeat(100)}*b`, 'a'.repeat(100_000))).toBe(false);
  });
});
