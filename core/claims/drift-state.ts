/** How the record of a repository says what others have undone of the keeper's hardening (`drift.ts`). */
import { isList, isObject, type Json } from '../json.ts';
import type { WritableSettingName } from '../settings/repository-settings.ts';

/** One time at which somebody undid the hardening, by one call or by several of the same run. */
export interface Drift {
  /** Milliseconds since 1970 of the first call. */
  readonly at: number;
  /** The ARN of the role or user, or the name of a service; `unknown` where a sweep found it. */
  readonly by: string;
  readonly settings: readonly WritableSettingName[];
  /** The IDs of the events: the same one may be delivered again. */
  readonly events: readonly string[];
}

/** That the keeper leaves the repository alone, until somebody resumes it. */
export interface LeftAlone {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who undid it last. */
  readonly by: string;
  readonly times: number;
}

export interface DriftState {
  /** The oldest first, at most `maxDrifts`, none older than `driftDays`. */
  readonly drifts: readonly Drift[];
  /** Left out until it is left alone. */
  readonly left?: LeftAlone;
  /** Somebody has resumed it: what a sweep then finds undone was so before, and does not count again. */
  readonly isResumed?: true;
}

/** Whether a value of a stored record is of this form. */
export function isDriftState(value: Json | undefined): boolean {
  return (
    isObject(value) &&
    isList(value.drifts) &&
    value.drifts.every(
      (each) =>
        isObject(each) &&
        typeof each.at === 'number' &&
        typeof each.by === 'string' &&
        isList(each.settings) &&
        isList(each.events),
    )
  );
}
