/** Counts what others have undone of the keeper's hardening, and says which repositories are left alone for it. */
import type { Read } from '../audit/unread.ts';
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import type { Repository } from '../aws/ecr/ecr.ts';
import {
  driftOf,
  recordUndoings,
  type Undoing,
  undoneSettings,
  unknownActor,
  withDrift,
} from '../core/claims/drift.ts';
import type { DriftState, LeftAlone } from '../core/claims/drift-state.ts';
import { keeperHolder } from '../core/claims/keeper.ts';
import { type ClaimRecord, claimOf } from '../core/claims/record.ts';
import { isUnknown } from '../core/known.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { WritableSettingName } from '../core/settings/repository-settings.ts';
import { exemptSettings } from '../reconcile/exemptions.ts';
import { itemOf } from '../reconcile/lease-records.ts';
import type { Log } from '../reconcile/log.ts';
import { readRecords } from '../reconcile/observe.ts';
import { readLagMs } from '../reconcile/read-lag.ts';

/** A repository that is to be hardened, as it was read. */
export interface DriftSubject
  extends Pick<Repository, 'name' | 'arn' | 'createdAt' | 'tagMutability' | 'scanOnPush'> {
  /** What its tag exempts at a time, in milliseconds since 1970; left out where it has none. */
  readonly exemptAt?: ExemptAt;
}

type ExemptAt = (time: number) => readonly WritableSettingName[];

/** What a repository's tags exempt. @param tags undefined, or unknown, where they do not matter */
export function exemptionOf(
  tags: Read<ReadonlyMap<string, string>> | undefined,
  policy: Policy,
): Pick<DriftSubject, 'exemptAt'> {
  return tags === undefined || isUnknown(tags)
    ? {}
    : { exemptAt: (time) => exemptSettings(tags, time, policy) };
}

/** What is known of one repository's drift. */
export interface Drifted {
  readonly left: LeftAlone | undefined;
  /** Whether it is left alone since these calls: this is reported once. */
  readonly isNewlyLeft: boolean;
  /** How often it was undone in the last 14 days. */
  readonly times: number;
  /** Now less safe than the keeper has set them; empty where nothing was undone since. */
  readonly undone: readonly WritableSettingName[];
}

export interface DriftContext {
  readonly claims: ClaimsTable;
  readonly log: Log;
  /** Milliseconds since 1970 at which the subjects began to be read. */
  readonly readAt: number;
  readonly now: () => number;
}

// Each attempt means that another request has changed the record since it was read.
const maxAttempts = 3;

/**
 * @param undoingsOf the calls that have undone those settings; none of them, and no setting until it is restored, is counted twice
 * @returns by name; repositories without a record are left out
 * @throws errors of DynamoDB, OutOfTime
 */
export async function countDrift(
  subjects: readonly DriftSubject[],
  undoingsOf: (name: string, undone: readonly WritableSettingName[]) => readonly Undoing[],
  context: DriftContext,
): Promise<ReadonlyMap<string, Drifted>> {
  const found = new Map<string, Drifted>();
  let left = subjects;
  for (let attempt = 1; left.length > 0; attempt += 1) {
    const records = await readRecords(
      left.map(({ arn }) => arn),
      context,
    );
    const counted = left.flatMap((subject) => {
      const record = records.get(subject.arn);
      return record === undefined || record.createdAt !== subject.createdAt
        ? []
        : [countOne(subject, record, undoingsOf, context)];
    });
    const writes = attempt < maxAttempts ? counted.filter(isToWrite) : [];
    const conflicts = await conflictsOf(writes, context);
    for (const each of counted)
      if (!conflicts.has(each.subject.arn)) found.set(each.subject.name, each.drifted);
    left = left.filter(({ arn }) => conflicts.has(arn));
  }
  return found;
}

/** What was found undone, and no event shows by whom. @param sweep the sweep, or the batch of events, that found it */
export function foundUndone(
  undone: readonly WritableSettingName[],
  { sweep, readAt }: { readonly sweep: string; readonly readAt: number },
): readonly Undoing[] {
  return undone.map((setting) => ({
    ...{ id: `sweep ${sweep} ${setting}`, at: readAt, by: unknownActor, setting },
  }));
}

/** The ARNs of those that another request has changed since they were read. */
async function conflictsOf(
  writes: readonly Counted[],
  { claims }: DriftContext,
): Promise<ReadonlySet<string>> {
  if (writes.length === 0) return new Set();
  const changes = writes.map(({ record, state }) => ({
    item: itemOf(withDrift(record, state)),
    expected: record.version,
  }));
  return new Set(await claims.write(changes));
}

interface Counted {
  readonly subject: DriftSubject;
  readonly record: ClaimRecord;
  readonly state: DriftState;
  readonly drifted: Drifted;
}

function countOne(
  subject: DriftSubject,
  record: ClaimRecord,
  undoingsOf: Parameters<typeof countDrift>[1],
  { readAt, now }: DriftContext,
): Counted {
  const before = driftOf(record);
  // What was claimed after it was read, or is being changed, was not undone: it had not been set yet.
  const restoredAt = claimOf(record, keeperHolder)?.since ?? readAt;
  const isEarlier = record.inFlight === undefined && restoredAt < readAt;
  const { undone, undoings } = isEarlier
    ? undoneIn(subject, record, undoingsOf, { readAt, restoredAt })
    : nothing;
  const state = recordUndoings(before, undoings, { now: now(), restoredAt });
  const known = new Set(before.drifts.at(-1)?.events);
  // A message that is delivered again, after the count was written and before anybody was notified, is reported again.
  const isOfThese = state.left !== undefined && undoings.some(({ id }) => known.has(id));
  return {
    ...{ subject, record, state },
    drifted: {
      left: state.left,
      isNewlyLeft: state.left !== undefined && (before.left === undefined || isOfThese),
      times: state.drifts.length,
      undone,
    },
  };
}

const nothing = { undone: [], undoings: [] } as const;

/** What is undone, and the calls that have done it, without what the repository's tag exempted then. */
function undoneIn(
  { name, tagMutability, scanOnPush, exemptAt = () => [] }: DriftSubject,
  record: ClaimRecord,
  undoingsOf: Parameters<typeof countDrift>[1],
  { readAt, restoredAt }: { readonly readAt: number; readonly restoredAt: number },
): { readonly undone: readonly WritableSettingName[]; readonly undoings: readonly Undoing[] } {
  const found = undoneSettings(record, { tagMutability, scanOnPush, lifecyclePolicy: undefined });
  const all = found.length === 0 ? [] : undoingsOf(name, found);
  // Nobody knows when an unknown one was made: it may have been as soon as it was restored.
  const isExempt = ({ by, at, setting }: Undoing) =>
    exemptAt(by === unknownActor ? restoredAt : at).includes(setting);
  // What is read as it was before, right after it was restored, may no longer be so: then only an event says who has undone it.
  const isUnsure = ({ by }: Undoing) => by === unknownActor && readAt < record.changedAt + readLagMs;
  const undoings = all.filter((each) => !isExempt(each) && !isUnsure(each));
  const isOf = (setting: WritableSettingName) => (each: Undoing) => each.setting === setting;
  return {
    undone: found.filter((setting) => !all.some(isOf(setting)) || undoings.some(isOf(setting))),
    undoings,
  };
}

function isToWrite({ record, state }: Counted): boolean {
  return state.drifts !== driftOf(record).drifts;
}
