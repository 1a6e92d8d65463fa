/** What becomes of repositories whose claim is removed: at a Delete, or when an Update no longer selects them. */

import { isRepositoryNotFound } from '../aws/faults.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import {
  type Removal,
  type RemovalMode,
  removeClaim,
  takeBackLastChange,
} from '../core/claims/operations.ts';
import { type ClaimRecord, claimOf, type Ownership } from '../core/claims/record.ts';
import {
  settings as allSettings,
  type RepositorySettings,
  type WritableSettingName,
} from '../core/settings/repository-settings.ts';
import type { ReconcileContext } from './context.ts';
import { imagesInUse } from './guard.ts';
import { nameIn } from './in-flight.ts';
import type { Beginning } from './leases.ts';
import type { ObservedRepository } from './observe.ts';
import type { Note } from './outcome.ts';
import { isWriting, textOf, type Writes } from './writes.ts';

/** Whose claims are removed, and how. */
export interface Relinquishing {
  readonly holder: string;
  readonly mode: RemovalMode | 'TakeBack';
  /** With `TakeBack`: the hash of the properties to which an Update returns. */
  readonly properties?: string;
  /** Whether a rollback may bring the claims back: an Update no longer selects the repositories. */
  readonly isDeselected: boolean;
  /** Images pulled within so many days keep a lifecycle policy that would expire them from being put back. */
  readonly protectPulledWithinDays: number;
}

/** One claim to remove, with what it comes to. */
export interface Relinquished {
  readonly beginning: Beginning;
  readonly writes: Writes;
  readonly notes: readonly Note[];
}

/**
 * What removing the holder's claims comes to, repository by repository. Nothing is written yet.
 *
 * Only a setting that still stands as the holder left it is written: what somebody else has changed since stays.
 *
 * @param current what repositories are set to, by name; none where they were deleted
 */
export async function planRelinquish(
  records: readonly ClaimRecord[],
  current: ReadonlyMap<string, ObservedRepository>,
  relinquishing: Relinquishing,
  context: Pick<ReconcileContext, 'ecr' | 'deadline' | 'now'>,
): Promise<readonly Relinquished[]> {
  return mapConcurrently(records, (record) =>
    planOne(record, current.get(nameIn(record.repositoryArn)), relinquishing, context),
  );
}

/** What is left of the claims, and what it brings back. */
function removalOf(
  record: ClaimRecord,
  { holder, mode, properties = '' }: Relinquishing,
  current: RepositorySettings | undefined,
): Removal {
  if (mode !== 'TakeBack') return removeClaim(record, holder, mode, current);
  const claim = claimOf(record, holder);
  return claim === undefined
    ? { ownership: record, target: {}, returnsTo: undefined }
    : takeBackLastChange(record, claim, properties);
}

/** Whether what a repository is set to matters for the removal of a claim. */
export function needsSettings(
  record: ClaimRecord,
  relinquishing: Relinquishing,
): { readonly isNeeded: boolean; readonly isPolicyNeeded: boolean } {
  const { holder } = relinquishing;
  const { target, ownership } = removalOf(record, relinquishing, undefined);
  const isOnTop = record.claims.at(-1)?.holder === holder;
  const isHandedDown = isOnTop && ownership.claims.length > 0;
  return {
    isNeeded: isHandedDown || Object.keys(target).length > 0,
    isPolicyNeeded: isHandedDown || target.lifecyclePolicy !== undefined,
  };
}

