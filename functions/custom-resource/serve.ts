/** What each kind of request does: parse, reconcile, respond. */
import type { RemovalMode } from '../../core/claims/operations.ts';
import { isOneOf, type JsonObject } from '../../core/json.ts';
import { isSingle, type OnDelete, type Replaced, type Requester } from '../../reconcile/desired.ts';
import { hashOf } from '../../reconcile/hash.ts';
import { reconcile } from '../../reconcile/reconcile.ts';
import { type Removed, removeClaims } from '../../reconcile/remove-claims.ts';
import { rollBackToRefused } from '../../reconcile/rollback.ts';
import { namesLiterally } from '../../reconcile/selection.ts';
import type { Session } from '../../reconcile/session.ts';
import { explain } from '../../wording/failures.ts';
import { sentence } from '../../wording/lists.ts';
import { noteClause } from '../../wording/notes.ts';
import { refusalEntry, refusalSentence, refusedRepositories } from '../../wording/refusals.ts';
import { dryRunData, noData, settingsData } from './attributes.ts';
import { failureEntry } from './failure-entry.ts';
import { failedRequestOf, physicalIdOf, requestHash } from './identity.ts';
import { logDryRun } from './log-dry-run.ts';
import { parseForDelete, parseProperties } from './properties/properties.ts';
import { selectionNames } from './properties/selection.ts';
import type { SettingsRequest } from './request.ts';
import type { CustomResourceResponse } from './response.ts';

type DeleteRequest = Extract<SettingsRequest, { readonly requestType: 'Delete' }>;
type PutRequest = Exclude<SettingsRequest, DeleteRequest>;
type Organisation = Pick<Session['context'], 'policy'>;

/**
 * Serves one request. The caller handles errors of the SDK: it reverts the changes and responds.
 *
 * @param isRollback whether CloudFormation is rolling the stack back; undefined where that is not known
 */
export async function serve(
  request: SettingsRequest,
  session: Session,
  isRollback?: boolean,
): Promise<CustomResourceResponse> {
  switch (request.requestType) {
    case 'Create':
      return put(request, physicalIdOf(request), session, isRollback);
    case 'Update':
      return put(request, request.physicalResourceId, session, isRollback);
    case 'Delete':
      return remove(request, session);
    default:
      return request satisfies never;
  }
}

async function put(
  request: PutRequest,
  physicalResourceId: string,
  session: Session,
  isRollback: boolean | undefined,
): Promise<CustomResourceResponse> {
  const { log } = session.context;
  const requester = requesterOf(request, session.context, isRollback);
  const fail = (
    message: string,
    reason: string,
    repositories: readonly string[] = [],
  ): CustomResourceResponse => {
    log({ level: 'WARN', message, ...(repositories.length === 0 ? {} : { repositories }) });
    return { status: 'FAILED', physicalResourceId, reason };
  };
  const parsed = parseProperties(request.properties, session.context.policy);
  if ('problems' in parsed) {
    const kept = await keepInRollback(request, session, isRollback);
    if (kept !== undefined) return kept;
    return fail('properties refused', `${request.logicalResourceId}: ${sentence(parsed.problems)}`);
  }
  const { desired } = parsed;
  const context = session.watched;
  const done = await reconcile({ desired, requester, replaced: replacedBy(request, context) }, context);
  // A dry run costs nothing, so it must not list the registry to the author of a stack.
  const isNamed = (repository: string) => !desired.dryRun || namesLiterally(desired.selection, repository);
  if ('refusal' in done) {
    const { refusal } = done;
    return fail(refusalEntry(refusal), refusalSentence(refusal, isNamed), refusedRepositories(refusal));
  }
  const { plans, account, scanning, notes, takenBack = [] } = done;
  if (desired.dryRun) logDryRun(plans, [...takenBack, ...notes], log);
  const single = isSingle(desired);
  const data = desired.dryRun
    ? dryRunData(plans, account, scanning, single, isNamed)
    : settingsData(plans, scanning, single);
  // What is taken back the stack's own resource had changed, so that its author knows those repositories.
  const shown = [
    ...takenBack,
    ...notes.filter((note) => !('repository' in note) || isNamed(note.repository)),
  ];
  return { status: 'SUCCESS', physicalResourceId, data, notes: shown.map(noteClause) };
}

/**
 * The response to an Update that is refused as a whole, if it is a rollback: what the Update before has changed is reverted
 * as far as claims record it, and everything else stays.
 */
