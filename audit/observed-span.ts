/** How far back an audit knows of a repository which tags have moved. Pure. */
import { isUnknown } from '../core/known.ts';
import type { PreviousTags, Pushes } from './reading.ts';
import type { Read, UnreadReason } from './unread.ts';

const day = 24 * 60 * 60 * 1000;

/** Why the span is not longer. */
export type SpanLimit =
  /** The repository was created then. */
  | { readonly code: 'created' }
  /** CloudTrail's events before could not be read, or were not wanted: Pushes.end has why. */
  | Pushes['end']
  /** No event was read. */
  | { readonly code: 'unread'; readonly reason: UnreadReason };

/** The time of which every tag that moved is known. */
export interface ObservedSpan {
  /** Milliseconds since 1970; undefined if nothing is known of any time. */
  readonly since: number | undefined;
  /** Its length until the audit. */
  readonly days: number;
  /** How long it must be for a verdict. */
  readonly neededDays: number;
  readonly limit: SpanLimit;
  /** Milliseconds since 1970: the first audit of the tags file; undefined for none. */
  readonly firstAudit: number | undefined;
}

/** What a span is found from. */
export interface SpanEvidence {
  readonly pushes: Read<Pushes>;
  readonly previousAudit: PreviousTags | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly lookBackDays: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The longer of CloudTrail's records and the audits of the tags file, and not longer than the repository exists. */
export function observedSpanOf(evidence: SpanEvidence): ObservedSpan {
  const { pushes, previousAudit, createdAt, lookBackDays, now } = evidence;
  const firstAudit = previousAudit?.since;
  const starts = [isUnknown(pushes) ? undefined : pushes.since, firstAudit].filter(
    (start) => start !== undefined,
  );
  const known = starts.length === 0 ? undefined : Math.min(...starts);
  const isYoung = known !== undefined && createdAt > known;
  const since = isYoung ? createdAt : known;
  return {
    since,
    days: since === undefined ? 0 : Math.max(0, now - since) / day,
    neededDays: lookBackDays,
    limit: isYoung
      ? { code: 'created' }
      : isUnknown(pushes)
        ? { code: 'unread', reason: pushes.unknown }
        : pushes.end,
    firstAudit,
  };
}

/** Whether a verdict can rest on it. */
export function isLongEnough({ days, neededDays }: ObservedSpan): boolean {
  return days >= neededDays;
}
