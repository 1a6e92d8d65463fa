/** What becomes of repositories that a resource lets go: at its Delete, or when it selects them no more. */

import { isSameMutability } from '../../core/tag-mutability.ts';
import { isGone } from './failure.ts';
import { encodeMemory, type Memory, memoryKeys } from './memory.ts';
import { type Found, settledOf } from './plan.ts';
import { eachOf } from './pool.ts';
import type { Settled } from './settled.ts';
import type { Surroundings } from './surroundings.ts';
import { readLifecycles, remembersLifecycle, type Tagged } from './survey.ts';
import { weakened } from './weakening.ts';

/**
 * How a repository is let go: it keeps its settings; it gets back what was first found; or what it was set to before
 * the holder's last change, as after a Create that CloudFormation never heard the end of.
 */
export type Release = 'Retain' | 'Restore' | 'Undo';

/**
 * Lets go of those repositories that the holder holds, and leaves the others alone.
 *
 * @returns what people are to be told, a clause each
 */
export async function release(
  tagged: readonly Tagged[],
  holder: string,
  how: Release,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const held = tagged.filter(({ memory }) => memory?.holder === holder);
  const found = await readLifecycles(
    held,
    (memory) => how !== 'Retain' && remembersLifecycle(memory),
    surroundings,
  );
  const notes = await eachOf(found, async (each) => {
    try {
      return await releaseOne(each, how, surroundings);
    } catch (error) {
      if (!isGone(error)) throw error;
      return [`${each.repository.name} was deleted meanwhile`];
    }
  });
  surroundings.log({ message: 'let go', how, repositories: found.map(({ repository }) => repository.name) });
  return notes.flat();
}

async function releaseOne(
  found: Found,
  how: Release,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const { repository, memory } = found;
  const { arn, name } = repository;
  if (memory === undefined) return [];
  const goal = how === 'Retain' ? undefined : goalOf(memory, how, surroundings.allowWeakening);
  const notes = goal === undefined ? [] : await giveBack(found, memory, goal.settled, surroundings);
  const keys = memoryKeys(found.tags);
  const old = new Map(keys.map((key) => [key, found.tags.get(key) ?? '']));
  // A repository that was taken over goes back to its earlier holder when the Create that took it is undone.
  const earlier =
    how === 'Undo' && memory.from !== undefined ? earlierMemory(memory, memory.from) : undefined;
  await surroundings.journal.change(name, {
    setting: 'the tags that remember its settings',
    make: async () => {
      const tags = earlier === undefined ? undefined : encodeMemory(earlier);
      if (tags !== undefined) await surroundings.ecr.tag(arn, tags);
      await surroundings.ecr.untag(arn, tags === undefined ? keys : keys.filter((key) => !tags.has(key)));
    },
    putBack: (ecr) => ecr.tag(arn, old),
  });
  return [...notes, ...(goal?.notes.map((note) => `${name} ${note}`) ?? [])];
}

/** What a repository is to be given back. */
function goalOf(
  { found, before, own }: Memory,
  how: 'Restore' | 'Undo',
  allowWeakening: boolean,
): { readonly settled: Settled; readonly notes: readonly string[] } {
  if (how === 'Undo') return { settled: before, notes: [] };
  // Who takes a repository over from another stack must not be able to undo what that stack had hardened.
  if (own === undefined || allowWeakening || weakened(own, found).length === 0)
    return { settled: found, notes: [] };
  return {
    settled: { ...own, lifecycle: found.lifecycle },
    notes: ['was given back what was found when it was taken over, since what was first found is less safe'],
  };
}

function earlierMemory(memory: Memory, holder: string): Memory {
  return { ...memory, holder, set: memory.before, beforeBy: undefined, from: undefined, own: undefined };
}

/** Writes what differs, unless somebody else has changed the repository since: then it is left alone. */
async function giveBack(
  found: Found,
  memory: Memory,
  goal: Settled,
  { ecr, journal }: Surroundings,
): Promise<readonly string[]> {
  const { name } = found.repository;
  const current = settledOf(found);
  const ours = [memory.set, memory.before, goal];
  const isOurs =
    ours.some(({ tagMutability }) => isSameMutability(tagMutability, current.tagMutability)) &&
    ours.some(({ scanOnPush }) => scanOnPush === current.scanOnPush) &&
    ours.some(({ lifecycle }) => lifecycle === current.lifecycle || lifecycle === undefined);
  if (!isOurs) return [`${name} was changed by somebody else since, and keeps the settings that it has`];
  const { tagMutability, scanOnPush } = current;
  const text = found.lifecycle?.text;
  if (goal.lifecycle === 'none' && text !== undefined)
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
    goal.lifecycle !== undefined && goal.lifecycle !== 'none' && goal.lifecycle !== current.lifecycle;
  return isPolicyKept
    ? [
        `${name} keeps the lifecycle policy that it has: the one before it did not fit into its tags (the log has it)`,
      ]
    : [];
}
