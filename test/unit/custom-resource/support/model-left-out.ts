/** What the random sequences leave out; each stands as a test of its own in model.property.test.ts. */
import type { Holding, Model } from './model.ts';
import type { Wish } from './model-wishes.ts';

/** A lifecycle policy that another stack had put, and that the taker says nothing of: it is never the taker's own. */
export function isPolicyForgotten(held: Holding, stack: string, { policy }: Wish): boolean {
  return held.stack !== stack && held.hasPolicy && policy === undefined;
}

/** The second delivery of a Create that had failed: where it succeeds, what its Delete lets go of ends half-way. */
export function isFailedCreate({ last }: Model): boolean {
  return last?.sent.type === 'Create' && last.told.status === 'FAILED';
}
