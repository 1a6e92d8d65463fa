/** Which of two tag mutabilities is the safer: by the tags that can be overwritten. The order is partial. */
import { canMeet, isWithin } from '../tag-patterns.ts';
import { matchesEveryTag } from './matches-every-tag.ts';
import { maximumExclusions, type TagMutability } from './tag-mutability.ts';

/** The tags that can be overwritten: those that one of the patterns matches, or all others. */
interface OverwritableTags {
  readonly areListed: boolean;
  readonly patterns: readonly string[];
}

function overwritable({ mutability, exclusions }: TagMutability): OverwritableTags {
  const areListed = mutability === 'IMMUTABLE' || mutability === 'IMMUTABLE_WITH_EXCLUSION';
  return { areListed, patterns: exclusions };
}

/**
 * Whether no tag can be overwritten in the first that is immutable in the second.
 *
 * It is false for both orders of two that exclude different tags, such as IMMUTABLE_WITH_EXCLUSION `release-*` and
 * MUTABLE_WITH_EXCLUSION `release-*`: neither is safer then.
 */
export function isAtLeastAsSafe(one: TagMutability, other: TagMutability): boolean {
  const [ours, theirs] = [overwritable(one), overwritable(other)];
  if (ours.areListed)
    return theirs.areListed
      ? covers(theirs.patterns, ours.patterns)
      : areApart(ours.patterns, theirs.patterns);
  return theirs.areListed
    ? [...ours.patterns, ...theirs.patterns].some(matchesEveryTag)
    : covers(ours.patterns, theirs.patterns);
}

/** Whether some tag can be overwritten in the first that is immutable in the second. */
export function isWeakerMutability(one: TagMutability, other: TagMutability): boolean {
  return !isAtLeastAsSafe(one, other);
}

/**
 * The safer of two; where neither is, one that is at least as safe as both: tags can be overwritten in it only if they
 * can be in both, as far as exclusion filters can express that.
 */
export function saferMutability(one: TagMutability, other: TagMutability): TagMutability {
  if (isAtLeastAsSafe(one, other)) return one;
  if (isAtLeastAsSafe(other, one)) return other;
  const [ours, theirs] = [overwritable(one), overwritable(other)];
  if (ours.areListed || theirs.areListed) return excludingOnly(commonPatterns(ours, theirs));
  const kept = [...new Set([...ours.patterns, ...theirs.patterns])];
  return kept.length > maximumExclusions
    ? excludingOnly([])
    : { mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: kept };
}

/** Patterns all of whose tags can be overwritten in both, of which at least one lists its tags. */
function commonPatterns(ours: OverwritableTags, theirs: OverwritableTags): readonly string[] {
  const listedIn = (from: OverwritableTags, other: OverwritableTags) =>
    from.areListed ? from.patterns.filter((each) => isOverwritable(each, other)) : [];
  return [...new Set([...listedIn(ours, theirs), ...listedIn(theirs, ours)])];
}

function isOverwritable(pattern: string, { areListed, patterns }: OverwritableTags): boolean {
  return areListed ? covers(patterns, [pattern]) : areApart([pattern], patterns);
}

function excludingOnly(patterns: readonly string[]): TagMutability {
  return patterns.length === 0
    ? { mutability: 'IMMUTABLE', exclusions: [] }
    : { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: patterns.slice(0, maximumExclusions) };
}

/**
 * Whether the wide patterns together match whatever the narrow ones do.
 *
 * They do so together only if one of them does alone: each `*` of a narrow pattern can stand for a character that no wide
 * one has, and that one of the wide patterns has to cover.
 */
function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((pattern) => wide.some((each) => isWithin(pattern, each)));
}

/** Whether no tag matches a pattern of both. */
function areApart(some: readonly string[], others: readonly string[]): boolean {
  return !some.some((pattern) => others.some((each) => canMeet(pattern, each)));
}
