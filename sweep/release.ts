/** Gives back what the keeper found, from its claims. */
import { OutOfTime } from '../aws/deadline.ts';
import type { Ecr, Repository } from '../aws/ecr/ecr.ts';
import { keeperHolder } from '../core/claims/keeper.ts';
import type { Note } from '../reconcile/outcome.ts';
import { type ReleasedRepositories, releaseRepositories } from '../reconcile/remove-claims.ts';
import type { BatchContext } from './batch-context.ts';
import { failureEntry, reasonOfError } from './failure.ts';
import { revert, startKeeperSession } from './harden-attempt.ts';
import { damagedRecord, type SweepItem } from './items.ts';
import { bareResult, noteOf } from './result-of.ts';
import type { RepositoryResult, SettingChange } from './results.ts';
import type { SweepInfo } from './sweep-info.ts';
import { type BatchUsage, usageOfBatch } from './usage-of-batch.ts';
import { protectedDaysOf } from './withheld.ts';

/** What a release of some repositories comes to. */
type Attempt =
  | { readonly released: ReleasedRepositories; readonly changes: Changes }
  | { readonly error: unknown };

/** By the name of the repository. */
type Changes = ReadonlyMap<string, readonly SettingChange[]>;

/** @throws errors of the bucket, and of ECR where the repositories cannot be described at all; OutOfTime */
export async function releaseBatch(
  items: readonly SweepItem[],
  info: SweepInfo,
  context: BatchContext,
): Promise<readonly RepositoryResult[]> {
  const usage = await usageOfBatch(items, info, context.objects, context.now());
  const { working } = context.times;
  const described = await context.ecr.until(working).repositoriesNamed(items.map(({ name }) => name));
  const found = new Map(described.map((each) => [each.name, each]));
  const about = { info, usage, found };
  const together = await releaseTogether(items, about, context);
  if (!('error' in together)) return items.map((item) => resultOf(item, together, found));
  const results: RepositoryResult[] = [];
  for (const item of items) {
    const isAlone = items.length === 1 || together.error instanceof OutOfTime;
    const made = isAlone ? together : await releaseTogether([item], about, context);
    results.push(resultOf(item, made, found));
  }
  return results;
}

interface About {
  readonly info: SweepInfo;
  readonly usage: BatchUsage;
  readonly found: ReadonlyMap<string, Repository>;
}

async function releaseTogether(
  items: readonly SweepItem[],
  { info, usage, found }: About,
  context: BatchContext,
): Promise<Attempt> {
  const session = startKeeperSession(info, usage, context);
  const { ecr, changes } = recording(session.context.ecr, found);
  try {
    const released = await releaseRepositories(
      {
        holder: keeperHolder,
        mode: 'Restore',
        protectPulledWithinDays: protectedDaysOf(context.settings.policy),
        arns: items.map(({ arn }) => arn),
      },
      { ...session.context, ecr },
    );
    return { released, changes };
  } catch (error) {
    context.log({ level: 'WARN', message: 'not released together', ...failureEntry(error) });
    await revert(session, context);
    return { error };
  } finally {
    session.end();
  }
}

/** The same operations, with what they have changed. @param found the repositories as they are before */
function recording(ecr: Ecr, found: ReadonlyMap<string, Repository>) {
  const changes = new Map<string, SettingChange[]>();
  const add = (name: string, change: SettingChange) =>
    changes.set(name, [...(changes.get(name) ?? []), change]);
  const policyOf = async (name: string) => (await ecr.lifecyclePolicy(name)) ?? null;
  const recorded: Ecr = {
    ...ecr,
    async putTagMutability(name, after) {
      await ecr.putTagMutability(name, after);
      const before = found.get(name)?.tagMutability ?? after;
      add(name, { setting: 'tagMutability', before, after });
    },
    async putScanOnPush(name, after) {
      await ecr.putScanOnPush(name, after);
      add(name, { setting: 'scanOnPush', before: found.get(name)?.scanOnPush ?? !after, after });
    },
    async putLifecyclePolicy(name, after) {
      const before = await policyOf(name);
      await ecr.putLifecyclePolicy(name, after);
      add(name, { setting: 'lifecyclePolicy', before, after });
    },
    async deleteLifecyclePolicy(name) {
      const before = await policyOf(name);
      await ecr.deleteLifecyclePolicy(name);
      add(name, { setting: 'lifecyclePolicy', before, after: null });
    },
  };
  return { ecr: recorded, changes };
}

// The keeper holds it, and what it found there cannot be read.
const damage = { code: 'failed', error: 'DamagedRecord', operation: 'BatchGetItem' } as const;

function resultOf(
  item: SweepItem,
  attempt: Attempt,
  found: ReadonlyMap<string, Repository>,
): RepositoryResult {
  if ('error' in attempt) return bareResult(item, { state: 'failed', reason: reasonOfError(attempt.error) });
  const { released, changes } = attempt;
  const { name, arn } = item;
  if (released.failures.has(name))
    return bareResult(item, { state: 'failed', reason: reasonOfError(released.failures.get(name)) });
  if (!found.has(name)) return bareResult(item, { state: 'deleted' });
  if (!released.held.has(arn))
    return bareResult(
      item,
      item.createdAt === damagedRecord ? { state: 'failed', reason: damage } : { state: 'already-released' },
    );
  const notes = released.notes.filter((note) => isAbout(note, name)).flatMap(noteOf);
  const isKept = notes.some(({ code }) => code === 'policy-not-put-back' || code === 'changed-by-others');
  return bareResult(item, { state: isKept ? 'kept' : 'released', notes, changes: changes.get(name) ?? [] });
}

function isAbout(note: Note, name: string): boolean {
  return 'repository' in note && note.repository === name;
}
