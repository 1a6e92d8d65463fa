/** What has changed since the last sweep: what people are notified of. Pure. */
import type { ExemptionState, Outcome } from './outcomes.ts';
import type { ResultState } from './results.ts';

/** What is different about a repository. */
export type WhatChanged =
  /** It is new, and not safe, or was hardened. */
  | { readonly kind: 'new'; readonly state: ResultState; readonly reason?: string }
  | {
      readonly kind: 'state';
      readonly before: ResultState;
      readonly state: ResultState;
      readonly reason?: string;
    }
  /** More images in use will expire than before. */
  | { readonly kind: 'at-risk' }
  | { readonly kind: 'exemption'; readonly exemption: ExemptionState }
  /** It was deleted, or is out of KeeperScope. */
  | { readonly kind: 'gone' };

/** One change of one repository; a repository may have several. */
export interface Change {
  readonly name: string;
  readonly what: WhatChanged;
}

/**
 * The changes of one repository. What was hardened and then is safe has not changed since it was reported.
 *
 * @param before of the last sweep; undefined for a repository that it had not
 * @param now undefined for one that this sweep has not
 * @param isSameSweep whether this sweep goes on with the last one, so that both may have the same result
 */
export function changesOf(
  before: Outcome | undefined,
  now: Outcome | undefined,
  isSameSweep = false,
): readonly Change[] {
  if (now === undefined || now.state === 'deleted') return before === undefined ? [] : goneOf(before);
  const { name, atRisk = 0, exemption } = now;
  return [
    ...stateChange(before, now, isSameSweep),
    ...(atRisk > (before?.atRisk ?? 0) ? [{ name, what: { kind: 'at-risk' } } as const] : []),
    ...(exemption === undefined || exemption === before?.exemption
      ? []
      : [{ name, what: { kind: 'exemption', exemption } } as const]),
  ];
}

function goneOf({ name, state }: Outcome): readonly Change[] {
  return state === 'deleted' ? [] : [{ name, what: { kind: 'gone' } }];
}

function stateChange(before: Outcome | undefined, now: Outcome, isSameSweep: boolean): readonly Change[] {
  const { name, state } = now;
  const reason = now.reason === undefined ? {} : { reason: now.reason };
  // A repository that was created again is a new one, whatever its name was before.
  if (before === undefined || before.state === 'deleted')
    return state === 'safe' ? [] : [{ name, what: { kind: 'new', state, ...reason } }];
  const isSame = before.state === state && before.reason === now.reason;
  const isReported = before.state === 'hardened' && state === 'safe';
  // What is hardened is news each time: somebody had weakened it again.
  if ((isSame && (isSameSweep || state !== 'hardened')) || isReported) return [];
  return [{ name, what: { kind: 'state', before: before.state, state, ...reason } }];
}

/**
 * Compares two sweeps, line by line: both are in the order of the names, so that none has to be held.
 *
 */
export async function* compareOutcomes(
  before: AsyncIterable<Outcome>,
  now: AsyncIterable<Outcome>,
  isSameSweep = false,
): AsyncGenerator<Change> {
  const earlier = before[Symbol.asyncIterator]();
  let old = await earlier.next();
  for await (const outcome of now) {
    while (old.done !== true && old.value.name < outcome.name) {
      yield* changesOf(old.value, undefined);
      old = await earlier.next();
    }
    const isSame = old.done !== true && old.value.name === outcome.name;
    yield* changesOf(isSame ? old.value : undefined, outcome, isSameSweep);
    if (isSame) old = await earlier.next();
  }
  for (; old.done !== true; old = await earlier.next()) yield* changesOf(old.value, undefined);
}