export async function keepInRollback(
  request: SettingsRequest,
  { context }: Session,
  isRollback?: boolean,
): Promise<CustomResourceResponse | undefined> {
  if (request.requestType !== 'Update') return undefined;
  const { physicalResourceId } = request;
  const kept = await rollBackToRefused(requesterOf(request, context, isRollback), context);
  return kept && { status: 'SUCCESS', physicalResourceId, data: noData, notes: kept.map(noteClause) };
}

function requesterOf(request: PutRequest, context: Organisation, isRollback: boolean | undefined): Requester {
  return {
    isRollback: isRollback ?? (replacesRefused(request, context) ? true : undefined),
    holder: physicalIdOf(request),
    stack: request.stackId,
    request: requestHash(request),
    properties: propertiesHash(request.properties),
    replacedProperties:
      request.requestType === 'Update' ? propertiesHash(request.oldProperties) : requestHash(request),
  };
}

/** Whether an Update replaces properties that are refused: they never came into effect, so it rolls that Update back. */
function replacesRefused(request: PutRequest, { policy }: Organisation): boolean {
  return request.requestType === 'Update' && 'problems' in parseProperties(request.oldProperties, policy);
}

/** The hash by which a rollback is recognised: of the properties without CloudFormation's own. */
function propertiesHash({ ServiceToken: _, ServiceTimeout: __, ...properties }: JsonObject): string {
  return hashOf(properties);
}

function replacedBy(request: PutRequest, { policy }: Organisation): Replaced | undefined {
  if (request.requestType !== 'Update') return undefined;
  const old = parseProperties(request.oldProperties, policy);
  // Properties that are refused were never applied by this version.
  if ('problems' in old || old.desired.selection === undefined) return undefined;
  const { onDelete, dryRun, protectPulledWithinDays } = old.desired;
  const selection = (properties: JsonObject) =>
    hashOf(Object.fromEntries(Object.entries(properties).filter(([name]) => isOneOf(selectionNames, name))));
  // A dry run's selection has no claims.
  const isSelectionChanged = dryRun || selection(request.properties) !== selection(request.oldProperties);
  return { onDelete, isSelectionChanged, protectPulledWithinDays, isDryRun: dryRun };
}

async function remove(request: DeleteRequest, session: Session): Promise<CustomResourceResponse> {
  const { physicalResourceId } = request;
  const { context } = session;
  const succeed = (notes: readonly string[]): CustomResourceResponse => ({
    status: 'SUCCESS',
    physicalResourceId,
    notes,
    data: {},
  });
  const { isRefused, onDelete, protectPulledWithinDays } = parseForDelete(request.properties);
  // Stacks must stay deletable.
  if (isRefused) context.log({ level: 'WARN', message: 'properties refused: OnDelete counts as Retain' });
  const notes = isRefused ? ['Its OnDelete is refused, and counts as Retain'] : [];
  const { mode, onlyOf } = modeOf(request, onDelete);
  const mayFail = mode !== 'Retain' && onlyOf === undefined;
  const removal = { holder: physicalIdOf(request), mode, onlyOf, protectPulledWithinDays, mayFail };
  const removed = await removeClaims(removal, context).catch(async (error: unknown): Promise<Removed> => {
    if (mayFail) throw error;
    await session.undo();
    return { notes: [], failure: { error } };
  });
  const released = [...notes, ...removed.notes.map(noteClause)];
  if (removed.failure === undefined) return succeed(released);
  // Only claims stay behind, which is harmless; a stack that cannot be deleted would not be.
  const { error } = removed.failure;
  context.log({ level: 'WARN', message: 'claims stay behind', ...failureEntry(error) });
  return succeed([
    ...released,
    `Its claims stay behind, which ecr-hardening claims can release: ${explain(error)}`,
  ]);
}

/** How the claims of a deleted resource are removed. */
function modeOf(
  request: DeleteRequest,
  onDelete: OnDelete,
): { readonly mode: RemovalMode; readonly onlyOf: string | undefined } {
  const { physicalResourceId } = request;
  if (physicalResourceId === physicalIdOf(request)) return { mode: onDelete, onlyOf: undefined };
  // Another ID: its Create could not revert everything, or CloudFormation did not receive its response.
  return { mode: 'Undo', onlyOf: failedRequestOf(physicalResourceId, request) };
}
