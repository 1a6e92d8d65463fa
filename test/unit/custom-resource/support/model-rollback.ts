/** Where a rollback has to end. */
import { type Model, type Slot, see, shotOf, type Undoable } from './model.ts';
import { topOf } from './model-claims.ts';
import { isSame, words } from './model-settings.ts';
import { isMissing, type Key, selectedOf } from './model-wishes.ts';
import { must, type Real, type Told } from './model-world.ts';

/** The repositories that are as the last request of a slot left them, with nobody else's hand on them. */
export function settledOf({ claims }: Model, { effect, name }: Slot, real: Real): readonly Key[] {
  return [...real.world()].flatMap(([key, { state }]) => {
    const then = effect.get(key)?.state;
    const known = claims.get(key);
    const top = known && topOf(known);
    return then !== undefined && isSame(then, state) && (top === undefined || top.id === name) ? [key] : [];
  });
}

/** A rollback right after its Update ends at the settings before it, where both are about a repository. */
export function checkRollback(model: Model, { wish, old, before, settled }: Undoable, told: Told): void {
  const existing = [...told.before.keys()];
  const selected = selectedOf(old, existing);
  const kept = selected.filter((key) => settled.includes(key) && selectedOf(wish, existing).includes(key));
  // A dry run that the application refuses now is not known for a rollback.
  if (kept.length === selected.length && !isMissing(old, existing) && !old.dryRun)
    must(told.status === 'SUCCESS', `no rollback: ${told.reason}`);
  if (told.status === 'FAILED') return;
  for (const key of kept) {
    const [was, now] = [shotOf(before, key).state, shotOf(told.after, key).state];
    must(isSame(was, now), `${key} ${words(now)} after the rollback, ${words(was)} before the Update`);
    see(model, 'rollback');
  }
}
