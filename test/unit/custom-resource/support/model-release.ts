/** What becomes of repositories that a resource lets go, and what the model learns from it. */

import { type Holding, type Model, type Slot, see, shotOf } from './model.ts';
import { checkUntouched } from './model-checks.ts';
import { isAsSafe, isSame, isSameMutability, isSameSettings, type State, words } from './model-settings.ts';
import type { Key } from './model-wishes.ts';
import { must, type Sent, type Told } from './model-world.ts';

type Release = 'Retain' | 'Restore' | 'Undo';

/** A Delete that succeeded. */
export function deleted(model: Model, slot: Slot, sent: Sent, told: Told): void {
  const isMade = sent.id === slot.madeId;
  const how = isMade ? (sent.wish.onDelete ?? 'Retain') : 'Undo';
  const released = [...model.holdings].filter(([, { id }]) => id === slot.madeId).map(([key]) => key);
  checkUntouched(model, told, (key) => released.includes(key), slot.madeId);
  const parted = [...model.holdings].filter(([, { earlier }]) => earlier?.held.id === slot.madeId);
  // Some Deletes never fail: where it could not forget the take-over, that one still counts.
  const isUnforgotten = (key: Key) =>
    JSON.stringify(shotOf(told.after, key).memory) === JSON.stringify(shotOf(told.before, key).memory);
  for (const [key] of parted) if (!(told.isStruck && isUnforgotten(key))) part(model, key, slot.madeId);
  if (released.length === 0 && parted.length === 0) {
    must(told.writes.length === 0, `a Delete that has nothing to let go writes ${told.writes.join(', ')}`);
    see(model, isMade ? 'Delete of what holds nothing' : 'Delete of an id that was never made');
  }
  for (const key of released) {
    const isLeftBehind = told.isStruck && isUnforgotten(key);
    if (!isLeftBehind) letGo(model, key, how, told);
    else {
      must(told.reason.includes('stay behind'), 'it is not told that tags stay behind');
      checkSame(key, told);
    }
  }
}

function checkSame(key: Key, { before, after }: Told): void {
  const [was, now] = [shotOf(before, key).state, shotOf(after, key).state];
  must(isSame(was, now), `${key} ${words(was)} -> ${words(now)}, where settings were to stay`);
}

/** One repository has been let go. */
export function letGo(model: Model, key: Key, how: Release, told: Told): void {
  const held = model.holdings.get(key);
  must(held !== undefined, `${key} is not held`);
  // Across stacks Retain leaves the settings; in one stack the Delete of a new resource may be a rollback.
  const isKept = how === 'Retain' && held.earlier?.held.stack !== held.stack;
  if (isKept) checkSame(key, told);
  else checkGivenBack(model, key, held, how, told);
  if (held.earlier === undefined) model.holdings.delete(key);
  else model.holdings.set(key, returned(held, held.earlier, isKept));
  if (held.earlier !== undefined) see(model, 'return to the earlier holder');
}

/** The holding of the resource to which a repository goes back. */
function returned(
  held: Holding,
  { held: earlier, taken }: NonNullable<Holding['earlier']>,
  isKept: boolean,
): Holding {
  return {
    ...earlier,
    first: held.first,
    hasPolicy: held.hasPolicy,
    isVague: held.isVague,
    last: isKept
      ? held.last
      : { ...earlier.last, policy: earlier.hasPolicy ? earlier.last.policy : taken.policy },
    known: [...earlier.known, ...(isKept ? [held.last] : [])],
    // Its tags have room for one state before, that at which it was taken.
    befores: [...earlier.befores, taken],
    // What the one of another stack had itself found they have no room for.
    founds: earlier.stack === held.stack ? earlier.founds : [...earlier.founds, taken],
  };
}

/** Nothing goes back to who has let go. */
export function part(model: Model, key: Key, id: string | undefined): void {
  const held = model.holdings.get(key);
  if (held?.earlier?.held.id === id && held !== undefined)
    model.holdings.set(key, { ...held, earlier: undefined });
}

function checkGivenBack(model: Model, key: Key, held: Holding, how: Release, told: Told): void {
  if (held.isVague) return;
  const before = shotOf(told.before, key).state;
  const after = shotOf(told.after, key).state;
  const goals = goalsOf(model, held, how).map((goal) => ({
    ...goal,
    // One that was replaced did not fit into tags: then the present one stays.
    policy: held.hasPolicy && goal.policy === undefined ? undefined : before.policy,
  }));
  const isGivenBack = goals.some((goal) => isSame(after, goal));
  const was = `${key}, first ${words(held.first)}, set ${words(held.last)}, was ${words(before)} -> ${words(after)}`;
  const isOurs = isSameSettings(before, held.last) && (!held.hasPolicy || before.policy === held.last.policy);
  if (isOurs) {
    must(isGivenBack, `${was}: not given back`);
    see(model, `${how} to what was before`);
    return;
  }
  if (isForeign(before, held)) {
    must(isSame(after, before), `${was}: changed by somebody else, and not left alone`);
    must(told.reason.includes(`/${key} was changed by somebody else`), `${was}: not told`);
    see(model, `${how} of what somebody else has changed`);
    return;
  }
  must(isGivenBack || isSame(after, before), `${was}: neither given back nor left alone`);
}

function goalsOf(model: Model, held: Holding, how: Release): readonly State[] {
  if (held.earlier !== undefined) return [held.earlier.taken];
  if (how === 'Undo') return held.befores;
  // Who takes over from another stack must not be able to undo what that one had hardened.
  return held.founds.map((found) =>
    model.allowWeakening || isAsSafe(held.first, found)
      ? held.first
      : { ...found, policy: held.first.policy },
  );
}

/** Whether a setting is one that these resources never found nor set, so that they can see it. */
function isForeign(state: State, held: Holding): boolean {
  const ours = [held.first, ...held.founds, held.last, ...held.known, ...held.befores];
  return (
    !ours.some((each) => isSameMutability(each, state)) ||
    !ours.some(({ scanOnPush }) => scanOnPush === state.scanOnPush) ||
    (held.hasPolicy && !ours.some(({ policy }) => policy === state.policy))
  );
}
