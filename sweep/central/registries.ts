/** The registries of an organisation, as the last sweep of each has reported them. Pure. */
import { openStates, type StateCounts } from '../results.ts';
import type { CentralSweep } from './event.ts';

/** What one keeper has last reported. */
export interface CentralRegistry extends CentralSweep {
  /** By the envelope of the event. */
  readonly account: string;
  readonly region: string;
  /** When the centre received it, in milliseconds since 1970. */
  readonly receivedAt: number;
}

/** When registries are late, and when they are left out, in days since their last report. */
export interface CentralLimits {
  readonly lateAfterDays: number;
  readonly forgetAfterDays: number;
}

/** What the centre does with the reports that it has received. */
export interface Received {
  /** Every registry, by account and Region. */
  readonly registries: readonly CentralRegistry[];
  /** What has not been received before. */
  readonly news: readonly CentralRegistry[];
}

const dayMs = 24 * 60 * 60_000;
// The index and its page are in memory as a whole: of a large organisation only so many registries have the names of what changed.
const maxWithChanges = 2_000;

/** A registry is late before it is left out: otherwise nobody would be alarmed. */
export function limitsOf({ lateAfterDays, forgetAfterDays }: CentralLimits): CentralLimits {
  return { lateAfterDays, forgetAfterDays: Math.max(forgetAfterDays, lateAfterDays + 1) };
}

/**
 * Adds reports: of each registry the sweep counts that began last, however often and in which order they arrive.
 *
 * @param now milliseconds since 1970
 */
export function receive(
  before: readonly CentralRegistry[],
  reports: readonly CentralRegistry[],
  { forgetAfterDays }: Pick<CentralLimits, 'forgetAfterDays'>,
  now: number,
): Received {
  const byKey = new Map(before.map((each) => [keyOf(each), each]));
  const news: CentralRegistry[] = [];
  for (const report of reports) {
    const known = byKey.get(keyOf(report));
    if (known !== undefined && !isAfter(report, known)) continue;
    byKey.set(keyOf(report), report);
    news.push(report);
  }
  const registries = [...byKey.values()]
    .filter(({ receivedAt }) => now - receivedAt < forgetAfterDays * dayMs)
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return { registries: withNewestChanges(registries), news };
}

/** Only the registries that have reported last keep their changes; of the others there is still how many they were. */
function withNewestChanges(registries: readonly CentralRegistry[]): readonly CentralRegistry[] {
  const changed = registries.filter(({ changes }) => changes.length > 0);
  if (changed.length <= maxWithChanges) return registries;
  changed.sort((one, other) => other.receivedAt - one.receivedAt);
  const dropped = new Set(changed.slice(maxWithChanges));
  return registries.map((each) => (dropped.has(each) ? { ...each, changes: [] } : each));
}

function keyOf({ account, region }: Pick<CentralRegistry, 'account' | 'region'>): string {
  return `${account}/${region}`;
}

/**
 * The same sweep may arrive again; one that goes on with an earlier one has begun later. Of two that began at the same time always the
 * same one counts.
 */
function isAfter(report: CentralRegistry, known: CentralRegistry): boolean {
  return report.startedAt === known.startedAt
    ? report.sweep > known.sweep
    : report.sweep !== known.sweep && report.startedAt > known.startedAt;
}

/** Whether a registry has not reported for too long. */
export function isLate(
  { receivedAt }: Pick<CentralRegistry, 'receivedAt'>,
  { lateAfterDays }: Pick<CentralLimits, 'lateAfterDays'>,
  now: number,
): boolean {
  return now - receivedAt > lateAfterDays * dayMs;
}

/** The sums over all registries. */
export interface CentralTotals {
  readonly accounts: number;
  readonly regions: number;
  readonly registries: number;
  readonly late: number;
  readonly repositories: number;
  readonly states: StateCounts;
  /** Repositories and images in use whose lifecycle policies will remove them. */
  readonly atRisk: CentralSweep['atRisk'];
}

export function totalsOf(
  registries: readonly CentralRegistry[],
  limits: CentralLimits,
  now: number,
): CentralTotals {
  const sum = (value: (registry: CentralRegistry) => number) =>
    registries.reduce((before, registry) => before + value(registry), 0);
  const states: Record<string, number> = {};
  for (const registry of registries)
    for (const [state, count] of Object.entries(registry.states))
      states[state] = (states[state] ?? 0) + count;
  return {
    accounts: new Set(registries.map(({ account }) => account)).size,
    regions: new Set(registries.map(({ region }) => region)).size,
    registries: registries.length,
    late: registries.filter((registry) => isLate(registry, limits, now)).length,
    repositories: sum(({ repositories }) => repositories),
    states,
    atRisk: {
      repositories: sum(({ atRisk }) => atRisk.repositories),
      images: sum(({ atRisk }) => atRisk.images),
      unread: sum(({ atRisk }) => atRisk.unread),
    },
  };
}

/** How many repositories are not safe. */
export function unsafeCount(states: StateCounts): number {
  return openStates.reduce((sum, state) => sum + (states[state] ?? 0), 0);
}
