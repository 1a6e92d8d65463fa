/** Counts of what repositories have, the most frequent first, whichever order the repositories came in. */
import { type AuditRank, compareRanks } from './rank.ts';

/** Counts by key. */
export interface Tally<Entry> {
  /** Counts entries of a repository; the same one twice counts twice. */
  add(entries: readonly Entry[], rank: AuditRank): void;
  /** Counts an entry so many times, unless it has been counted. */
  addOnce(entry: Entry, count: number): void;
  /** The most frequent first; of those as frequent the one that comes first in the order of the repositories. */
  sorted(): readonly (readonly [Entry, number])[];
}

interface Count<Entry> {
  readonly entry: Entry;
  count: number;
  /** Where it comes first; undefined for one of the registry as a whole. */
  first: { readonly rank: AuditRank; readonly index: number } | undefined;
}

export function startTally<Entry>(keyOf: (entry: Entry) => string): Tally<Entry> {
  const counts = new Map<string, Count<Entry>>();
  return {
    add(entries, rank) {
      for (const [index, entry] of entries.entries()) {
        const key = keyOf(entry);
        const count = counts.get(key) ?? { entry, count: 0, first: undefined };
        counts.set(key, count);
        count.count += 1;
        if (count.first === undefined || compareRanks(rank, count.first.rank) < 0)
          count.first = { rank, index };
      }
    },
    addOnce(entry, count) {
      const key = keyOf(entry);
      if (!counts.has(key)) counts.set(key, { entry, count, first: undefined });
    },
    sorted: () =>
      [...counts.values()]
        .sort(compareCounts)
        .map(({ entry, count }): readonly [Entry, number] => [entry, count]),
  };
}

function compareCounts(one: Count<unknown>, other: Count<unknown>): number {
  if (one.count !== other.count) return other.count - one.count;
  if (one.first === undefined || other.first === undefined)
    return Number(one.first === undefined) - Number(other.first === undefined);
  return compareRanks(one.first.rank, other.first.rank) || one.first.index - other.first.index;
}
