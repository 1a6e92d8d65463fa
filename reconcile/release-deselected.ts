/** Releases repositories that an Update no longer selects. */
import { pause } from '../aws/deadline.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
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
  { protectPulledWithinDays }: Pick<Replaced, 'protectPulledWithinDays'>,
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
  const notes: Note[] = [];
  let left = records;
  for (let pauseMs = 50; ; pauseMs = Math.min(2_000, pauseMs * 2)) {
    const planned = await planFree(left, relinquishing, context);
    const released = await releaseClaims(planned, context);
    notes.push(...(await relinquishAll(released, context, onFailure)));
    const open = planned.filter((each) => !released.includes(each));
    if (open.length === 0) return notes;
    // Leases are held only once nothing is waited for.
    if (open.every(hasChange) && (await context.leases.begin(open.map(({ beginning }) => beginning))))
      return [...notes, ...(await relinquishAll(open, context, onFailure))];
    // Random, so that requests that conflicted do not conflict again.
    await pause(Math.random() * pauseMs, context.deadline);
    const arns = open.map(({ beginning }) => beginning.observed.repository.arn);
    left = await rereadAll(arns, relinquishing.holder, context);
  }
}

function hasChange({ beginning }: Relinquished): boolean {
  return beginning.change !== undefined;
}

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html: 100 items.
const claimsAtOnce = 100;

/** Removes the claims whose removal changes no setting, as far as no other request is in the way. @returns those */
async function releaseClaims(
  planned: readonly Relinquished[],
  { leases }: Pick<ReconcileContext, 'leases'>,
): Promise<readonly Relinquished[]> {
  const claims = planned.filter((each) => !hasChange(each));
  const groups = Array.from({ length: Math.ceil(claims.length / claimsAtOnce) }, (_, index) =>
    claims.slice(index * claimsAtOnce, (index + 1) * claimsAtOnce),
  );
  const released = await mapConcurrently(groups, async (group) =>
    (await leases.begin(group.map(({ beginning }) => beginning))) ? group : [],
  );
  return released.flat();
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
    left = await rereadAll(
      left.map(({ repositoryArn }) => repositoryArn),
      relinquishing.holder,
      context,
    );
  }
  const current = await observeNeeded(left, relinquishing, context);
  return planRelinquish(left, current, relinquishing, context);
}

async function rereadAll(
  arns: readonly string[],
  holder: string,
  { claims }: ReconcileContext,
): Promise<readonly ClaimRecord[]> {
  const items = await claims.read(arns);
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
  const needed = records.filter(({ repositoryArn }) => needs.get(repositoryArn)?.isNeeded === true);
  const names = needed.map(({ repositoryArn }) => nameIn(repositoryArn));
  if (names.length === 0) return new Map();
  const [only] = names;
  const readAt = context.now();
  const repositories =
    names.length === 1 && only !== undefined
      ? await context.ecr.repository(only).then((found) => (found === undefined ? [] : [found]))
      : await context.ecr.repositoriesNamed(names);
  const observed = await observeWith(
    new Map(needed.map((record) => [record.repositoryArn, { version: record.version, record }])),
    repositories,
    (record) => record !== undefined && needs.get(record.repositoryArn)?.isPolicyNeeded === true,
    { ...context, readAt },
  );
  return new Map(
    observed
      // A repository that was created again under the same name is a different one.
      .filter(({ record }) => record !== undefined)
      .map((each) => [each.repository.name, each]),
  );
}
