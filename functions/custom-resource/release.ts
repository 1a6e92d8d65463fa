/** What becomes of repositories that a resource lets go: at its Delete, or when it selects them no more. */

import { isRepositoryNotFound, loggableError } from '../../aws/faults.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { isSameMutability } from '../../core/settings/tag-mutability.ts';
import type { Ecr } from './ecr/ecr.ts';
import { encodeMemory, holderIn, isSameStack, type Memory, memoryKeys, takeOverKeys } from './memory.ts';
import { type Found, settledOf } from './plan.ts';
import { isSameSettled, type Settled } from './settled.ts';
import type { Surroundings } from './surroundings.ts';
import { readLifecycles, remembersLifecycle, type Tagged } from './survey.ts';
import { weakened } from './weakening.ts';

/**
 * How a repository is let go: it keeps its settings; it gets back what was first found; or what it was set to before
 * the holder's last change, as after a Create that CloudFormation never heard the end of.
 *
 * Where the holder that it was taken over from is still there, it goes back to that one in any case, as it was: an
 * update that renames a resource and is rolled back deletes the new one, and the old one stays.
 */
export type Release = 'Retain' | 'Restore' | 'Undo';

/** Who lets repositories go, and how. */
export interface Letting {
  readonly holder: string;
  readonly how: Release;
  /** Only those that this request was the last to change, as a memory names requests; all when undefined. */
  readonly onlyOf?: string | undefined;
  /** Whether a failure fails the request, which then puts everything back; else each repository is put back here. */
  readonly mayFail: boolean;
}

/**
 * Lets go of those repositories that the holder holds, and leaves the others alone; but one that was taken over from it
 * never goes back to it any more.
 *
 * @returns what people are to be told, a clause each
 */
export async function release(
  tagged: readonly Tagged[],
  { holder, how, onlyOf, mayFail }: Letting,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const held = tagged.filter(
    ({ tags, memory }) => holderIn(tags) === holder && (onlyOf === undefined || memory?.beforeBy === onlyOf),
  );
  const lost = tagged.filter(({ memory }) => memory?.from?.holder === holder);
  const found = await readLifecycles(
    held,
    (memory) => (how !== 'Retain' || memory?.from !== undefined) && remembersLifecycle(memory),
    surroundings,
  );
  const unlessGone = (name: string, work: () => Promise<readonly string[]>) =>
    work().catch((error: unknown) => {
      if (!isRepositoryNotFound(error)) throw error;
      return [`${name} was deleted meanwhile`];
    });
  const notes = await mapConcurrently(found, (each) =>
    unlessGone(each.repository.name, () =>
      releaseOne(each, how, surroundings).catch(async (error: unknown) => {
        if (!mayFail) await putBackNow(each.repository.name, surroundings);
        throw error;
      }),
    ),
  );
  await mapConcurrently(lost, (each) =>
    unlessGone(each.repository.name, () => forgetHolder(each, surroundings)),
  );
  surroundings.log({ message: 'let go', how, repositories: found.map(({ repository }) => repository.name) });
  return notes.flat();
}

/** What is given back is given back whole, or not at all, also where the request goes on to succeed. */
async function putBackNow(name: string, { ecr, journal, log }: Surroundings): Promise<void> {
  const putBack = await journal.putBack(ecr, name);
  for (const { subject, settings, error } of putBack?.failures ?? [])
    log({
      level: 'WARN',
      message: 'not put back',
      repository: subject,
      settings,
      error: loggableError(error),
    });
}

const setting = 'the tags that remember its settings';

/** The take-over is final. */
async function forgetHolder({ repository, tags }: Tagged, { ecr, journal }: Surroundings): Promise<string[]> {
  const { arn, name } = repository;
  const keys = takeOverKeys(tags);
  const putBack = (late: Ecr) => late.tag(arn, valuesOf(tags, keys));
  await journal.change(name, { setting, make: () => ecr.untag(arn, keys), putBack });
  return [];
}

async function releaseOne(
  found: Found,
  how: Release,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const { repository, memory, tags } = found;
  const { arn, name } = repository;
  const { ecr, journal } = surroundings;
  const goal = goalOf(memory, how, surroundings.allowWeakening);
  const notes = goal === undefined ? [] : await giveBack(found, goal, surroundings);
  const earlier =
    memory?.from === undefined
      ? new Map<string, string>()
      : encodeMemory(earlierMemory(memory, goal === undefined ? settledOf(found) : undefined));
  const keys = memoryKeys(tags);
  const putBack = (late: Ecr) => late.tag(arn, valuesOf(tags, keys));
  if (earlier.size > 0) await journal.change(name, { setting, make: () => ecr.tag(arn, earlier), putBack });
  const vain = keys.filter((key) => !earlier.has(key));
  if (vain.length > 0) await journal.change(name, { setting, make: () => ecr.untag(arn, vain), putBack });
  return notes.map((note) => `${name} ${note}`);
}

function valuesOf(tags: ReadonlyMap<string, string>, keys: readonly string[]): ReadonlyMap<string, string> {
  return new Map(keys.map((key) => [key, tags.get(key) ?? '']));
}

