/** A claims table in memory, by the contract of ClaimsTable: conditional writes by version. */
import type { ClaimChange, ClaimItem, ClaimsConnection } from '../aws/claims/claims-table.ts';

/** The table, and what it was asked. */
export interface MemoryClaims extends ClaimsConnection {
  readonly items: Map<string, ClaimItem>;
  /** Read and write request units, as DynamoDB counts them: a transaction's writes count twice. */
  readonly units: { reads: number; writes: number };
}

/** @param answer waited for at each call */
export function memoryClaims(answer: () => Promise<void>): MemoryClaims {
  const items = new Map<string, ClaimItem>();
  const units = { reads: 0, writes: 0 };
  const conflictsIn = (changes: readonly ClaimChange[]) =>
    changes.flatMap(({ item, expected }) =>
      (items.get(item.key)?.version ?? 0) === expected ? [] : [item.key],
    );
  const take = (changes: readonly ClaimChange[]) => {
    for (const { item } of changes) items.set(item.key, item);
    const each = changes.map(({ item }) => Math.ceil((item.body.length + 200) / 1024));
    units.writes += each.reduce((sum, one) => sum + one, 0) * (changes.length > 1 ? 2 : 1);
  };
  const all = async function* () {
    await answer();
    yield* [...items.values()];
  };
  const read = async (keys: readonly string[]) => {
    await answer();
    units.reads += keys.length;
    return new Map(keys.flatMap((key) => [items.get(key) ?? []].flat().map((item) => [key, item] as const)));
  };
  const table = {
    read,
    async versions(keys: readonly string[]) {
      return new Map([...(await read(keys))].map(([key, { version }]) => [key, version] as const));
    },
    async write(changes: readonly ClaimChange[]) {
      await answer();
      const conflicts = conflictsIn(changes);
      take(changes.filter(({ item }) => !conflicts.includes(item.key)));
      return conflicts;
    },
    async writeTogether(changes: readonly ClaimChange[]) {
      await answer();
      if (conflictsIn(changes).length > 0) return changes.map(({ item }) => item.key);
      take(changes);
      return [];
    },
    async heldBy(holder: string) {
      await answer();
      return [...items.values()].filter(({ holders }) => holders.includes(holder));
    },
    all,
  };
  return { items, units, until: () => table, close: () => undefined };
}
