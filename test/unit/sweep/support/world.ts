/** Sweeps of a registry in a bucket in memory, and what their summaries report. */
import { memoryObjects } from '../../../../bench/memory-objects.ts';
import { sweepKeys } from '../../../../sweep/keys.ts';
import type { RepositoryResult, ResultState } from '../../../../sweep/results.ts';
import { type SweepReport, type SweepSummary, summariseSweep } from '../../../../sweep/summarise.ts';
import type { SweepInfo } from '../../../../sweep/sweep-info.ts';

export const nameOf = (index: number) => `team/${String(index).padStart(5, '0')}`;
export const arnOf = (index: number) => `arn:aws:ecr:eu-west-1:111122223333:repository/${nameOf(index)}`;
export const resultOf = (
  index: number,
  state: ResultState,
  more: Partial<RepositoryResult> = {},
): RepositoryResult => ({
  ...{ index, name: nameOf(index), arn: arnOf(index), state, changes: [], notes: [] },
  ...more,
});

export interface Sweep extends Partial<Pick<SweepInfo, 'action' | 'mode' | 'scope'>> {
  readonly sweep: string;
  readonly startedAt?: string;
  readonly again?: string;
  readonly listed: readonly number[];
  readonly batches: readonly (readonly RepositoryResult[])[];
}

/** A registry's sweeps in a bucket, and what they report. */
export function world() {
  const store = memoryObjects();
  const sent: SweepSummary[] = [];
  const reported: RepositoryResult[] = [];
  const put = (key: string, lines: readonly unknown[]) =>
    store.put(key, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return {
    ...{ store, sent, reported, put },
    async write({
      sweep,
      startedAt = '2026-11-28T00:00:00Z',
      again,
      listed,
      batches,
      action = 'sweep',
      mode = 'Mend',
      scope = '*',
    }: Sweep) {
      const keys = sweepKeys(sweep);
      const registry = { registryId: '111122223333', region: 'eu-west-1' };
      await store.put(
        keys.info,
        JSON.stringify({
          ...{ sweep, startedAt, again, registry, action, mode },
          scope,
        }),
      );
      await put(
        keys.repositories,
        listed.map((index) => ({ index, name: nameOf(index), arn: arnOf(index), createdAt: 1 })),
      );
      for (const batch of batches) await put(keys.resultsOf(batch[0]?.index ?? 0), batch);
    },
    /** @param reports besides the one that only collects */
    async summarise(sweep: string, reports: (info: SweepInfo) => readonly SweepReport[] = () => []) {
      reported.length = 0;
      return summariseSweep(sweep, {
        store,
        now: () => 0,
        reports: (info) => [
          ...reports(info),
          {
            add: async (result) => void reported.push(result),
            end: async () => undefined,
            abort: async () => undefined,
          },
        ],
        notify: async (summary) => void sent.push(summary),
      });
    },
  };
}
