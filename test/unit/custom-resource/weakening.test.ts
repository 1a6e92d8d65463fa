import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isAtLeastAsSafe,
  mutabilities,
  type TagMutability,
  takesFilters,
} from '../../../core/settings/tag-mutability.ts';
import { matchesWildcard } from '../../../core/wildcard.ts';

const pattern = fc.string({ unit: fc.constantFrom(...'ab*'), minLength: 1, maxLength: 3 });
const tagMutability: fc.Arbitrary<TagMutability> = fc.constantFrom(...mutabilities).chain((mutability) =>
  fc.record({
    mutability: fc.constant(mutability),
    exclusions: takesFilters(mutability)
      ? fc.array(pattern, { minLength: 1, maxLength: 3 })
      : fc.constant([]),
  }),
);

// Every tag of up to four letters, one of them in no pattern.
const tags = ['a', 'b', 'c'].reduce<string[]>(
  (all) => all.flatMap((tag) => [tag, ...['a', 'b', 'c'].map((letter) => tag + letter)]),
  ['', 'a', 'b', 'c'],
);

/** Whether a tag can be moved to another image. */
const canMove = ({ mutability, exclusions }: TagMutability, tag: string): boolean =>
  mutability.startsWith('MUTABLE') !== exclusions.some((each) => matchesWildcard(each, tag));

describe('the order of tag mutabilities', () => {
  test('is one: reflexive and transitive', () => {
    fc.assert(
      fc.property(tagMutability, tagMutability, tagMutability, (a, b, c) => {
        expect(isAtLeastAsSafe(a, a)).toBe(true);
        if (isAtLeastAsSafe(a, b) && isAtLeastAsSafe(b, c)) expect(isAtLeastAsSafe(a, c)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test('of two with the same mutability the safer lets no tag move that the other keeps', () => {
    let compared = 0;
    fc.assert(
      fc.property(tagMutability, tagMutability, (one, other) => {
        if (one.mutability !== other.mutability || !isAtLeastAsSafe(one, other)) return;
        compared += 1;
        expect(tags.filter((tag) => canMove(one, tag) && !canMove(other, tag))).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  const excluding = (...exclusions: string[]): TagMutability => ({
    mutability: 'IMMUTABLE_WITH_EXCLUSION',
    exclusions,
  });
  const keeping = (...exclusions: string[]): TagMutability => ({
    mutability: 'MUTABLE_WITH_EXCLUSION',
    exclusions,
  });
  const immutable: TagMutability = { mutability: 'IMMUTABLE', exclusions: [] };
  const mutable: TagMutability = { mutability: 'MUTABLE', exclusions: [] };

  test.each<[string, TagMutability, TagMutability]>([
    ['immutable, then with exclusions', immutable, excluding('latest')],
    ['immutable with exclusions, then mutable with exclusions', excluding('latest'), keeping('v*')],
    ['mutable with exclusions, then mutable', keeping('v*'), mutable],
    ['fewer exclusions', excluding('a'), excluding('a', 'b')],
    ['narrower exclusions', excluding('dev-*'), excluding('d*')],
    ['wider ones where they are what is kept', keeping('v*'), keeping('v1.*')],
    ['more of them', keeping('v*', 'r*'), keeping('v*')],
    ['anything rather than immutability without a tag', keeping('v*'), excluding('*')],
  ])('%s', (_title, safer, other) => {
    expect(isAtLeastAsSafe(safer, other)).toBe(true);
    expect(isAtLeastAsSafe(other, safer)).toBe(false);
  });

  test('immutability that excludes every tag is mutability', () => {
    expect(isAtLeastAsSafe(excluding('*'), mutable)).toBe(true);
    expect(isAtLeastAsSafe(mutable, excluding('dev', '**'))).toBe(true);
  });

  test('mutability that excludes every tag is immutability', () => {
    expect(isAtLeastAsSafe(keeping('*'), immutable)).toBe(true);
    expect(isAtLeastAsSafe(keeping('v*', '**'), excluding('latest'))).toBe(true);
    expect(isAtLeastAsSafe(excluding('latest'), keeping('*'))).toBe(false);
  });

  test('of two that exclude different tags neither is safer', () => {
    expect(isAtLeastAsSafe(excluding('a'), excluding('b'))).toBe(false);
    expect(isAtLeastAsSafe(excluding('b'), excluding('a'))).toBe(false);
  });
});
