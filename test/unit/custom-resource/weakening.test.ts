import { describe, expect, test } from '@jest/globals';
import { exclusionsOfNearlyEveryTag } from '../../../core/settings/matches-every-tag.ts';
import { isAtLeastAsSafe, saferMutability } from '../../../core/settings/mutability-order.ts';
import {
  maximumExclusions,
  mutabilities,
  type TagMutability,
  takesFilters,
} from '../../../core/settings/tag-mutability.ts';
import { matchesWildcard } from '../../../core/wildcard.ts';
import fc from '../../support/fast-check.ts';

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

/** Longer ones, so that two patterns of three characters have a tag that both match. */
const longerTags = ['a', 'b', 'c'].reduce(
  (all) => [...new Set(all.flatMap((tag) => [tag, ...['a', 'b', 'c'].map((letter) => tag + letter)]))],
  tags,
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

  test('says of any two exactly what their tags say: none is mutable in the safer that the other keeps', () => {
    const seen = { safer: 0, neither: 0 };
    fc.assert(
      fc.property(tagMutability, tagMutability, (one, other) => {
        const isSafer = longerTags.every((tag) => !canMove(one, tag) || canMove(other, tag));
        expect(isAtLeastAsSafe(one, other)).toBe(isSafer);
        if (isSafer) seen.safer += 1;
        else if (!isAtLeastAsSafe(other, one)) seen.neither += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.safer, seen.neither)).toBeGreaterThan(100);
  });

  test('has for any two one that keeps what both keep, and is one of them where they can be compared', () => {
    fc.assert(
      fc.property(tagMutability, tagMutability, (one, other) => {
        const safer = saferMutability(one, other);
        expect([isAtLeastAsSafe(safer, one), isAtLeastAsSafe(safer, other)]).toEqual([true, true]);
        expect(takesFilters(safer.mutability)).toBe(safer.exclusions.length > 0);
        expect(safer.exclusions.length).toBeLessThanOrEqual(maximumExclusions);
        if (isAtLeastAsSafe(one, other)) expect(safer).toBe(one);
        else if (isAtLeastAsSafe(other, one)) expect(safer).toBe(other);
      }),
      { numRuns: 3_000 },
    );
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

  test.each<[string, TagMutability, TagMutability, TagMutability]>([
    ['what one keeps the other lets move', keeping('release-*'), excluding('release-*'), immutable],
    ['one keeps some of it', keeping('v*'), excluding('v1', 'latest'), excluding('latest')],
    ['each excludes another', excluding('latest', 'dev-*'), excluding('dev-1', 'main'), excluding('dev-1')],
    ['each keeps another', keeping('v*'), keeping('r*'), keeping('v*', 'r*')],
  ])('neither is safer where %s; what both keep is', (_title, one, other, both) => {
    expect([isAtLeastAsSafe(one, other), isAtLeastAsSafe(other, one)]).toEqual([false, false]);
    expect(saferMutability(one, other)).toEqual(both);
  });
});

describe('exclusions of nearly every tag', () => {
  test.each([
    [['*']],
    [['latest', '**']],
    [['*.*']],
    [['*e*']],
    [['*-*']],
    [['*1*']],
    [['release-*', 'v*', '1.*']],
    [['1*', '2*']],
    [['0*', '1*', '2*', '3*', '9*']],
  ])('are %j', (exclusions) => {
    expect(exclusionsOfNearlyEveryTag(exclusions)).toBeDefined();
  });

  test.each([
    [['latest']],
    [['latest', 'main', 'dev', 'staging', 'nightly*']],
    [['dev-*', '*-dev', 'pr-*', 'feature-*', '*-SNAPSHOT']],
    [['v*']],
    [['release-*']],
    [['*-latest*']],
    [['*cache*']],
  ])('are not %j', (exclusions) => {
    expect(exclusionsOfNearlyEveryTag(exclusions)).toBeUndefined();
  });
});
