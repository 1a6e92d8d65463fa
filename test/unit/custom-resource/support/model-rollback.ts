/** Where a rollback has to end. */
import { type Model, type Slot, see, shotOf, type Undoable } from './model.ts';
import { isSame, isSameSettings, words } from './model-settings.ts';
import { isMissing, type Key, selectedOf } from './model-wishes.ts';
import { must, type Real, type Told } from './model-world.ts';

/** The repositories that are as the last request of a slot left them, with nobody else's hand on them. */
export function settledOf({ holdings }: Model, { effect, id }: Slot, real: Real): readonly Key[] {
  return [...real.world()].flatMap(([key, { state }]) => {
    const then = effect.get(key)?.state;
    const held = holdings.get(key);
    return then !== undefined && isSame(then, state) && (held === undefined || held.id === id) ? [key] : [];
  });
}

/** A rollback right after its Update ends at the settings before it, where both are about a repository. */
export function checkRollback(model: Model, { wish, old, before, settled }: Undoable, told: Told): void {
  const existing = [...told.before.keys()];
  const selected = selectedOf(old, existing);
  const kept = selected.filter((key) => settled.includes(key) && selectedOf(wish, existing).includes(key));
  if (kept.length === selected.length && !isMissing(old, existing))
    must(told.status === 'SUCCESS', `no rollback: ${told.reason}`);
  if (told.status === 'FAILED') return;
  for (const key of kept) {
    const [was, now] = [shotOf(before, key).state, shotOf(told.after, key).state];
    const sentence = `${key} ${words(now)} after the rollback, ${words(was)} before the Update`;
    must(isSameSettings(was, now), sentence);
    // A policy that was replaced and stands in no properties is in the log alone.
    const isGone = was.policy !== undefined && old.policy === undefined && wish.policy !== undefined;
    must(was.policy === now.policy || isGone, sentence);
    see(model, 'rollback');
  }
}
