/**
 * Takes leases again, for an undo after the changes were committed: the next transaction, or a further round, may fail.
 * Without a lease an undo could write over what another request has done since.
 */
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import { type Lease, makeSure, ownershipOf, writeRecords } from './lease-records.ts';

/**
 * The repositories, by name, that this request may not write any more. The error says why it is not known whether another
 * request changes it; undefined: one has changed it, and what it is now is that one's.
 */
export type NotHeld = ReadonlyMap<string, unknown>;

/** The table until two deadlines: writes end first, so that there is time to find out whether they are done. */
export interface RetakingTables {
  readonly reading: ClaimsTable;
  readonly writing: ClaimsTable;
}

/** @param leases all of the request */
export async function retakeLeases(
  { reading, writing }: RetakingTables,
  now: () => number,
  leases: readonly Lease[],
): Promise<NotHeld> {
  const notHeld = new Map<string, unknown>();
  const changing = leases.filter(({ inFlight }) => inFlight !== undefined);
  const sureOf = async (some: readonly Lease[]) => {
    const unsure = some.filter((lease) => lease.unsure !== undefined);
    try {
      for (const { name } of await makeSure(reading, unsure)) notHeld.set(name, undefined);
    } catch (error) {
      for (const { name } of unsure) notHeld.set(name, error);
    }
  };
  await sureOf(changing);
  const ended = changing.filter((lease) => hasEnded(lease) && !notHeld.has(lease.name));
  try {
    const conflicts = await writeRecords(
      writing,
      now(),
      ended.map((lease) => ({ lease, next: ownershipOf(lease.record), inFlight: lease.inFlight })),
    );
    for (const { name, record } of ended)
      if (conflicts.has(record.repositoryArn)) notHeld.set(name, undefined);
  } catch {
    // The write may be done all the same. Where it is not, nobody else had begun by now, and what can be reverted is.
    await sureOf(ended);
  }
  return notHeld;
}

function hasEnded({ isHeld, record }: Lease): boolean {
  return isHeld && record.inFlight === undefined;
}