async function planOne(
  record: ClaimRecord,
  observed: ObservedRepository | undefined,
  relinquishing: Relinquishing,
  context: Pick<ReconcileContext, 'ecr' | 'deadline' | 'now'>,
): Promise<Relinquished> {
  const { holder, mode, isDeselected } = relinquishing;
  const claim = claimOf(record, holder);
  const removal = removalOf(record, relinquishing, observed?.settings);
  const ownership =
    isDeselected && mode === 'Retain' && claim !== undefined
      ? retaining(removal.ownership, { claim, original: record.original })
      : removal.ownership;
  const begin = (after: RepositorySettings | undefined): Beginning => ({
    // A repository that is gone, or is not looked at, changes in its record alone.
    observed: observed ?? unobserved(record),
    ownership,
    policies: {},
    change: after === undefined || observed === undefined ? undefined : { before: observed.settings, after },
  });
  if (observed === undefined || claim === undefined)
    return { beginning: begin(undefined), writes: nothing, notes: [] };
  const { writes, notes } = await writesOf(record, observed, claim.set, removal, relinquishing, context);
  const after: RepositorySettings = {
    tagMutability: writes.tagMutability ?? observed.settings.tagMutability,
    scanOnPush: writes.scanOnPush ?? observed.settings.scanOnPush,
    lifecyclePolicy:
      writes.lifecyclePolicy === undefined
        ? observed.settings.lifecyclePolicy
        : removal.target.lifecyclePolicy,
  };
  return { beginning: begin(isWriting(writes) ? after : undefined), writes, notes };
}

const nothing: Writes = { tagMutability: undefined, scanOnPush: undefined, lifecyclePolicy: undefined };

function retaining(ownership: Ownership, retained: Ownership['retained'][number]): Ownership {
  return { ...ownership, retained: [...ownership.retained, retained] };
}

function unobserved(record: ClaimRecord): ObservedRepository {
  const { repositoryArn: arn, createdAt, original } = record;
  const name = nameIn(arn);
  const { tagMutability, scanOnPush } = original;
  const repository = {
    name,
    arn,
    uri: '',
    registryId: '',
    encryption: '',
    createdAt,
    tagMutability,
    scanOnPush,
  };
  return { repository, settings: original, policyText: undefined, record, staleVersion: record.version };
}

/** Writes what differs, unless somebody else has changed it since. */
async function writesOf(
  record: ClaimRecord,
  observed: ObservedRepository,
  set: RepositorySettings,
  { target, returnsTo }: Removal,
  relinquishing: Relinquishing,
  context: Pick<ReconcileContext, 'ecr' | 'deadline' | 'now'>,
): Promise<{ readonly writes: Writes; readonly notes: readonly Note[] }> {
  const { settings } = observed;
  const { name } = observed.repository;
  const goal: RepositorySettings = { ...settings, ...target };
  const differing = allSettings.filter(({ equals }) => !equals(goal, settings));
  const isOurs = ({ equals }: (typeof allSettings)[number]) => equals(set, settings);
  const meant = new Set(differing.filter(isOurs).map((each) => each.name));
  const foreign = differing.filter((each) => !isOurs(each)).map((each) => each.name);
  const text = meant.has('lifecyclePolicy')
    ? textOf(goal.lifecyclePolicy ?? '', [], record.policies)
    : undefined;
  const kept = typeof text === 'string' ? await whyKept(name, text, relinquishing, context) : undefined;
  const pick = <Value>(setting: WritableSettingName, value: Value) =>
    meant.has(setting) ? value : undefined;
  return {
    writes: {
      tagMutability: pick('tagMutability', goal.tagMutability),
      scanOnPush: pick('scanOnPush', goal.scanOnPush),
      lifecyclePolicy: kept === undefined ? text : undefined,
    },
    notes: [
      ...(returnsTo === undefined
        ? []
        : [{ code: 'returns-to', repository: name, holder: returnsTo } as const]),
      ...(foreign.length === 0
        ? []
        : [{ code: 'changed-by-others', repository: name, settings: foreign } as const]),
      ...(kept === undefined ? [] : [{ code: 'policy-not-put-back', repository: name, ...kept } as const]),
    ],
  };
}

/** Why an earlier lifecycle policy is not put back: it would expire images in use, or nobody can say. */
async function whyKept(
  repository: string,
  text: string,
  { protectPulledWithinDays }: Relinquishing,
  context: Pick<ReconcileContext, 'ecr' | 'deadline' | 'now'>,
): Promise<{ readonly imagesInUse: number | undefined } | undefined> {
  if (protectPulledWithinDays === 0) return undefined;
  try {
    const images = await imagesInUse(repository, text, protectPulledWithinDays, context);
    return images.length === 0 ? undefined : { imagesInUse: images.length };
  } catch (error) {
    if (isRepositoryNotFound(error)) return undefined;
    // A Delete never gets stuck over it.
    return { imagesInUse: undefined };
  }
}
