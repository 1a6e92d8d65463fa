/** The results of several sweeps, most of them not in memory. */
import type { RegistryReading } from '../../audit/reading.ts';
import { isObject } from '../../core/json.ts';
import { isUnknown } from '../../core/known.ts';
import { isInScope, parseScope } from '../../core/sweep/scope.ts';
import { parsedJson } from '../../sweep/parsed-json.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import type { ReportedAudit } from '../../wording/audit/describe.ts';
import { registryName } from '../../wording/audit/registries.ts';
import type { DescribedResult } from '../../wording/sweep/describe.ts';
import { sweepOnPage } from '../../wording/sweep/page.ts';
import type { DescribedSweepRun } from '../../wording/sweep/several.ts';
import { collectAudits } from '../collect-audits.ts';
import { startSpill } from '../spill.ts';

export interface CollectedSweeps {
  /** Reads a report in JSON. @returns false if there is none */
  add(index: number, by: string, summary: SweepSummary, lines: AsyncIterable<string>): Promise<boolean>;
  fail(index: number, about: Required<Pick<DescribedSweepRun, 'by' | 'region' | 'failure'>>): void;
  /** Each sweep, by its index. */
  sweeps(): readonly DescribedSweepRun[];
  /** Each repository, sweep by sweep, with its place. */
  results(): Iterable<DescribedResult>;
  /** Those that were read, as an audit. */
  audit(): ReportedAudit;
  failures(): readonly string[];
  close(): void;
}

/** @param patterns that choose repositories; by default all */
export function collectSweeps(patterns?: string): CollectedSweeps {
  const scope = parseScope(patterns ?? '');
  const spill = startSpill();
  const audits = collectAudits('never', { isSeveral: true });
  const sweeps: DescribedSweepRun[] = [];
  const readings: (RegistryReading | undefined)[] = [];
  const numbers: number[][] = [];
  function* resultsIn(own: readonly number[]): Generator<DescribedResult, void, undefined> {
    for (const number of own) {
      const result: DescribedResult = JSON.parse(spill.read(number));
      yield result;
    }
  }
  return {
    async add(index, by, { info }, lines) {
      const { registryId: account, region } = info.registry;
      const counted = startCounts();
      const own: number[] = [];
      let hasReport = false;
      for await (const line of lines) {
        hasReport = true;
        const result = resultOf(line);
        if (result === undefined || !isInScope(scope, result.name)) continue;
        const placed = { ...result, place: { account, region } };
        own.push(spill.add(JSON.stringify(placed)));
        counted.add(result);
      }
      // Only once all of it was read: a report that ends in the middle is none.
      for (const result of resultsIn(own)) {
        const { audit, place } = result;
        if (audit !== null && place !== undefined)
          audits.addDescribed({ ...audit, place, sweep: sweepOnPage(result) }, index);
      }
      numbers[index] = own;
      readings[index] = info.evidence?.registry;
      sweeps[index] = { account, region, by, sweep: info.sweep, startedAt: info.startedAt, ...counted.end() };
      return hasReport;
    },
    fail(index, about) {
      sweeps[index] = { ...about, account: '', states: {}, repositories: 0, imagesAtRisk: 0, risksUnread: 0 };
    },
    sweeps: () => sweeps,
    *results() {
      for (const own of numbers) yield* resultsIn(own ?? []);
    },
    audit: () => audits.several(sweeps.map(outcomeOf(readings)), { at: oldestOf(sweeps), scope: patterns }),
    failures: () =>
      sweeps.flatMap((each) =>
        each.failure === undefined ? [] : [`${registryName(each)}: ${each.failure}`],
      ),
    close() {
      spill.close();
      audits.close();
    },
  };
}

/** Of all of them: none of what is reported is older. */
function oldestOf(sweeps: readonly DescribedSweepRun[]): number {
  const starts = sweeps.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [Date.parse(startedAt)]));
  return Math.min(Date.now(), ...starts);
}

/** A sweep as a registry of an audit. */
const outcomeOf =
  (readings: readonly (RegistryReading | undefined)[]) =>
  ({ account, region, by, failure, repositories, states }: DescribedSweepRun, index: number) => {
    const reading = readings[index];
    return {
      ...(reading === undefined ? {} : { reading }),
      total: repositories - (states.deleted ?? 0),
      about: { account, region, by, ...(failure === undefined ? {} : { failure }) },
    };
  };

/** A line of `report.json`, which has a repository on each. */
function resultOf(line: string): DescribedResult | undefined {
  const value = line.startsWith('{"name"') ? parsedJson(line.replace(/,$/, '')) : undefined;
  return isResult(value) ? value : undefined;
}

/** Only the keeper's own function writes its reports, so the rest of a line is as it wrote it. */
function isResult(value: unknown): value is DescribedResult {
  return (
    isObject(value) && typeof value.name === 'string' && typeof value.state === 'string' && 'audit' in value
  );
}

function startCounts() {
  const states: Partial<Record<DescribedResult['state'], number>> = {};
  let repositories = 0;
  let imagesAtRisk = 0;
  let risksUnread = 0;
  return {
    add({ state, atRisk }: DescribedResult) {
      states[state] = (states[state] ?? 0) + 1;
      repositories += 1;
      if (isUnknown(atRisk)) risksUnread += 1;
      else {
        imagesAtRisk += atRisk.images;
        risksUnread += atRisk.isComplete ? 0 : 1;
      }
    },
    end: () => ({ states, repositories, imagesAtRisk, risksUnread }),
  };
}
