/** What becomes of repositories that a resource lets go: at its Delete, or when it selects them no more. */

import { isSameMutability } from '../../core/tag-mutability.ts';
import { isGone } from '../runtime/faults.ts';
import type { Ecr } from './ecr/ecr.ts';
import { encodeMemory, holderIn, type Memory, memoryKeys } from './memory.ts';
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
  const held = tagged.filter(({ tags }) => holderIn(tags) === holder);
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
  const { ecr, journal } = surroundings;
  const notes = how === 'Retain' ? [] : await giveBack(found, how, surroundings);
  // A repository that was taken over goes back to its earlier holder when the Create that took it is undone.
  const { from } = memory ?? {};
  const earlier =
    how === 'Undo' && memory !== undefined && from !== undefined
      ? encodeMemory(earlierMemory(memory, from))
      : new Map<string, string>();
  const keys = memoryKeys(found.tags);
  const old = new Map(keys.map((key) => [key, found.tags.get(key) ?? '']));
  const setting = 'the tags that remember its settings';
  const putBack = (late: Ecr) => late.tag(arn, old);
  if (earlier.size > 0) await journal.change(name, { setting, make: () => ecr.tag(arn, earlier), putBack });
  const vain = keys.filter((key) => !earlier.has(key));
  if (vain.length > 0) await journal.change(name, { setting, make: () => ecr.untag(arn, vain), putBack });
  return notes.map((note) => `${name} ${note}`);
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

/**
 * Writes what differs, unless somebody else has changed the repository since: then it is left alone.
 *
 * @returns what people are to be told, in words that follow the repository's name
 */
async function giveBack(
  found: Found,
  how: 'Restore' | 'Undo',
  { ecr, journal, allowWeakening }: Surroundings,
): Promise<readonly string[]> {
  const { memory } = found;
  if (memory === undefined)
    return ['keeps the settings that it has: the tags that remembered the earlier ones were damaged'];
  const { settled: goal, notes } = goalOf(memory, how, allowWeakening);
  const { name } = found.repository;
  const current = settledOf(found);
  const ours = [memory.set, memory.before, goal];
  const isOurs =
    ours.some(({ tagMutability }) => isSameMutability(tagMutability, current.tagMutability)) &&
    ours.some(({ scanOnPush }) => scanOnPush === current.scanOnPush) &&
    ours.some(({ lifecycle }) => lifecycle === current.lifecycle || lifecycle === undefined);
  if (!isOurs) return ['was changed by somebody else since, and keeps the settings that it has'];
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
  const kept =
    'keeps the lifecycle policy that it has: the one before it did not fit into its tags (the log has it)';
  return isPolicyKept ? [...notes, kept] : notes;
}
