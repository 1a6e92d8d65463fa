/** The audits of repositories: in words, in the order of severity, and most of them not in memory. */
import type { RepositoryAudit } from '../audit/audit.ts';
import { type AuditRank, compareRanks, rankOf } from '../audit/rank.ts';
import type { RegistryReading } from '../audit/reading.ts';
import { startSummary, unknownOf } from '../audit/summary.ts';
import { noTotals, type Totals, withRepository } from '../audit/totals.ts';
import { isUnknown } from '../core/known.ts';
import {
  type DescribedRepositories,
  type DescribedRepository,
  describeRepository,
  describeSeveral,
  describeWhole,
  type ReportedAudit,
} from '../wording/audit/describe.ts';
import type { DescribedRegistry } from '../wording/audit/registries.ts';
import { unreadClause } from '../wording/audit/unread.ts';
import { type Spill, startSpill } from './spill.ts';

/** A registry that was asked for, and what became of it. */
export interface RegistryOutcome {
  /** Undefined where it could not be read. */
  readonly reading?: RegistryReading;
  /** How many repositories it has. */
  readonly total: number;
  /** Where it is, with which credentials it was read, and why it could not be. */
  readonly about: Pick<DescribedRegistry, 'account' | 'region' | 'by' | 'failure'>;
}

/** What is said of all repositories. */
export interface AuditScope {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The patterns that choose repositories. */
  readonly scope?: string | undefined;
}

export interface CollectedAudits {
  /** @param of which of the registries, by its index */
  add(audit: RepositoryAudit, registry: RegistryReading, of?: number): void;
  /** The same of one that is in words already; its `place` is what it says. */
  addDescribed(audit: DescribedRepository, of: number): void;
  /** The report of one registry. */
  audit(registry: RegistryReading, about: AuditScope & { readonly total: number }): ReportedAudit;
  /** The report of several. @param outcomes by index */
  several(outcomes: readonly RegistryOutcome[], about: AuditScope): ReportedAudit;
  /** Whether there is a finding of the level, or a more severe one. */
  isFailing(): boolean;
  /** Ends what was collected. */
  close(): void;
}

/** A repository that is not in memory. */
interface Collected {
  readonly rank: AuditRank;
  /** Of its text in the spill. */
  readonly number: number;
  /** The index of its registry. */
  readonly of: number;
}

/** The sums over the repositories of one registry. */
interface RegistrySums {
  readonly totals: Totals;
  readonly bytes: number;
}

const noSums: RegistrySums = { totals: noTotals, bytes: 0 };

/**
 * @param isSeveral whether there are several registries, so that each repository says which it is in
 * @param maxCharacters of texts in memory (`startSpill`)
 */
export function collectAudits(
  failOn: 'error' | 'warning' | 'never',
  {
    isSeveral = false,
    maxCharacters,
  }: { readonly isSeveral?: boolean; readonly maxCharacters?: number } = {},
): CollectedAudits {
  const spill = startSpill(maxCharacters);
  const collected: Collected[] = [];
  const sums = new Map<number, RegistrySums>();
  const counts = startSummary<string>();
  let totals = noTotals;
  let isFailing = false;
  const sorted = () =>
    collected.sort((one, other) => compareRanks(one.rank, other.rank) || one.of - other.of);
  const addDescribed = (audit: DescribedRepository, of: number) => {
    const rank = rankOf(audit);
    counts.add(audit, rank);
    totals = withRepository(totals, audit);
    if (isSeveral) sums.set(of, plus(sums.get(of) ?? noSums, audit));
    isFailing ||= hasFinding(audit, failOn);
    collected.push({ rank, number: spill.add(JSON.stringify(audit)), of });
  };
  return {
    add(audit, registry, of = 0) {
      // Described at once: the data that the sentences are made from is larger.
      const described = describeRepository(audit, registry);
      addDescribed(isSeveral ? { ...described, place: placeOf(registry) } : described, of);
    },
    addDescribed,
    audit(registry, { total, at, scope }) {
      const ranks = sorted().map(({ rank }) => rank);
      const unknown = unknownOf(registry).map(unreadClause);
      const summary = counts.summary([{ unknown, repositories: ranks.length }], ranks);
      const whole = { registry, at: new Date(at).toISOString(), total, summary, scope };
      return describeWhole(whole, totals, readAgain(collected, spill));
    },
    several(outcomes, { at, scope }) {
      const all = sorted();
      const registries = outcomes.map((outcome, index) => registryOf(outcome, index, sums, all));
      const read = outcomes.flatMap(({ reading }, index) =>
        reading === undefined ? [] : [{ reading, repositories: registries[index]?.read ?? 0 }],
      );
      const counted = read.map(({ reading, repositories }) => ({
        unknown: unknownOf(reading).map(unreadClause),
        repositories,
      }));
      const ranks = all.map(({ rank }) => rank);
      const whole = {
        ...{ registries, scope, at: new Date(at).toISOString() },
        readings: read.map(({ reading }) => reading),
        total: outcomes.reduce((sum, { total }) => sum + total, 0),
        summary: counts.summary(counted, ranks),
      };
      return describeSeveral(whole, totals, readAgain(all, spill));
    },
    isFailing: () => isFailing,
    close: spill.close,
  };
}

/** One of the registries, with its counts. */
function registryOf(
  { about, total }: RegistryOutcome,
  index: number,
  sums: ReadonlyMap<number, RegistrySums>,
  all: readonly Collected[],
): DescribedRegistry {
  const { totals, bytes } = sums.get(index) ?? noSums;
  return { ...about, total, read: totals.read, safe: totals.safe, bytes, monthlyCost: costOf(all, index) };
}

function placeOf({ registryId: account, region }: RegistryReading) {
  return { account, region };
}

function plus({ totals, bytes }: RegistrySums, audit: DescribedRepository): RegistrySums {
  return {
    totals: withRepository(totals, audit),
    bytes: bytes + (isUnknown(audit.images) ? 0 : audit.images.bytes),
  };
}

/** Always in the same order: the sum of fractions depends on it. */
function costOf(all: readonly Collected[], index: number): number {
  return all.reduce((sum, { rank, of }) => (of === index ? sum + rank.cost : sum), 0);
}

function readAgain(collected: readonly Collected[], spill: Spill): DescribedRepositories {
  return {
    length: collected.length,
    *[Symbol.iterator]() {
      for (const { number } of collected) {
        const repository: DescribedRepository = JSON.parse(spill.read(number));
        yield repository;
      }
    },
  };
}

function hasFinding({ findings }: DescribedRepository, failOn: 'error' | 'warning' | 'never'): boolean {
  if (failOn === 'never') return false;
  return findings.some(({ level }) => level === 'error' || (level === 'warning' && failOn === 'warning'));
}
