/**
 * The records of claims that one request has changed, each a lease until the change has ended.
 *
 * A record is written before the first change of its repository and after the last, each time only if it has not been
 * written since it was read. So two requests, duplicates or retries never change a repository at the same time.
 */
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import type { Ownership } from '../core/claims/record.ts';
import type { RepositorySettings } from '../core/settings/repository-settings.ts';
import {
  areOneTransaction,
  beginRecords,
  type Lease,
  makeSure,
  newRecord,
  ownershipOf,
  type Writing,
  writeRecords,
} from './lease-records.ts';
import type { ObservedRepository } from './observe.ts';
import { type NotHeld, type RetakingTables, retakeLeases } from './retake-leases.ts';
import { type Withdrawal, withdrawalOf, withdrawalsOf } from './withdrawals.ts';

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
   * @returns false if another request has changed one of the records meanwhile; then none is changed
   */
  begin(beginnings: readonly Beginning[]): Promise<boolean>;
  /**
   * Writes that every change has ended.
   *
   * @returns the names of repositories whose records another request has changed, which is possible only after `until`
   */
  commit(): Promise<readonly string[]>;
  /** Before an undo: takes again the leases that have ended, or may have. */
  retake(tables: RetakingTables): Promise<NotHeld>;
  /**
   * After an undo: restores the records.
   *
   * @param table one with time left
   * @param left the names of repositories that were not reverted: the next request does it
   */
  abandon(table: ClaimsTable, left: ReadonlySet<string>): Promise<Abandoned>;
  /** The same for one repository, at once. */
  abandonOne(name: string, isUndone: boolean): Promise<void>;
}

/** What is known after it. */
export interface Abandoned {
  /** Whether any change of settings had begun; a claim alone need not be reported. */
  readonly hasBegun: boolean;
  /** Claims that are still to be taken back, since another request has written the record since. */
  readonly overtaken: readonly Withdrawal[];
}

/** The request that holds the leases. */
export interface Lessee {
  readonly table: ClaimsTable;
  readonly holder: string;
  readonly request: string;
  /** Milliseconds since 1970: the deadline of this invocation. */
  readonly until: number;
  readonly now: () => number;
}

interface State {
  readonly lessee: Lessee;
  readonly leases: Map<string, Lease>;
  /** Claims that another request took over before they could be brought back. */
  readonly overtaken: Withdrawal[];
}

export function startLeases(lessee: Lessee): Leases {
  const state: State = { lessee, leases: new Map(), overtaken: [] };
  return {
    begin: (beginnings) => begin(state, beginnings),
    commit: () => commit(state),
    retake: (tables) => retakeLeases(tables, lessee.now, [...state.leases.values()]),
    abandon: (table, left) => abandon(state, table, left),
    async abandonOne(name, isUndone) {
      const lease = state.leases.get(name);
      if (lease === undefined) return;
      await makeSure(lessee.table, [lease]);
      state.leases.delete(name);
      await writeRecords(lessee.table, lessee.now(), [abandoned(lease, isUndone, lessee.now())]);
    },
  };
}

/** A lease that begins, and what the record says after and before. */
function beginningOf({ lessee, leases }: State, { observed, ownership, policies, change }: Beginning) {
  const { holder, request, until, now } = lessee;
  const { settings, repository } = observed;
  const { name } = repository;
  const record = observed.record ?? newRecord(observed, now());
  const round = leases.get(name);
  // A second round undoes the first one too.
  const previous = round?.previous ?? ownershipOf(record);
  const inFlightOf = (of: { readonly before: RepositorySettings; readonly after: RepositorySettings }) => ({
    ...of,
    ...{ holder, request, previous, until },
  });
  const lease: Lease = {
    name,
    previous,
    // A claim alone does not end what a round before has changed: an undo reverts that too.
    inFlight: change === undefined ? round?.inFlight : inFlightOf(change),
    record: { ...record, policies: { ...record.policies, ...policies } },
    isHeld: false,
    unsure: undefined,
  };
  const inFlight = lease.inFlight ?? inFlightOf({ before: settings, after: settings });
  return { lease, next: ownership, inFlight, back: ownershipOf(record), round };
}

async function begin(state: State, beginnings: readonly Beginning[]): Promise<boolean> {
  const { lessee, leases, overtaken } = state;
  const { table, now } = lessee;
  const begun = beginnings.map((each) => beginningOf(state, each));
  // Before the write, which may be done though its answer gets lost.
  for (const { lease } of begun) leases.set(lease.name, lease);
  // Claims alone need no lease, unless several transactions write them and one is refused: the others are taken back,
  // and no other request must rely on them in between.
  const isOne = areOneTransaction(begun);
  const conflicts = await beginRecords(
    table,
    now(),
    begun.map(({ lease, next, inFlight }) => ({
      ...{ lease, next },
      inFlight: isOne ? lease.inFlight : inFlight,
    })),
  );
  if (conflicts.size === 0) return true;
  const won = begun.filter(({ lease }) => !conflicts.has(lease.record.repositoryArn));
  // A request must not hold one lease and wait for another: two requests would wait for each other.
  const taken = await writeRecords(
    table,
    now(),
    won.map(({ lease, back }) => ({ lease, next: back })),
  );
  // Also of those in conflict: one may have been written, its answer lost, and another request have built on it.
  overtaken.push(
    ...begun
      .filter(({ lease: { record } }) => [conflicts, taken].some((each) => each.has(record.repositoryArn)))
      .map(({ lease }) => withdrawalOf(lease)),
  );
  for (const { lease, round } of begun) {
    leases.delete(lease.name);
    if (round === undefined) continue;
    round.record = lease.record;
    leases.set(round.name, round);
  }
  return false;
}

async function commit({ lessee: { table, now }, leases }: State): Promise<readonly string[]> {
  const open = [...leases.values()].filter(({ record }) => record.inFlight !== undefined);
  const conflicts = await writeRecords(
    table,
    now(),
    open.map((lease) => ({ lease, next: ownershipOf(lease.record) })),
  );
  return open.filter(({ record }) => conflicts.has(record.repositoryArn)).map(({ name }) => name);
}

async function abandon(
  { lessee, leases, overtaken }: State,
  table: ClaimsTable,
  left: ReadonlySet<string>,
): Promise<Abandoned> {
  const { now } = lessee;
  const all = [...leases.values()];
  leases.clear();
  // A claim of which no answer came is written all the same where another request has built on it.
  const unknown = await makeSure(table, all);
  const held = all.filter(({ isHeld }) => isHeld);
  const conflicts = await writeRecords(
    table,
    now(),
    held.map((lease) => abandoned(lease, !left.has(lease.name), now())),
  );
  return {
    hasBegun: held.some(({ inFlight }) => inFlight !== undefined),
    overtaken: [...overtaken, ...withdrawalsOf(held, conflicts), ...unknown.map(withdrawalOf)],
  };
}

/** What an undo writes; if it could not revert everything, that the deadline of the change has passed. */
function abandoned(lease: Lease, isUndone: boolean, until: number): Writing {
  const { inFlight } = lease;
  return isUndone || inFlight === undefined
    ? { lease, next: lease.previous }
    : { lease, next: ownershipOf(lease.record), inFlight: { ...inFlight, until } };
}
