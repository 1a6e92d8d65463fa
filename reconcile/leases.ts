/**
 * The records of claims that one request has changed, each a lease until the change has ended.
 *
 * A record is written before the first change of its repository and after the last, each time only where nobody else
 * has written it since: so two requests, a second delivery and a retry never change one repository at the same time.
 */
import type { ClaimItem, ClaimsTable } from '../aws/claims/claims-table.ts';
import { encodeRecord } from '../core/claims/encode.ts';
import { type ClaimRecord, holdersOf, type InFlight, type Ownership } from '../core/claims/record.ts';
import type { RepositorySettings } from '../core/settings/repository-settings.ts';
import type { ObservedRepository } from './observe.ts';

/** One repository whose claims change. */
export interface Beginning {
  readonly observed: ObservedRepository;
  readonly ownership: Ownership;
  /** Texts of lifecycle policies that the ownership or the change names, by their hashes. */
  readonly policies: Readonly<Record<string, string>>;
  /** Undefined where no setting changes. */
  readonly change: { readonly before: RepositorySettings; readonly after: RepositorySettings } | undefined;
}

/** The leases of one request. */
export interface Leases {
  /**
   * Writes that the changes begin.
   *
   * @returns false where another request has changed one of the records meanwhile; then none is changed
   */
  begin(beginnings: readonly Beginning[]): Promise<boolean>;
  /**
   * Writes that every change has ended.
   *
   * @returns the names of repositories whose records another request has changed, which it may after `until` only
   */
  commit(): Promise<readonly string[]>;
  /**
   * After an undo: brings back what the records said before.
   *
   * @param table one with time left
   * @param left the names of repositories that were not undone: whoever comes next does it
   * @returns whether any change of settings had begun: a claim alone is nothing that people need to hear of
   */
  abandon(table: ClaimsTable, left: ReadonlySet<string>): Promise<boolean>;
  /** The same for one repository, at once. */
  abandonOne(name: string, isUndone: boolean): Promise<void>;
}

/** What a lease is written by. */
export interface Lessee {
  readonly table: ClaimsTable;
  readonly holder: string;
  readonly request: string;
  /** Milliseconds since 1970: the deadline of this invocation. */
  readonly until: number;
  readonly now: () => number;
}

interface Lease {
  readonly name: string;
  readonly previous: Ownership;
  record: ClaimRecord;
}

interface State {
  readonly lessee: Lessee;
  readonly leases: Map<string, Lease>;
}

export function startLeases(lessee: Lessee): Leases {
  const state: State = { lessee, leases: new Map() };
  return {
    begin: (beginnings) => begin(state, beginnings),
    commit: () => commit(state),
    abandon: (table, left) => abandon(state, table, left),
    async abandonOne(name, isUndone) {
      const lease = state.leases.get(name);
      if (lease === undefined) return;
      state.leases.delete(name);
      await write(lessee.table, lessee.now(), [abandoned(lease, isUndone, lessee.now())]);
    },
  };
}

/** One record to write: what it says then, and whether its change is under way. */
interface Writing {
  readonly lease: Lease;
  readonly next: Ownership;
  readonly inFlight?: InFlight | undefined;
}

/** @returns the ARNs of those that another request has changed, which are not written */
async function write(
  table: ClaimsTable,
  changedAt: number,
  writings: readonly Writing[],
): Promise<ReadonlySet<string>> {
  const written = writings.map(({ lease, next, inFlight }) => ({
    lease,
    record: { ...lease.record, ...next, inFlight, version: lease.record.version + 1, changedAt },
  }));
  const changes = written.map(({ lease, record }) => ({
    item: itemOf(record),
    expected: lease.record.version,
  }));
  const conflicts = new Set(await table.write(changes));
  for (const { lease, record } of written) if (!conflicts.has(record.repositoryArn)) lease.record = record;
  return conflicts;
}

async function begin({ lessee, leases }: State, beginnings: readonly Beginning[]): Promise<boolean> {
  const { table, holder, request, until, now } = lessee;
  const begun = beginnings.map(({ observed, ownership, policies, change }) => {
    const record = observed.record ?? newRecord(observed, now());
    const { name } = observed.repository;
    // A second round undoes the first one too.
    const previous = leases.get(name)?.previous ?? ownershipOf(record);
    const lease: Lease = {
      name,
      previous,
      record: { ...record, policies: { ...record.policies, ...policies } },
    };
    const inFlight = change === undefined ? undefined : { ...change, holder, request, previous, until };
    // An ownership may be a whole record, whose texts of policies are older.
    return { lease, next: ownershipOf(ownership), inFlight };
  });
  const conflicts = await write(table, now(), begun);
  const won = begun.filter(({ lease }) => !conflicts.has(lease.record.repositoryArn));
  if (conflicts.size === 0) {
    for (const { lease } of won) leases.set(lease.name, lease);
    return true;
  }
  // Nobody may hold one and wait for another: two requests would wait for each other.
  await write(
    table,
    now(),
    won.map(({ lease }) => ({ lease, next: lease.previous })),
  );
  return false;
}

async function commit({ lessee: { table, now }, leases }: State): Promise<readonly string[]> {
  const open = [...leases.values()].filter(({ record }) => record.inFlight !== undefined);
  const conflicts = await write(
    table,
    now(),
    open.map((lease) => ({ lease, next: ownershipOf(lease.record) })),
  );
  return open.filter(({ record }) => conflicts.has(record.repositoryArn)).map(({ name }) => name);
}

async function abandon(
  { lessee: { now }, leases }: State,
  table: ClaimsTable,
  left: ReadonlySet<string>,
): Promise<boolean> {
  const all = [...leases.values()];
  const isChanging = all.some(({ record }) => record.inFlight !== undefined);
  leases.clear();
  await write(
    table,
    now(),
    all.map((lease) => abandoned(lease, !left.has(lease.name), now())),
  );
  return isChanging;
}

/** What an undo writes; where it could not undo everything, that the time of the change is over. */
function abandoned(lease: Lease, isUndone: boolean, until: number): Writing {
  const { inFlight } = lease.record;
  return isUndone || inFlight === undefined
    ? { lease, next: lease.previous }
    : { lease, next: ownershipOf(lease.record), inFlight: { ...inFlight, until } };
}

/** The part of a record that an undo brings back. */
export function ownershipOf({ original, claims, retained }: Ownership): Ownership {
  return { original, claims, retained };
}

// How long a record without a claim stays: a request that has read the repository before knows that it is late.
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

function newRecord(observed: ObservedRepository, changedAt: number): ClaimRecord {
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
