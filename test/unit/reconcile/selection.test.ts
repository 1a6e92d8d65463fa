import { expect, test } from '@jest/globals';
import { matchesWildcard } from '../../../core/wildcard.ts';
import { nameSelector, unmatchedPatterns } from '../../../reconcile/selection.ts';
import { countReads } from '../../support/count-reads.ts';
import fc from '../../support/fast-check.ts';

const none = { name: undefined, names: undefined, tags: {}, exclude: [], allowNoMatch: false };
// Few letters, so that many match.
const repository = fc.stringMatching(/^[ab]{1,4}$/);
const patterns = fc.array(fc.stringMatching(/^[ab*]{1,4}$/), { maxLength: 4 });

test('a repository is selected by the patterns, and a pattern without a match is found, as by comparing each with each', () => {
  fc.assert(
    fc.property(fc.array(repository), patterns, patterns, (existing, names, exclude) => {
      const isMatch = (some: readonly string[], each: string) =>
        some.some((pattern) => matchesWildcard(pattern, each));
      expect(existing.filter(nameSelector({ ...none, names, exclude }))).toEqual(
        existing.filter((each) => isMatch(names, each) && !isMatch(exclude, each)),
      );
      expect(unmatchedPatterns({ ...none, names }, existing)).toEqual(
        names
          .filter((pattern) => !existing.some((each) => matchesWildcard(pattern, each)))
          .map((pattern) => `RepositoryNames ${pattern}`),
      );
    }),
  );
});

test('5,000 names are found in a registry of as many repositories without comparing each with each', () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `team-${index % 50}/service-${index}`);
  const { list, reads } = countReads(names);
  expect(unmatchedPatterns({ ...none, names: list }, list)).toEqual([]);
  expect(names.filter(nameSelector({ ...none, names: list, exclude: list }))).toEqual([]);
  expect(reads()).toBeLessThan(20 * names.length);
});