/** What a repository is to be given back, with what people are to be told of it. */
interface Goal {
  /** Undefined where nobody knows any more. */
  readonly settled: Settled | undefined;
  readonly notes: readonly string[];
}

/** Undefined where it keeps its settings. */
function goalOf(memory: Memory | undefined, how: Release, allowWeakening: boolean): Goal | undefined {
  const from = memory?.from;
  // Across stacks Retain means what it says: the other stack gets the repository as it is now.
  if (from !== undefined && (how !== 'Retain' || isSameStack(from.holder, memory?.holder ?? '')))
    return {
      settled: { ...from.taken, lifecycle: from.taken.lifecycle ?? memory?.found.lifecycle },
      notes: [`goes back to ${from.holder}`],
    };
  if (how === 'Retain') return undefined;
  if (memory === undefined)
    return {
      settled: undefined,
      notes: ['keeps the settings that it has: the tags that remembered the earlier ones were damaged'],
    };
  const { found, before, beforeBy, own } = memory;
  if (how === 'Undo')
    return {
      settled: before,
      // A repository that went back to its holder has lost what was before the holder's own change.
      notes:
        beforeBy === undefined ? ['keeps the settings with which it had gone back to this resource'] : [],
    };
  // Who takes a repository over from another stack must not be able to undo what that stack had hardened.
  if (own === undefined || allowWeakening || weakened(own, found).length === 0)
    return { settled: found, notes: [] };
  return {
    settled: { ...own, lifecycle: found.lifecycle },
    notes: ['was given back what was found when it was taken over, since what was first found is less safe'],
  };
}

/** The memory of the holder from which a repository was taken over, as far as it is known. */
function earlierMemory(memory: Memory, kept: Settled | undefined): Memory {
  const { from } = memory;
  if (from === undefined) return memory;
  const { holder, taken, set } = from;
  // What the earlier holder of another stack had found itself is not known any more: at least what was taken from it.
  const own = isSameStack(holder, memory.holder) ? memory.own : taken;
  // What somebody else has set meanwhile is not taken for the earlier holder's.
  const isOurs = kept !== undefined && isSameSettled(kept, { ...memory.set, lifecycle: kept.lifecycle });
  return {
    ...memory,
    holder,
    // A lifecycle policy that somebody else had put is none of its own, whoever held the repository meanwhile.
    before: { ...taken, lifecycle: set.lifecycle },
    beforeBy: undefined,
    set: isOurs ? kept : set,
    setBy: undefined,
    from: undefined,
    own,
  };
}

/**
 * Writes what differs, unless somebody else has changed the repository since: then it is left alone.
 *
 * @returns what people are to be told, in words that follow the repository's name
 */
async function giveBack(
  found: Found,
  { settled: goal, notes }: Goal,
  { ecr, journal }: Surroundings,
): Promise<readonly string[]> {
  const { memory } = found;
  if (goal === undefined || memory === undefined) return notes;
  const { name } = found.repository;
  const current = settledOf(found);
  // What this resource never set is neither looked at nor given back.
  const isPolicyOurs = memory.set.lifecycle !== undefined && goal.lifecycle !== undefined;
  // Also a state between what was set and the goal is ours: an earlier attempt may have ended half-way.
  const ours = [memory.set, goal];
  const isOurs =
    ours.some(({ tagMutability }) => isSameMutability(tagMutability, current.tagMutability)) &&
    ours.some(({ scanOnPush }) => scanOnPush === current.scanOnPush) &&
    (!isPolicyOurs || ours.some(({ lifecycle }) => lifecycle === current.lifecycle));
  if (!isOurs) return ['was changed by somebody else since, and keeps the settings that it has'];
  const { tagMutability, scanOnPush } = current;
  const text = found.lifecycle?.text;
  if (isPolicyOurs && goal.lifecycle === 'none' && text !== undefined)
    await journal.change(name, {
      setting: 'LifecyclePolicy',
      make: () => ecr.deleteLifecyclePolicy(name),
      putBack: (late) => late.putLifecyclePolicy(name, text),
    });
  if (goal.scanOnPush !== scanOnPush)
    await journal.change(name, {
      setting: 'ImageScanningConfiguration',
      make: () => ecr.putScanOnPush(name, goal.scanOnPush),
      putBack: (late) => late.putScanOnPush(name, scanOnPush),
    });
  if (!isSameMutability(goal.tagMutability, tagMutability))
    await journal.change(name, {
      setting: 'ImageTagMutability',
      make: () => ecr.putTagMutability(name, goal.tagMutability),
      putBack: (late) => late.putTagMutability(name, tagMutability),
    });
  const isPolicyKept =
    isPolicyOurs &&
    goal.lifecycle !== undefined &&
    goal.lifecycle !== 'none' &&
    goal.lifecycle !== current.lifecycle;
  const kept =
    'keeps the lifecycle policy that it has: the one before it did not fit into its tags (the log has it)';
  return isPolicyKept ? [...notes, kept] : notes;
}
