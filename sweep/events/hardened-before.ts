/** What an earlier delivery of the same events has hardened, before it could notify anybody: the claims say so. */
import { keeperHolder } from '../../core/claims/keeper.ts';
import { claimOf } from '../../core/claims/record.ts';
import { readRecords } from '../../reconcile/observe.ts';
import { changesBy } from '../earlier-attempt.ts';
import { bareResult } from '../result-of.ts';
import type { RepositoryResult } from '../results.ts';
import type { EventsContext } from './events-context.ts';
import type { Subject } from './subject.ts';

/** By the name of the repository. */
export type HardenedEarlier = ReadonlyMap<string, RepositoryResult>;

/** @param subjects safe by now, of events that are delivered again */
export async function hardenedBefore(
  subjects: readonly Subject[],
  { claims, times, log }: EventsContext,
): Promise<HardenedEarlier> {
  if (subjects.length === 0) return new Map();
  const arns = subjects.map(({ repository }) => repository.arn);
  const records = await readRecords(arns, { claims: claims.until(times.working), log });
  return new Map(
    subjects.flatMap(({ repository: { name, arn }, events }) => {
      const record = records.get(arn);
      const claim = claimOf(record, keeperHolder);
      const isSince = events.some(({ at }) => at <= (claim?.since ?? 0));
      if (record === undefined || claim === undefined || !isSince) return [];
      const changes = changesBy(claim, record);
      return [[name, bareResult({ index: 0, name, arn }, { state: 'hardened', changes })] as const];
    }),
  );
}
