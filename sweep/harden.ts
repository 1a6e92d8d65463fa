/** Hardens the repositories of a batch, or reports what would be done. */

import { assess } from './assess.ts';
import type { Attempted } from './attempts.ts';
import type { BatchContext, BatchEcr } from './batch-context.ts';
import { decide, isSafe } from './decide.ts';
import { type DriftSubject, exemptionOf } from './drift.ts';
import { withEarlierAttempt } from './earlier-attempt.ts';
import { hardenEach } from './harden-each.ts';
import type { SweepItem } from './items.ts';
import { leftOutOf } from './left-alone.ts';
import { type BatchReading, readBatch } from './read-batch.ts';
import { tagsOf } from './read-tags.ts';
import {
  type Afterwards,
  afterwardsOf,
  attemptedResult,
  decidedResult,
  type ResultContext,
  unreadResult,
} from './result-of.ts';
import type { RepositoryResult } from './results.ts';
import type { SweepInfo } from './sweep-info.ts';
import { usageOfBatch } from './usage-of-batch.ts';

/** @throws errors of the bucket, and of ECR where the repositories cannot be described at all; OutOfTime */
export async function hardenBatch(
  items: readonly SweepItem[],
  info: SweepInfo,
  context: BatchContext,
): Promise<readonly RepositoryResult[]> {
  const now = context.now();
  const { settings, times } = context;
  const usage = await usageOfBatch(items, info, context.objects, now);
  const ecr = context.ecr.until(times.working);
  const scanType =
    info.evidence?.registry.scanType ?? ({ unknown: { code: 'scanning-not-returned' } } as const);
  const about: ResultContext = { policy: settings.policy, usage, scanType, now };
  const decided = await readBatch(items, info, usage, { ecr, working: times.working }, (each) =>
    decideOne(each, ecr, about, context),
  );
  const isMending = info.mode === 'Mend' && settings.mode !== 'Report';
  const subjects = decided.flatMap(({ subject }) => subject ?? []);
  const leftOut = await leftOutOf(subjects, info, { isMending, readAt: now }, context);
  const toHarden = new Map(
    decided.flatMap(({ result: { name, changes }, subject }) =>
      subject === undefined || leftOut.has(name) ? [] : [[name, changes]],
    ),
  );
  const attempted = isMending
    ? await hardenEach(toHarden, { info, usage }, context)
    : new Map<string, Attempted>();
  const results = decided.map(({ result, afterwards }) => {
    const outcome = attempted.get(result.name);
    const left = leftOut.get(result.name);
    if (left !== undefined) return { ...result, ...left };
    return outcome === undefined || afterwards === undefined
      ? result
      : attemptedResult(result, afterwards, outcome);
  });
  return withEarlierAttempt(results, info, context);
}

/** A result as it stands without a change, and if there is something to harden, what is so afterwards. */
interface Decided {
  readonly result: RepositoryResult;
  readonly afterwards?: Afterwards;
  /** Only of one to harden. */
  readonly subject?: DriftSubject;
}

/** The tags of a repository matter only where it is not safe. */
async function decideOne(
  each: BatchReading,
  ecr: BatchEcr,
  about: ResultContext,
  { settings, times }: BatchContext,
): Promise<Decided> {
  const { usage, now } = about;
  if (each.kind !== 'read') return { result: unreadResult(each) };
  const { item, reading } = each;
  const { policy, isLifecycleManaged } = settings;
  const assessment = assess(reading, { policy, isLifecycleManaged, sources: usage.sources, now });
  const areTagsNeeded = policy.AllowExemptions && !isSafe(assessment);
  const tags = areTagsNeeded ? await tagsOf(reading, ecr) : undefined;
  if (tags === 'gone') return { result: unreadResult({ kind: 'deleted', item }) };
  if (times.working.leftMs() === 0) return { result: unreadResult({ kind: 'not-reached', item }) };
  const decision = decide({ assessment, stack: reading.stack, tags }, settings, now);
  const result = decidedResult(each, decision, about);
  return decision.state === 'to-harden'
    ? {
        result,
        afterwards: afterwardsOf(each, decision, about),
        subject: { ...each.repository, ...exemptionOf(tags, policy) },
      }
    : { result };
}
