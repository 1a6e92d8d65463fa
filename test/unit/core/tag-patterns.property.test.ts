import { expect, test } from '@jest/globals';
import { canMeet, isWithin } from '../../../core/tag-patterns.ts';
import { matchesWildcard } from '../../../core/wildcard.ts';
import fc from '../../support/fast-check.ts';

const letters = ['a', 'b'];
const patterns = fc.string({ unit: fc.constantFrom(...letters, '*'), minLength: 1, maxLength: 4 });

/** Every tag of at most so many letters, with one letter that no pattern has. */
function tagsUpTo(length: number): readonly string[] {
  if (length === 0) return [''];
  const shorter = tagsUpTo(length - 1);
  return [...new Set([...shorter, ...shorter.flatMap((tag) => [...letters, 'c'].map((one) => tag + one))])];
}
const tags = tagsUpTo(7);

test('a pattern is within another exactly when the other matches whatever it matches', () => {
  fc.assert(
    fc.property(patterns, patterns, (narrow, wide) => {
      const matched = tags.filter((tag) => matchesWildcard(narrow, tag));
      expect(isWithin(narrow, wide)).toBe(matched.every((tag) => matchesWildcard(wide, tag)));
    }),
  );
});

test('two patterns can meet exactly when some tag matches both', () => {
  fc.assert(
    fc.property(patterns, patterns, (one, other) => {
      expect(canMeet(one, other)).toBe(
        tags.some((tag) => matchesWildcard(one, tag) && matchesWildcard(other, tag)),
      );
    }),
  );
});
