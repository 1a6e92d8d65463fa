/** Sweeps of several keepers in words. */
import type { StateCounts } from '../../sweep/results.ts';
import type { DescribedRegistry } from '../audit/registries.ts';
import { pluralise } from '../format.ts';
import type { DescribedResult } from './describe.ts';
import { unreadSection } from './page.ts';
import { unreadRiskClauses } from './risk.ts';
import { countedState, statesInOrder } from './states.ts';

/** One of the sweeps: what it came to, or why it could not be run or read. */
export interface DescribedSweepRun extends Pick<DescribedRegistry, 'account' | 'region' | 'by' | 'failure'> {
  /** The name of its execution. */
  readonly sweep?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  /** How many repositories of the report have which state. */
  readonly states: StateCounts;
  readonly repositories: number;
  /** Images in use that present lifecycle policies will remove. */
  readonly imagesAtRisk: number;
  /** Of how many repositories that is not known, or not all of it. */
  readonly risksUnread: number;
}

/** When a sweep has begun, as a day. */
export function startDay(startedAt = ''): string {
  return startedAt.slice(0, 10);
}

/** The counts of all sweeps together. */
export function statesOfAll(sweeps: readonly DescribedSweepRun[]): StateCounts {
  const all: Record<string, number> = {};
  for (const { states } of sweeps)
    for (const [state, count] of statesInOrder(states)) all[state] = (all[state] ?? 0) + count;
  return all;
}

/** Such as `12 hardened, 3 safe`. */
export function statesClause(states: StateCounts): string {
  return statesInOrder(states)
    .map(([state, count]) => countedState(state, count))
    .join(', ');
}

/** How many images in use will be removed, and where that is not known; nothing where none will. */
export function riskOfAll(sweeps: readonly DescribedSweepRun[]): readonly string[] {
  const images = sweeps.reduce((sum, { imagesAtRisk }) => sum + imagesAtRisk, 0);
  const unread = sweeps.reduce((sum, { risksUnread }) => sum + risksUnread, 0);
  return [
    ...(images === 0
      ? []
      : [`${pluralise(images, 'image', 'images')} in use will be removed by present lifecycle policies`]),
    ...unreadRiskClauses(unread),
  ];
}

/** The sections of the page above the charts. @param unread repositories without an audit */
export function severalSections(
  sweeps: readonly DescribedSweepRun[],
  unread: readonly DescribedResult[],
): readonly { readonly title: string; readonly lines: readonly string[] }[] {
  const states = statesInOrder(statesOfAll(sweeps)).map(([state, count]) => countedState(state, count));
  const each = sweeps.map(({ account, region, by, startedAt, states: own, failure }) =>
    failure === undefined
      ? `${account} in ${region}, swept on ${startDay(startedAt)}: ${statesClause(own) || 'no repositories'}`
      : `${by}${region === '' ? '' : ` in ${region}`}: ${failure}`,
  );
  return [
    { title: 'The sweeps', lines: [...states, ...riskOfAll(sweeps)] },
    { title: 'By account and Region', lines: each },
    ...unreadSection(unread, unread.length),
  ];
}
