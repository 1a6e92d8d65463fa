/** Exclusions that leave nothing, or next to nothing, of the mutability that they exclude from. */
import { matchesWildcard } from '../wildcard.ts';

/** Whether an exclusion pattern matches every tag. */
export function matchesEveryTag(pattern: string): boolean {
  return /^\*+$/.test(pattern);
}

/**
 * Tags by which images are identified: versions, releases, commits, dates and builds, as they are common. Not names that
 * are meant to move, such as latest, dev or main: these may well be excluded.
 */
const identifyingTags = [
  ...[
    '1.2.3',
    '1.2',
    '2',
    'v1',
    'v1.2.3',
    '1.2.3-alpine',
    '2.0.0-rc.1',
    'release-1',
    'release-2026.01',
    'r42',
  ],
  ...['9f86d08', 'sha-abc123', 'main-9f86d08', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b'],
  ...['2026-01-02', '20260102', '20260102-1530', 'build-1234', '1234', '1.2.3-build.45', 'prod-17', 'pr-42'],
];

/** The share of these tags from which exclusions count as those of nearly every tag. */
const nearlyEvery = 1 / 4;

/**
 * The exclusions that match every tag, or nearly every one; undefined where they leave tags immutable.
 *
 * Nearly every tag: a pattern that selects by one character anywhere in a tag, such as `*.*` or `*e*`; or patterns that
 * together match a quarter of the tags above, such as `release-*`, `v*` and `1.*`.
 */
export function exclusionsOfNearlyEveryTag(exclusions: readonly string[]): string | undefined {
  const alone = exclusions.find(matchesEveryTag) ?? exclusions.find((each) => /^\*+[^*]\*+$/.test(each));
  if (alone !== undefined) return alone;
  const matched = identifyingTags.filter((tag) => exclusions.some((each) => matchesWildcard(each, tag)));
  return matched.length < nearlyEvery * identifyingTags.length ? undefined : exclusions.join(' ');
}

/** The code of the issue that such exclusions are. */
export function everyTagCode(exclusions: string): 'matches-every-tag' | 'matches-nearly-every-tag' {
  return matchesEveryTag(exclusions) ? 'matches-every-tag' : 'matches-nearly-every-tag';
}
