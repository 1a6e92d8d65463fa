/**
 * What the random sequences leave out, since it ends otherwise than documented: each stands as a test of its own in
 * model.property.test.ts. Where one is mended, it goes from here.
 */
import type { Model, Slot } from './model.ts';
import { keys, selectedOf } from './model-wishes.ts';

/** A Delete with properties of a dry run, which select less than is held. */
export function isHiddenByDryRun({ madeId, wish }: Slot, { holdings }: Model): boolean {
  if (wish?.dryRun !== true) return false;
  const selected = selectedOf(wish, [...keys]);
  const isOf = (id: string | undefined) => id !== undefined && id === madeId;
  return [...holdings].some(
    ([key, { id, earlier }]) => (isOf(id) || isOf(earlier?.held.id)) && !selected.includes(key),
  );
}

/** A Delete that retains and fails while a repository goes back to its earlier holder. */
export function isHandedBack({ madeId, wish }: Slot, { holdings }: Model): boolean {
  const isReturning = [...holdings.values()].some(
    ({ id, earlier }) => id === madeId && earlier !== undefined,
  );
  return isReturning && wish?.onDelete !== 'Restore';
}

/** What comes after a rollback in which a default returned to what had been before: it does not keep to that. */
export function isUnsteady({ hasReturned }: Slot): boolean {
  return hasReturned;
}

/** The second delivery of a Create that has failed, and of which nobody hears when it succeeds then. */
export function isFailedCreate({ last }: Model): boolean {
  return last?.sent.type === 'Create' && last.told.status === 'FAILED';
}
