/**
 * What the random sequences leave out, since it ends otherwise than documented: each stands as a test of its own in
 * model.property.test.ts. Where one is mended, it goes from here.
 */
import type { Holding, Model, Slot } from './model.ts';
import type { Key, Wish } from './model-wishes.ts';

/** What comes after a rollback in which a default returned to what had been before: it does not keep to that. */
export function isUnsteady({ hasReturned }: Slot): boolean {
  return hasReturned;
}

/** The second delivery of a Create that has failed, and of which nobody hears when it succeeds then. */
export function isFailedCreate({ last }: Model): boolean {
  return last?.sent.type === 'Create' && last.told.status === 'FAILED';
}

/** A lifecycle policy that is put first after a take-over: it stays when the repository goes back. */
export function isPolicyLate({ id }: Slot, { holdings }: Model): boolean {
  return [...holdings.values()].some(
    (held) => held.id === id && held.earlier !== undefined && !held.hasPolicy,
  );
}

/** A lifecycle policy that another stack had put, and that the taker says nothing of: it counts as somebody else's. */
export function isPolicyForgotten(held: Holding, stack: string, { policy }: Wish): boolean {
  return held.stack !== stack && held.hasPolicy && policy === undefined;
}

/** A change by somebody else, after a take-over: it is taken for the earlier holder's when the repository goes back. */
export function isTakenOver(key: Key, { holdings }: Model): boolean {
  return holdings.get(key)?.earlier !== undefined;
}
