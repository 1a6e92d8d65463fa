/** How patterns of tags, in which `*` stands for any characters, relate to each other. */
import { matchesWildcard } from './wildcard.ts';

/**
 * Whether every tag that the narrow pattern matches is matched by the wide one too.
 *
 * The narrow pattern is itself matched: its `*` is a character that no tag and no literal part of a pattern has, so only a
 * wide `*` can stand for it.
 */
export function isWithin(narrow: string, wide: string): boolean {
  return matchesWildcard(wide, narrow);
}

/** Whether a tag can match both patterns. */
export function canMeet(one: string, other: string): boolean {
  if (!one.includes('*')) return matchesWildcard(other, one);
  if (!other.includes('*')) return matchesWildcard(one, other);
  // What lies between their ends a tag can have one after the other.
  return (
    isStartOfEither(one.slice(0, one.indexOf('*')), other.slice(0, other.indexOf('*'))) &&
    isEndOfEither(one.slice(one.lastIndexOf('*') + 1), other.slice(other.lastIndexOf('*') + 1))
  );
}

function isStartOfEither(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function isEndOfEither(one: string, other: string): boolean {
  return one.endsWith(other) || other.endsWith(one);
}
