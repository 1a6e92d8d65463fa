/** Hardens the repositories of a batch, or reports what would be done. */

import { orUnknown } from '../audit/read/failures.ts';
import type { RepositoryReading } from '../audit/reading.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import { groupBy } from '../core/group-by.ts';
import { assess } from './assess.ts';
import { type Attempted, attemptEach } from './attempts.ts';
import type { BatchContext, BatchEcr } from './batch-context.ts';
import { type DecisionInput, decide, isSafe } from './decide.ts';
import { withEarlierAttempt } from './earlier-attempt.ts';
import { hardenTogether, type ToHarden } from './harden-attempt.ts';
import type { SweepItem } from './items.ts';
import { type BatchReading, readBatch } from './read-batch.ts';
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
import { type BatchUsage, usageOfBatch } from './usage-of-batch.ts';

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
  const about: ResultContext = { policy: settings.policy, usage, now };
  const decided = await readBatch(items, info, usage, { ecr, working: times.working }, (each) =>
    decideOne(each, ecr, about, context),
  );
  const toHarden = new Map(
    decided.flatMap(({ result, afterwards }) =>
      afterwards === undefined ? [] : [[result.name, result.changes]],
    ),
  );
  const attempted =
    info.mode === 'Mend' && settings.mode !== 'Report'
      ? await hardenEach(toHarden, { info, usage }, context)
      : new Map<string, Attempted>();
  const results = decided.map(({ result, afterwards }) => {
    const outcome = attempted.get(result.name);
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
    ? { result, afterwards: afterwardsOf(each, decision, about) }
    : { result };
}

async function tagsOf(
  { arn }: Pick<RepositoryReading, 'arn'>,
  ecr: BatchEcr,
): Promise<DecisionInput['tags'] | 'gone'> {
  try {
    return await orUnknown('ecr:ListTagsForResource', () => ecr.tags(arn));
  } catch (error) {
    if (isRepositoryNotFound(error)) return 'gone';
    throw error;
  }
}

/** Those that get a lifecycle policy apart from the others, whose policies need not be read again. */
async function hardenEach(
  changes: ToHarden,
  about: { readonly info: SweepInfo; readonly usage: BatchUsage },
  context: BatchContext,
): Promise<ReadonlyMap<string, Attempted>> {
  const groups = groupBy(changes.keys(), (name) =>
    (changes.get(name) ?? []).some(({ setting }) => setting === 'lifecyclePolicy'),
  );
  const outcomes = new Map<string, Attempted>();
  for (const names of groups.values())
    for (const [name, outcome] of await attemptEach(names, (some) =>
      hardenTogether(some, changes, about, context),
    ))
      outcomes.set(name, outcome);
  return outcomes;
}
