/** What the random sequences leave out, and why. */
import type { Holding, Model } from './model.ts';
import type { Wish } from './model-wishes.ts';

/** A lifecycle policy that another stack had put, and that the taker says nothing of: it is never the taker's own. */
export function isPolicyForgotten(held: Holding, stack: string, { policy }: Wish): boolean {
  return held.stack !== stack && held.hasPolicy && policy === undefined;
}

/**
 * The second delivery of a Create that had failed. Where it succeeds, and another resource takes a repository from it and
 * gives that back, the failed one's Delete knows it no more as its own: the tags stay there.
 */
export function isFailedCreate({ last }: Model): boolean {
  return last?.sent.type === 'Create' && last.told.status === 'FAILED';
}
