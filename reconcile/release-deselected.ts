/** Releases repositories that an Update no longer selects. */
import { pause } from '../aws/deadline.ts';
import { decodeRecord } from '../core/claims/encode.ts';
import { type ClaimRecord, claimOf, holdersOf } from '../core/claims/record.ts';
import type { ReconcileContext } from './context.ts';
import type { Replaced, Requester } from './desired.ts';
import { HeldByAnother, isBusy, nameIn, resolveInFlight } from './in-flight.ts';
import { type ObservedRepository, observeWith } from './observe.ts';
import type { Note } from './outcome.ts';
import { needsSettings, planRelinquish, type Relinquished, type Relinquishing } from './plan-relinquish.ts';
import { relinquishAll } from './relinquish.ts';

/**
 * What removing the holder's claims on what is not selected comes to. Nothing is written yet.
 *
 * @param known the selected repositories by ARN, and the records of those whose tags deselect them
 */
export async function planDeselected(
  { holder }: Requester,
  { onDelete, isSelectionChanged, protectPulledWithinDays }: Replaced,
  known: { readonly selected: ReadonlySet<string>; readonly deselected: readonly ClaimRecord[] },
  context: ReconcileContext,
): Promise<readonly Relinquished[]> {
  const records = isSelectionChanged ? await recordsOf(holder, context) : known.deselected;
  const held = records.filter(
    (record) => !known.selected.has(record.repositoryArn) && claimOf(record, holder) !== undefined,
  );
  return planFree(held, { holder, mode: onDelete, isDeselected: true, protectPulledWithinDays }, context);
}

/**
 * Reverts the Update before, if an Update returns to a dry run: that is how CloudFormation rolls back, and a dry run
 * alone would leave the changes.
 */
export async function rollBackToDryRun(
  { holder, properties, replacedProperties }: Requester,
  { protectPulledWithinDays }: Replaced,
  context: ReconcileContext,
): Promise<readonly Note[]> {
  const isLastChange = (record: ClaimRecord) => {
    const claim = claimOf(record, holder);
    return claim?.replacedProperties === properties && claim.properties === replacedProperties;
  };
  const records = (await recordsOf(holder, context)).filter(isLastChange);
  return release(
    records,
    { holder, mode: 'TakeBack', properties, isDeselected: false, protectPulledWithinDays },
    context,
  );
}

/** The records with claims of a holder. */
export async function recordsOf(
  holder: string,
  { claims, log }: Pick<ReconcileContext, 'claims' | 'log'>,
): Promise<readonly ClaimRecord[]> {
  const items = await claims.heldBy(holder);
  return items.flatMap((item) => {
    const record = decodeRecord(item);
    if (record === undefined)
      log({ level: 'ERROR', message: 'the record of claims is damaged', arn: item.key });
    return record ?? [];
  });
}

/**
 * Removes claims, and writes the settings that this restores.
 *
 * @param onFailure as of {@link relinquishAll}
 * @throws {@link HeldByAnother} if another request is changing one of them and no time is left to wait
 */
export async function release(
  records: readonly ClaimRecord[],
  relinquishing: Relinquishing,
  context: ReconcileContext,
  onFailure?: (repository: string, error: unknown) => Promise<void>,
): Promise<readonly Note[]> {
  let left = records;
  for (let pauseMs = 50; ; pauseMs = Math.min(2_000, pauseMs * 2)) {
    const planned = await planFree(left, relinquishing, context);
    if (planned.length === 0) return [];
    if (await context.leases.begin(planned.map(({ beginning }) => beginning)))
      return relinquishAll(planned, context, onFailure);
    // Random, so that requests that conflicted do not conflict again.
    await pause(Math.random() * pauseMs, context.deadline);
    left = await rereadAll(left, relinquishing.holder, context);
  }
}

/** What removing claims comes to, once no other request is changing one of the repositories. */
async function planFree(
  records: readonly ClaimRecord[],
  relinquishing: Relinquishing,
  context: ReconcileContext,
): Promise<readonly Relinquished[]> {
  let left = records;
  while (left.some(isBusy)) {
    const busy = await resolveInFlight(left.filter(isBusy), context);
    if (busy !== undefined) throw new HeldByAnother(nameIn(busy.repositoryArn), busy.inFlight.holder);
    // What they have changed was read too early, and the next one may have begun.
    left = await rereadAll(left, relinquishing.holder, context);
  }
  const current = await observeNeeded(left, relinquishing, context);
  return planRelinquish(left, current, relinquishing, context);
}

async function rereadAll(
  records: readonly ClaimRecord[],
  holder: string,
  { claims }: ReconcileContext,
): Promise<readonly ClaimRecord[]> {
  const items = await claims.read(records.map(({ repositoryArn }) => repositoryArn));
  return [...items.values()].flatMap((item) => {
    const record = decodeRecord(item);
    // Also one that another delivery of this request is changing, which may yet bring the claim back.
    return record !== undefined && holdersOf(record).includes(holder) ? [record] : [];
  });
}

/** The current settings of the repositories that need them. */
async function observeNeeded(
  records: readonly ClaimRecord[],
  relinquishing: Relinquishing,
  context: ReconcileContext,
): Promise<ReadonlyMap<string, ObservedRepository>> {
  const needs = new Map(
    records.map((record) => [record.repositoryArn, needsSettings(record, relinquishing)]),
  );
  const names = records
    .filter(({ repositoryArn }) => needs.get(repositoryArn)?.isNeeded === true)
    .map(({ repositoryArn }) => nameIn(repositoryArn));
  if (names.length === 0) return new Map();
  const [only] = names;
  const repositories =
    names.length === 1 && only !== undefined
      ? await context.ecr.repository(only).then((found) => (found === undefined ? [] : [found]))
      : await context.ecr.repositoriesNamed(names);
  const observed = await observeWith(
    new Map(records.map((record) => [record.repositoryArn, { version: record.version, record }])),
    repositories,
    (record) => record !== undefined && needs.get(record.repositoryArn)?.isPolicyNeeded === true,
    context,
  );
  return new Map(
    observed
      // A repository that was created again under the same name is a different one.
      .filter(({ record }) => record !== undefined)
      .map((each) => [each.repository.name, each]),
  );
}
