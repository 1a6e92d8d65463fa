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
// CloudTrail gives the time of a call in whole seconds.
const clockMs = 1000;

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

/** When a record's state is asked for, and since when the keeper's settings were in effect; milliseconds since 1970. */
export interface DriftTimes {
  readonly now: number;
  readonly restoredAt: number;
}

/** The state after these calls; the same one, by identity, where none of them counts. */
export function recordUndoings(
  state: DriftState,
  undoings: readonly Undoing[],
  { now, restoredAt }: DriftTimes,
): DriftState {
  // Once it is left alone, nothing more is counted: whoever undoes it every night would fill the record.
  if (state.left !== undefined) return state;
  const fresh = freshOf(state, undoings, restoredAt);
  if (fresh.length === 0) return state;
  const counted = state.isResumed === true ? fresh.filter(({ by }) => by !== unknownActor) : fresh;
  if (counted.length === 0) return none;
  const recent = state.drifts.filter(({ at }) => now - at < driftDays * day);
  const drifts = counted.reduce(withUndoing, recent).slice(-maxDrifts);
  const last = drifts.at(-1);
  const left =
    drifts.length >= leftAloneFrom && last !== undefined
      ? { at: now, by: last.by, times: drifts.length }
      : undefined;
  return left === undefined ? { drifts } : { drifts, left };
}

/**
 * What was undone since it was restored, and not counted yet: a setting can be undone once until it is restored, however
 * often it is set and found so. Of several calls the last one has made it what it is.
 */
function freshOf(
  { drifts }: DriftState,
  undoings: readonly Undoing[],
  restoredAt: number,
): readonly Undoing[] {
  const known = new Set(drifts.flatMap(({ events }) => events));
  const open = drifts.filter(({ at }) => at > restoredAt);
  const isCounted = ({ setting }: Undoing) => open.some(({ settings }) => settings.includes(setting));
  const fresh = undoings
    .filter((each) => each.at + clockMs > restoredAt && !known.has(each.id) && !isCounted(each))
    .toSorted((one, other) => one.at - other.at);
  const last = [...new Map(fresh.map((each) => [each.setting, each])).values()];
  // Whoever has undone the one setting may have undone the other one, whose event is still to come.
  const isSomebodyKnown = open.length > 0 || last.some(({ by }) => by !== unknownActor);
  return isSomebodyKnown ? last.filter(({ by }) => by !== unknownActor) : last;
}

/** Calls of one run for different settings are one time; the same setting again, once it was restored, is another one. */
function withUndoing(drifts: readonly Drift[], { id, at, by, setting }: Undoing): readonly Drift[] {
  const last = drifts.at(-1);
  const isSameRun =
    last !== undefined &&
    last.by === by &&
    Math.abs(at - last.at) < sameRunMs &&
    !last.settings.includes(setting);
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
