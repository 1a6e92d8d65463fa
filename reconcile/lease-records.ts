/** The records behind leases, and how they are written. */
import { type ClaimItem, type ClaimsTable, fitOneTransaction } from '../aws/claims/claims-table.ts';
import { encodeRecord } from '../core/claims/encode.ts';
import { type ClaimRecord, holdersOf, type InFlight, type Ownership } from '../core/claims/record.ts';
import type { ObservedRepository } from './observe.ts';

/** One record that a request changes. */
export interface Lease {
  readonly name: string;
  readonly previous: Ownership;
  /** The change that began with it. */
  readonly inFlight: InFlight | undefined;
  /** The record as it was last written. */
  record: ClaimRecord;
  /** Whether this request has written it. */
  isHeld: boolean;
  /** A write of which no answer came, so that it may be done. */
  unsure: ClaimRecord | undefined;
}

/** One record to write: its claims, and the change in progress, if any. */
export interface Writing {
  readonly lease: Lease;
  readonly next: Ownership;
  readonly inFlight?: InFlight | undefined;
}

/** @returns the ARNs of those that another request has changed, which are not written */
export function writeRecords(
  table: ClaimsTable,
  changedAt: number,
  writings: readonly Writing[],
): Promise<ReadonlySet<string>> {
  return write(writings, changedAt, table.write);
}

/**
 * The same, but all or none of what is in one transaction is written.
 *
 * @returns the ARNs of those that are not written, with and without a conflict of their own
 */
export function beginRecords(
  table: ClaimsTable,
  changedAt: number,
  writings: readonly Writing[],
): Promise<ReadonlySet<string>> {
  return write(writings, changedAt, table.writeTogether);
}

/** Whether one transaction takes them. */
export function areOneTransaction(writings: readonly Writing[]): boolean {
  return writings.length <= 1 || fitOneTransaction(writings.map((each) => itemOf(recordOf(each, 0))));
}

function recordOf({ lease, next, inFlight }: Writing, changedAt: number): ClaimRecord {
  return {
    ...lease.record,
    // Not `...next`: an ownership that was made from a record has its other members too, such as older policies.
    ...ownershipOf(next),
    inFlight,
    version: lease.record.version + 1,
    changedAt,
  };
}

async function write(
  writings: readonly Writing[],
  changedAt: number,
  put: ClaimsTable['write'],
): Promise<ReadonlySet<string>> {
  const written = writings.map((each) => ({ lease: each.lease, record: recordOf(each, changedAt) }));
  const changes = written.map(({ lease, record }) => ({
    item: itemOf(record),
    expected: lease.record.version,
  }));
  for (const { lease, record } of written) lease.unsure = record;
  const conflicts = new Set(await put(changes));
  for (const { lease, record } of written) {
    lease.unsure = undefined;
    if (!conflicts.has(record.repositoryArn)) hold(lease, record);
  }
  return conflicts;
}

function hold(lease: Lease, record: ClaimRecord): void {
  lease.record = record;
  lease.isHeld = true;
}

/**
 * Finds out which writes are done of those whose answers did not come.
 *
 * @returns those of them whose records another request has written since
 */
export async function makeSure(table: ClaimsTable, leases: readonly Lease[]): Promise<readonly Lease[]> {
  const unsure = leases.filter((lease) => lease.unsure !== undefined);
  if (unsure.length === 0) return [];
  const overtaken: Lease[] = [];
  const items = await table.read(unsure.map(({ record }) => record.repositoryArn));
  for (const lease of unsure) {
    const { unsure: record } = lease;
    const item = record && items.get(record.repositoryArn);
    // Another request of the same moment would have written another body.
    if (record !== undefined && item?.version === record.version && item.body === encodeRecord(record))
      hold(lease, record);
    else if (item !== undefined && item.version !== lease.record.version) overtaken.push(lease);
    lease.unsure = undefined;
  }
  return overtaken;
}

// The difference to allow between the clocks of two functions.
const clockSkewMs = 1_000;

/** Until when nobody else may change a repository: as long as the request itself can write. Milliseconds since 1970. */
export function leaseEnd(now: number, leftMs: number): number {
  return now + leftMs + clockSkewMs;
}

/** The part of a record that an undo restores. */
export function ownershipOf({ original, claims, retained }: Ownership): Ownership {
  return { original, claims, retained };
}

// How long a record without a claim is kept, so that a request that read it earlier still conflicts.
const keptEmptyMs = 24 * 60 * 60 * 1000;

/** The record as an item of the table. */
export function itemOf(record: ClaimRecord): ClaimItem {
  const isEmpty = holdersOf(record).length === 0;
  return {
    key: record.repositoryArn,
    version: record.version,
    holders: holdersOf(record),
    body: encodeRecord(record),
    ...(isEmpty ? { expiresAt: Math.ceil((record.changedAt + keptEmptyMs) / 1000) } : {}),
  };
}

export function newRecord(observed: ObservedRepository, changedAt: number): ClaimRecord {
  const { repository, staleVersion } = observed;
  return {
    repositoryArn: repository.arn,
    createdAt: repository.createdAt,
    version: staleVersion,
    changedAt,
    original: observed.settings,
    claims: [],
    retained: [],
    policies: {},
    inFlight: undefined,
  };
}
