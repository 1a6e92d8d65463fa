/** The states of repositories in a sweep, in words. */
import type { ResultState, StateCounts } from '../../sweep/results.ts';

const labels: Readonly<Record<ResultState, string>> = {
  safe: 'safe',
  hardened: 'hardened',
  'would-harden': 'would be hardened',
  exempt: 'exempt',
  'left-to-stack': 'left to its stack',
  'left-after-drift': 'left alone after drift',
  refused: 'refused',
  failed: 'failed',
  deleted: 'deleted during the sweep',
  released: 'released',
  'already-released': 'already released',
  kept: 'released but not restored completely',
};

/** Such as `would be hardened`. */
export function stateLabel(state: ResultState): string {
  return labels[state];
}

/** Such as `3 left to their stacks`. */
export function countedState(state: ResultState, count: number): string {
  const label = state === 'left-to-stack' && count !== 1 ? 'left to their stacks' : labels[state];
  return `${count.toLocaleString('en')} ${label}`;
}

/** What somebody should look at comes first. */
const order: readonly ResultState[] = [
  'failed',
  'refused',
  'would-harden',
  'left-to-stack',
  'left-after-drift',
  'hardened',
  'kept',
  'released',
  'exempt',
  'safe',
  'already-released',
  'deleted',
];

/** The states that there are, with their counts. */
export function statesInOrder(
  states: StateCounts,
): readonly (readonly [state: ResultState, count: number])[] {
  return order.flatMap((state) => {
    const count = states[state] ?? 0;
    return count === 0 ? [] : [[state, count] as const];
  });
}
