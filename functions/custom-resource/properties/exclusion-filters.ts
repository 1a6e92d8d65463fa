import { isList, type Json } from '../../../core/json.ts';
import type { Path } from '../../../core/path.ts';
import { parseExclusions } from '../../../core/settings/exclusion-filters.ts';
import { everyTagCode, exclusionsOfNearlyEveryTag } from '../../../core/settings/matches-every-tag.ts';
import { exclusionIssue, filtersProperty, maximumExclusions } from '../../../core/settings/tag-mutability.ts';
import { type AddIssue, readTexts } from './values.ts';

/** The exclusion patterns of the filters. A repeated pattern counts once, since it has no further effect. */
export function readExclusions(value: Json, add: AddIssue): readonly string[] {
  const { exclusions, issues } = parseExclusions(value);
  for (const issue of issues) add({ ...issue, path: [filtersProperty, ...issue.path] });
  return [...new Set(exclusions)];
}

/** The exclusion patterns of MutableTags: a list, or text with commas; empty entries are ignored. */
export function readMutableTags(value: Json, add: AddIssue): readonly string[] {
  const property = 'MutableTags';
  const patterns = readTexts(property, value, add);
  for (const pattern of patterns) {
    const issue = exclusionIssue(pattern);
    if (issue !== undefined) add({ ...issue, path: [property, indexOf(value, pattern)] });
  }
  const actual = exclusionsOfNearlyEveryTag(patterns);
  if (actual !== undefined) add({ code: everyTagCode(actual), path: mutableTagsPath(value, actual) });
  if (patterns.length > maximumExclusions)
    add({
      code: 'too-many-patterns',
      path: [property],
      expected: maximumExclusions,
      count: patterns.length,
    });
  return patterns;
}

/** The path of the pattern that matches nearly every tag, or of the list, where several do so together. */
function mutableTagsPath(value: Json, pattern: string): Path {
  return pattern.includes(' ') ? ['MutableTags'] : ['MutableTags', indexOf(value, pattern)];
}

/** The path of a pattern in the properties. */
function indexOf(value: Json, pattern: string): number {
  const entries = typeof value === 'string' ? value.split(',') : value;
  return isList(entries)
    ? entries.findIndex((entry) => typeof entry === 'string' && entry.trim() === pattern)
    : 0;
}
