/** Results from what was read, decided and done. */
import { auditRepository } from '../audit/audit-repository.ts';
import type { RegistryReading, RepositoryReading } from '../audit/reading.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { Note, Refusal } from '../reconcile/outcome.ts';
import type { Plan } from '../reconcile/plan.ts';
import { isWriting } from '../reconcile/writes.ts';
import type { Attempted } from './attempts.ts';
import type { Decision } from './decide.ts';
import { reasonOfError } from './failure.ts';
import type { SweepItem } from './items.ts';
import type { BatchReading } from './read-batch.ts';
import type { RepositoryResult, ResultNote, SettingChange } from './results.ts';
import type { BatchUsage } from './usage-of-batch.ts';
import { watch } from './watch.ts';
import { isUnscanned, withChanges } from './with-changes.ts';

/** What results depend on beside the repository. */
export interface ResultContext {
  readonly policy: Policy;
  readonly usage: Pick<BatchUsage, 'sources'>;
  /** How the registry is scanned, which decides whether a repository's own setting has any effect. */
  readonly scanType: RegistryReading['scanType'];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Of a repository of which nothing more is known. */
export function bareResult(
  { index, name, arn, stack }: Omit<SweepItem, 'createdAt' | 'evidence'>,
  more: Pick<RepositoryResult, 'state'> & Partial<RepositoryResult>,
): RepositoryResult {
  return { index, name, arn, changes: [], notes: [], ...(stack === undefined ? {} : { stack }), ...more };
}

export type Unread = Exclude<BatchReading, { readonly kind: 'read' }>;

/** Of a repository that could not be read. */
export function unreadResult(reading: Unread): RepositoryResult {
  switch (reading.kind) {
    case 'deleted':
      return bareResult(reading.item, { state: 'deleted' });
    case 'not-reached':
      return bareResult(reading.item, { state: 'failed', reason: { code: 'not-reached' } });
    case 'failed':
      return bareResult(reading.item, { state: 'failed', reason: reasonOfError(reading.error) });
    default:
      return reading satisfies never;
  }
}

export type ReadOne = Extract<BatchReading, { readonly kind: 'read' }>;

/** Of one whose decision stands, and of one that is only reported. */
export function decidedResult(read: ReadOne, decision: Decision, context: ResultContext): RepositoryResult {
  const { state, changes, reason, exemption } = decision;
  return {
    ...readResult(read, read.reading, decision, context),
    state: state === 'to-harden' ? 'would-harden' : state,
    changes,
    ...(reason === undefined ? {} : { reason }),
    ...(exemption === undefined ? {} : { exemption }),
  };
}

type Judged = Pick<RepositoryResult, 'audit' | 'atRisk'>;

/** The audit and the watch of a repository once it is hardened. */
export interface Afterwards extends Judged {
  /** The same where its lifecycle policy is withheld at last. */
  readonly withoutPolicy?: Judged;
}

/** Made as soon as it is read: the images of a whole batch would be too many to keep. */
export function afterwardsOf(read: ReadOne, decision: Decision, context: ResultContext): Afterwards {
  const { changes } = decision;
  const judged = (some: readonly SettingChange[]): Judged => {
    const { audit, atRisk } = readResult(read, withChanges(read.reading, some, context), decision, context);
    return { ...(audit && { audit }), ...(atRisk && { atRisk }) };
  };
  const rest = changes.filter(({ setting }) => setting !== 'lifecyclePolicy');
  const isMixed = rest.length > 0 && rest.length < changes.length;
  return { ...judged(changes), ...(isMixed ? { withoutPolicy: judged(rest) } : {}) };
}

// Another client is just changing it: the next attempt may do it.
const passing: readonly Refusal['code'][] = ['in-flight', 'not-in-effect'];

/** Of one that was to be hardened. @param before what was decided of it */
export function attemptedResult(
  before: RepositoryResult,
  afterwards: Afterwards,
  attempted: Attempted,
): RepositoryResult {
  const { atRisk: _, ...decided } = before;
  // What its present policy does to images in use is so whether it was hardened or not.
  const unchanged = { ...before, changes: [] };
  switch (attempted.kind) {
    case 'done': {
      const { plan, withheld } = attempted;
      const { withoutPolicy = {}, ...whole } = afterwards;
      const withheldNote =
        withheld === undefined ? [] : [{ code: 'lifecycle-withheld', ...withheld } as const];
      const judged = withheld === undefined ? whole : withoutPolicy;
      const notes = [
        ...decided.notes,
        ...withheldNote,
        ...plan.notes.flatMap(noteOf),
        ...(plan.scanOnPush === true && isUnscanned(judged) ? [{ code: 'not-scanned' } as const] : []),
      ];
      // Nothing is written where somebody else has made it safe meanwhile.
      const state = isWriting(plan) ? 'hardened' : 'safe';
      return { ...decided, ...judged, state, notes, changes: changesOf(plan) };
    }
    case 'deleted':
      return bareResult(decided, { state: 'deleted' });
    case 'refused': {
      const { refusal } = attempted;
      // So little time is left for the changes that they are not begun.
      if (refusal.code === 'out-of-time')
        return { ...unchanged, state: 'failed', reason: { code: 'not-reached' } };
      const state = passing.includes(refusal.code) ? 'failed' : 'refused';
      return { ...unchanged, state, reason: { code: 'refused', refusal } };
    }
    case 'not-reached':
      return { ...unchanged, state: 'failed', reason: { code: 'not-reached' } };
    case 'failed':
      return { ...unchanged, state: 'failed', reason: reasonOfError(attempted.error) };
    default:
      return attempted satisfies never;
  }
}

function readResult(
  { item, repository }: ReadOne,
  reading: RepositoryReading,
  { notes }: Pick<Decision, 'notes'>,
  { policy, usage: { sources }, now }: ResultContext,
): Omit<RepositoryResult, 'state' | 'changes'> {
  const { index, name, arn, stack } = item;
  const atRisk = watch(reading, { policy, sources, now });
  const isNew = repository.createdAt !== item.createdAt;
  return {
    ...{ index, name, arn },
    ...(stack === undefined ? {} : { stack }),
    ...(atRisk === undefined ? {} : { atRisk }),
    notes: isNew ? [...notes, { code: 'created-again' }] : notes,
    audit: auditRepository(reading, { ...auditDefaults, policy, now }),
  };
}

// As the audit's own options by default
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html: 100,000 images for each repository).
const auditDefaults = { quota: 100_000, lookBackDays: 14, keepDays: 30 };

/** What a plan has changed. */
function changesOf({ observed, tagMutability, scanOnPush, lifecyclePolicy }: Plan): readonly SettingChange[] {
  const { settings, policyText } = observed;
  const changes: SettingChange[] = [];
  if (tagMutability !== undefined)
    changes.push({ setting: 'tagMutability', before: settings.tagMutability, after: tagMutability });
  if (scanOnPush !== undefined)
    changes.push({ setting: 'scanOnPush', before: settings.scanOnPush, after: scanOnPush });
  if (lifecyclePolicy !== undefined)
    changes.push({ setting: 'lifecyclePolicy', before: policyText ?? null, after: lifecyclePolicy });
  return changes;
}

/** The notes of `reconcile` that are about one repository. */
export function noteOf(note: Note): readonly ResultNote[] {
  switch (note.code) {
    case 'left-safer':
      return [{ code: note.code, settings: note.settings }];
    case 'taken-over':
      return [{ code: note.code, from: note.from }];
    case 'returns-to':
      return [{ code: note.code, holder: note.holder }];
    case 'changed-by-others':
      return [{ code: note.code, settings: note.settings }];
    case 'policy-not-put-back': {
      const { repository: _, ...harm } = note;
      return [harm];
    }
    default:
      return [];
  }
}
