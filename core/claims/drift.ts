/**
 * Drift: what others have undone of the keeper's hardening, in the record of the repository's claims. Pure.
 *
 * The record carries it through every other write of its claims, so that only what records or clears it knows of it.
 */
import {
  settings as allSettings,
  type RepositorySettings,
  type WritableSettingName,
} from '../settings/repository-settings.ts';
import type { Drift, DriftState } from './drift-state.ts';
import { keeperHolder } from './keeper.ts';
import { type ClaimRecord, claimOf } from './record.ts';

/** A weakening call, or that a sweep found one. */
export interface Undoing {
  /** The event's ID. */
  readonly id: string;
  readonly at: number;
  readonly by: string;
  readonly setting: WritableSettingName;
}

/** Of so many days a repository's drift is counted. */
export const driftDays = 14;
/** From the third time on it is left alone. */
export const leftAloneFrom = 3;
/** Nobody in particular: a sweep finds what was undone, and not who did it. */
export const unknownActor = 'unknown';

const none: DriftState = { drifts: [] };
const day = 24 * 60 * 60 * 1000;
const maxDrifts = 10;
const maxEvents = 20;
// A tool that sets every setting of a repository makes its calls within seconds.
const sameRunMs = 5 * 60 * 1000;

/** What a record says of it. */
export function driftOf(record: Pick<ClaimRecord, 'drift'> | undefined): DriftState {
  return record?.drift ?? none;
}

/** The settings that are now less safe than the keeper's claim has set them. */
export function undoneSettings(
  record: ClaimRecord | undefined,
  current: RepositorySettings,
): readonly WritableSettingName[] {
  const claim = claimOf(record, keeperHolder);
  return claim === undefined
    ? []
    : allSettings.filter(({ isWeaker }) => isWeaker(current, claim.set)).map(({ name }) => name);
}

/** The state after these calls; the same one, by identity, where all of them were counted before. */
export function recordUndoings(state: DriftState, undoings: readonly Undoing[], now: number): DriftState {
  // Once it is left alone, nothing more is counted: whoever undoes it every night would fill the record.
  if (state.left !== undefined) return state;
  const known = new Set(state.drifts.flatMap(({ events }) => events));
  const fresh = undoings.filter(({ id }) => !known.has(id)).toSorted((one, other) => one.at - other.at);
  if (fresh.length === 0) return state;
  if (state.isResumed === true && fresh.every(({ by }) => by === unknownActor)) return { drifts: [] };
  const recent = state.drifts.filter(({ at }) => now - at < driftDays * day);
  const drifts = fresh.reduce(withUndoing, recent).slice(-maxDrifts);
  const last = drifts.at(-1);
  const left =
    drifts.length >= leftAloneFrom && last !== undefined
      ? { at: now, by: last.by, times: drifts.length }
      : undefined;
  return left === undefined ? { drifts } : { drifts, left };
}

/** Calls of one run for different settings are one time; a second call for the same setting is another one. */
function withUndoing(drifts: readonly Drift[], { id, at, by, setting }: Undoing): readonly Drift[] {
  const last = drifts.at(-1);
  const isSameRun =
    last !== undefined && last.by === by && at - last.at < sameRunMs && !last.settings.includes(setting);
  return isSameRun
    ? [
        ...drifts.slice(0, -1),
        {
          ...last,
          settings: [...last.settings, setting],
          events: [...last.events, id].slice(-maxEvents),
        },
      ]
    : [...drifts, { at, by, settings: [setting], events: [id] }];
}

/**
 * The record with another state, as the next write of it. No claim and no setting changes, and so neither does the time of
 * its last change, after which reads may lag behind.
 */
export function withDrift(record: ClaimRecord, drift: DriftState): ClaimRecord {
  return { ...record, drift, version: record.version + 1 };
}

/** The record after somebody has resumed the keeper's work on the repository. */
export function resumed(record: ClaimRecord): ClaimRecord {
  return withDrift(record, { drifts: [], isResumed: true });
}

/** Whether there is anything to resume. */
export function isDrifted({ drift = none }: Pick<ClaimRecord, 'drift'>): boolean {
  return drift.drifts.length > 0 || drift.left !== undefined;
}
