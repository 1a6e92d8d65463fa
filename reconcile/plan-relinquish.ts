/** Plans the settings of repositories whose claims are removed: on Delete, or if an Update no longer selects them. */

import { type Removal, type RemovalMode, removeClaim } from '../core/claims/operations.ts';
import { type ClaimRecord, claimOf, type Ownership } from '../core/claims/record.ts';
import { takeBackLastChange } from '../core/claims/take-back.ts';
import { withdrawal } from '../core/claims/withdraw.ts';
import {
  settings as allSettings,
  type RepositorySettings,
  type WritableSettingName,
} from '../core/settings/repository-settings.ts';
import { type GuardContext, protectedDays, whyNotPutBack } from './guard.ts';
import { nameIn } from './in-flight.ts';
import type { Beginning } from './leases.ts';
import { mapRepositories } from './map-repositories.ts';
import type { ObservedRepository } from './observe.ts';
import type { Note } from './outcome.ts';
import { unobserved } from './unobserved.ts';
import { isWriting, textOf, type Writes } from './writes.ts';

/** Whose claims are removed, and how. */
export interface Relinquishing {
  readonly holder: string;
  readonly mode: RemovalMode | 'TakeBack' | 'Withdraw';
  /** With `TakeBack`: the hash of the properties to which an Update returns. */
  readonly properties?: string;
  /** With `Withdraw`: what the records said before the claims of a request, by ARN; and the hash of the request. */
  readonly withdrawn?: { readonly previous: ReadonlyMap<string, Ownership>; readonly request: string };
  /** Whether a rollback can restore the claims: an Update no longer selects the repositories. */
  readonly isDeselected: boolean;
  /** A lifecycle policy that would expire images pulled within this number of days is not restored. */
  readonly protectPulledWithinDays: number;
}

/** One claim to remove, and the result. */
export interface Relinquished {
  readonly beginning: Beginning;
  readonly writes: Writes;
  readonly notes: readonly Note[];
}

/**
 * The result of removing the holder's claims, by repository. Nothing is written yet.
 *
 * Only settings that still have the holder's value are written: settings that another client has changed are kept.
 *
 * @param current the settings of repositories, by name; none for deleted ones
 */
export async function planRelinquish(
  records: readonly ClaimRecord[],
  current: ReadonlyMap<string, ObservedRepository>,
  relinquishing: Relinquishing,
  context: GuardContext,
): Promise<readonly Relinquished[]> {
  return mapRepositories(records, (record) =>
    planOne(record, current.get(nameIn(record.repositoryArn)), relinquishing, context),
  );
}

/** The remaining claims, and the settings that they restore. */
function removalOf(
  record: ClaimRecord,
  { holder, mode, properties = '', withdrawn }: Relinquishing,
  current: RepositorySettings | undefined,
): Removal {
  const none: Removal = { ownership: record, target: {}, returnsTo: undefined };
  const claim = claimOf(record, holder);
  if (mode === 'Withdraw') {
    const previous = withdrawn?.previous.get(record.repositoryArn);
    const isMeant = previous !== undefined && claim?.request === withdrawn?.request;
    return isMeant ? withdrawal(record, holder, previous) : none;
  }
  if (mode !== 'TakeBack') return removeClaim(record, holder, mode, current);
  return claim === undefined ? none : takeBackLastChange(record, claim, properties);
}

/** Whether removing a claim depends on the repository's current settings. */
export function needsSettings(
  record: ClaimRecord,
  relinquishing: Relinquishing,
): { readonly isNeeded: boolean; readonly isPolicyNeeded: boolean } {
  const { holder, mode } = relinquishing;
  const { target, ownership } = removalOf(record, relinquishing, undefined);
  const isOnTop = record.claims.at(-1)?.holder === holder;
  const isHandedDown =
    mode !== 'Withdraw' && isOnTop && ownership.claims.length + ownership.retained.length > 0;
  return {
    isNeeded: isHandedDown || Object.keys(target).length > 0,
    isPolicyNeeded: isHandedDown || target.lifecyclePolicy !== undefined,
  };
}

async function planOne(
  record: ClaimRecord,
  observed: ObservedRepository | undefined,
  relinquishing: Relinquishing,
  context: GuardContext,
): Promise<Relinquished> {
  const { holder, mode, isDeselected } = relinquishing;
  const claim = claimOf(record, holder);
  const removal = removalOf(record, relinquishing, observed?.settings);
  const ownership =
    isDeselected && mode === 'Retain' && claim !== undefined
      ? retaining(removal.ownership, { claim, original: record.original })
      : removal.ownership;
  const begin = (after: RepositorySettings | undefined): Beginning => ({
    // If a repository is deleted, or was not read, only its record changes.
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

/** Writes the settings that differ, unless another client has changed them since. */
async function writesOf(
  record: ClaimRecord,
  observed: ObservedRepository,
  set: RepositorySettings,
  { target, returnsTo }: Removal,
  relinquishing: Relinquishing,
  context: GuardContext,
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
  const days = protectedDays(relinquishing, context);
  const kept = typeof text === 'string' ? await whyNotPutBack(name, text, days, context) : undefined;
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
