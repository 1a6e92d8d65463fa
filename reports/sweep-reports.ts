/** The reports of a sweep, written while its results are read: of a large registry not all of them can be held. */
import type { RepositoryAudit } from '../audit/audit.ts';
import { type AuditRank, compareRanks, rankOf } from '../audit/rank.ts';
import { startSummary, unknownOf } from '../audit/summary.ts';
import { noTotals, withRepository } from '../audit/totals.ts';
import type { UnreadReason } from '../audit/unread.ts';
import type { ObjectStore, ObjectWriter } from '../aws/objects/object-store.ts';
import { visibleIn, visibleJson } from '../core/visible.ts';
import { sweepKeys } from '../sweep/keys.ts';
import type { RepositoryResult } from '../sweep/results.ts';
import type { SweepReport } from '../sweep/summarise.ts';
import type { SweepInfo } from '../sweep/sweep-info.ts';
import { describeRepository, describeWhole } from '../wording/audit/describe.ts';
import { describeResult } from '../wording/sweep/describe.ts';
import { maxUnread, pageSections, sweepOnPage } from '../wording/sweep/page.ts';
import { htmlReport } from './audit-html.ts';
import { sweepCsvHeader, sweepCsvLine } from './sweep-csv.ts';

/** A browser needs some seconds for a page of so many rows, and a function half a gigabyte. */
export const maxRowsOfPage = 5_000;

/** @param version of this product */
export function sweepReports(
  info: SweepInfo,
  store: ObjectStore,
  version: string,
): readonly [SweepReport, SweepReport, SweepReport] {
  return [csvReport(info, store), jsonReport(info, store), pageReport(info, store, version)];
}

/** The registry as the evidence has read it; a sweep that ended before knows its name only. */
function registryOf({ evidence, registry }: SweepInfo) {
  return (
    evidence?.registry ?? {
      ...registry,
      scanType: { unknown: { code: 'no-response', action: 'ecr:GetRegistryScanningConfiguration' } as const },
    }
  );
}

function csvReport(info: SweepInfo, store: ObjectStore): SweepReport {
  const registry = registryOf(info);
  const writer = store.writer(sweepKeys(info.sweep).csv, 'text/csv; charset=utf-8');
  let begun: Promise<void> | undefined;
  const begin = () => {
    begun ??= writer.write(sweepCsvHeader);
    return begun;
  };
  return {
    async add(result) {
      await begin();
      await writer.write(sweepCsvLine(visibleIn(describeResult(result, registry))));
    },
    async end() {
      await begin();
      await writer.end();
    },
    abort: () => writer.abort(),
  };
}

/** One JSON object, with a repository on each line. */
function jsonReport(info: SweepInfo, store: ObjectStore): SweepReport {
  const registry = registryOf(info);
  const writer = store.writer(sweepKeys(info.sweep).json, 'application/json');
  const separate = separator(writer, '{"version":"1","repositories":[\n', ',\n');
  return {
    async add(result) {
      await separate();
      await writer.write(visibleJson(describeResult(result, registry)));
    },
    async end({ info: { evidence: _, ...about }, ...summary }) {
      if (writer.bytes === 0) await separate();
      await writer.write(`\n],"sweep":${visibleJson(about)},"summary":${visibleJson(summary)}}\n`);
      await writer.end();
    },
    abort: () => writer.abort(),
  };
}

/** Writes the one text the first time, and the other one after it. */
function separator(writer: ObjectWriter, first: string, then: string): () => Promise<void> {
  return () => writer.write(writer.bytes === 0 ? first : then);
}

/** The patterns that choose repositories; undefined where all are meant, as by a release, which is of all that the keeper holds. */
function scopeOf({ action, scope }: SweepInfo): string | undefined {
  return action === 'release' || scope === '*' || scope === '' ? undefined : scope;
}

/** The audit's page, of the most severe repositories if there are very many. */
function pageReport(info: SweepInfo, store: ObjectStore, version: string): SweepReport {
  const registry = registryOf(info);
  const counts = startSummary<UnreadReason>();
  const ranks: AuditRank[] = [];
  const severe = startMostSevere(maxRowsOfPage);
  const unread: RepositoryResult[] = [];
  let unreadCount = 0;
  let totals = noTotals;
  let total = 0;
  return {
    async add(result) {
      total += result.state === 'deleted' ? 0 : 1;
      const { audit } = result;
      if (audit === undefined) {
        unreadCount += 1;
        if (unread.length < maxUnread) unread.push(result);
        return;
      }
      const rank = rankOf(audit);
      ranks.push(rank);
      counts.add(audit, rank);
      totals = withRepository(totals, audit);
      severe.add({ rank, result, audit });
    },
    async end(summary) {
      const whole = {
        registry,
        at: info.startedAt,
        total,
        summary: counts.summary([{ unknown: unknownOf(registry), repositories: ranks.length }], ranks),
        scope: scopeOf(info),
      };
      const rows = severe.end().map(({ audit, result }) => ({
        ...describeRepository(audit, registry),
        sweep: sweepOnPage(describeResult(result, registry)),
      }));
      const withoutAudit = unread.map((each) => describeResult(each, registry));
      const extras = { verb: 'Swept', sections: pageSections(summary, withoutAudit, unreadCount) };
      const page = htmlReport(visibleIn(describeWhole(whole, totals, rows)), version, visibleIn(extras));
      await store.put(sweepKeys(info.sweep).html, page, { contentType: 'text/html; charset=utf-8' });
    },
    abort: async () => undefined,
  };
}

interface Row {
  readonly rank: AuditRank;
  readonly result: RepositoryResult;
  readonly audit: RepositoryAudit;
}

/** Keeps the most severe of any number of repositories, at most so many. */
function startMostSevere(max: number) {
  let kept: Row[] = [];
  const cut = () => {
    kept = kept.sort((one, other) => compareRanks(one.rank, other.rank)).slice(0, max);
  };
  return {
    add(row: Row) {
      kept.push(row);
      // Sorted seldom, so that each costs little.
      if (kept.length >= 2 * max) cut();
    },
    /** The most severe first. */
    end(): readonly Row[] {
      cut();
      return kept;
    },
  };
}
