/** Which of two settings is the safer. Pure. */
import { matchesEveryTag, mutabilities, type TagMutability } from '../../core/settings/tag-mutability.ts';
import { matchesWildcard } from '../../core/wildcard.ts';
import type { Settled } from './settled.ts';

/**
 * Whether a tag mutability keeps every tag that another one keeps.
 *
 * In the order of `mutabilities`; of two that are the same, by their exclusions: fewer or narrower ones are safer
 * where they are the tags that may move, more or wider ones where they are those that may not. Two that exclude
 * different tags are neither safer than the other.
 */
export function isAtLeastAsSafe(one: TagMutability, other: TagMutability): boolean {
  const difference = rank(one) - rank(other);
  if (difference !== 0) return difference < 0;
  if (isVoid(one) || isVoid(other)) return true;
  if (one.mutability === 'IMMUTABLE_WITH_EXCLUSION') return covers(other.exclusions, one.exclusions);
  if (one.mutability === 'MUTABLE_WITH_EXCLUSION') return covers(one.exclusions, other.exclusions);
  return true;
}

/** Immutability that excludes every tag keeps none. */
export function isVoid({ mutability, exclusions }: TagMutability): boolean {
  return mutability === 'IMMUTABLE_WITH_EXCLUSION' && exclusions.some(matchesEveryTag);
}

/** The settings that a change from one to the other would weaken, in words; empty when it weakens none. */
export function weakened(from: Settled, to: Settled): readonly string[] {
  return [
    ...(isAtLeastAsSafe(to.tagMutability, from.tagMutability)
      ? []
      : [
          `ImageTagMutability ${mutabilityWords(from.tagMutability)} -> ${mutabilityWords(to.tagMutability)}`,
        ]),
    ...(from.scanOnPush && !to.scanOnPush ? ['ScanOnPush true -> false'] : []),
  ];
}

/** A tag mutability with its exclusions, in words. */
export function mutabilityWords({ mutability, exclusions }: TagMutability): string {
  return [mutability, ...exclusions].join(' ');
}

function rank(value: TagMutability): number {
  return mutabilities.indexOf(isVoid(value) ? 'MUTABLE' : value.mutability);
}

/**
 * Whether the wide patterns match whatever the narrow ones do, each narrow one by one wide one.
 *
 * A narrow pattern is itself matched: its `*` is a character that no tag has, so only a wide `*` can stand for it.
 */
function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((pattern) => wide.some((each) => matchesWildcard(each, pattern)));
}
