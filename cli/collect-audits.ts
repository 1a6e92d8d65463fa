/** The audits of a registry's repositories: in words, in the order of severity, and most of them not in memory. */
import type { RepositoryAudit } from '../audit/audit.ts';
import { type AuditRank, compareRanks, rankOf } from '../audit/rank.ts';
import type { RegistryReading } from '../audit/reading.ts';
import { startSummary } from '../audit/summary.ts';
import { noTotals, withRepository } from '../audit/totals.ts';
import {
  type DescribedRepositories,
  type DescribedRepository,
  describeRepository,
  describeWhole,
  type ReportedAudit,
} from '../wording/audit/describe.ts';
import { type Spill, startSpill } from './spill.ts';

export interface CollectedAudits {
  add(audit: RepositoryAudit, registry: RegistryReading): void;
  /** @param at milliseconds since 1970 */
  audit(
    registry: RegistryReading,
    { total, at }: { readonly total: number; readonly at: number },
  ): ReportedAudit;
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
}

/** @param maxCharacters of texts in memory (`startSpill`) */
export function collectAudits(
  failOn: 'error' | 'warning' | 'never',
  maxCharacters?: number,
): CollectedAudits {
  const spill = startSpill(maxCharacters);
  const collected: Collected[] = [];
  const counts = startSummary();
  let totals = noTotals;
  let isFailing = false;
  return {
    add(audit, registry) {
      const rank = rankOf(audit);
      counts.add(audit, rank);
      totals = withRepository(totals, audit);
      isFailing ||= hasFinding(audit, failOn);
      // Described at once: the data that the sentences are made from is larger.
      collected.push({ rank, number: spill.add(JSON.stringify(describeRepository(audit, registry))) });
    },
    audit(registry, { total, at }) {
      collected.sort((one, other) => compareRanks(one.rank, other.rank));
      const summary = counts.summary(
        registry,
        collected.map(({ rank }) => rank),
      );
      const whole = { registry, at: new Date(at).toISOString(), total, summary };
      return describeWhole(whole, totals, readAgain(collected, spill));
    },
    isFailing: () => isFailing,
    close: spill.close,
  };
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

function hasFinding({ findings }: RepositoryAudit, failOn: 'error' | 'warning' | 'never'): boolean {
  if (failOn === 'never') return false;
  return findings.some(({ level }) => level === 'error' || (level === 'warning' && failOn === 'warning'));
}
