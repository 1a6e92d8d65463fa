/** Whether a request is CloudFormation's own: any principal that can invoke the function can send it an event. */
import type { StackResources, StackResourcesConnection } from '../../aws/cloudformation/stack-resources.ts';
import { type Deadline, deadlineIn, OutOfTime, readUntil } from '../../aws/deadline.ts';
import { isAbout, isInProgress, isRollback } from '../../core/authenticity/in-progress.ts';
import {
  homeOf,
  isLocalUrl,
  isOwnStack,
  isResponseUrl,
  type OriginIssue,
} from '../../core/authenticity/origin.ts';
import { physicalIdOf } from './identity.ts';
import type { ResponseTarget, SettingsRequest } from './request.ts';

/** A request's origin: where responses go to is not one that is known, or the stack is foreign, or neither. */
export function originIssue(
  target: ResponseTarget,
  invokedFunctionArn: string | undefined,
  localEndpoint: string | undefined,
): OriginIssue | undefined {
  const home = homeOf(invokedFunctionArn);
  const isLocal = localEndpoint !== undefined && isLocalUrl(target.responseUrl, localEndpoint);
  if (home === undefined || !(isLocal || isResponseUrl(target, home))) return 'response-url';
  return isOwnStack(target.stackId, home) ? undefined : 'foreign-stack';
}

/** What CloudFormation's answers come to. */
export type Authenticity =
  | { readonly kind: 'authentic' }
  | { readonly kind: 'not-in-progress' }
  /** CloudFormation could not be asked until the deadline. */
  | { readonly kind: 'unknown'; readonly error: OutOfTime };

/**
 * Asks CloudFormation whether it is carrying out this request. It is asked again for some seconds before a request is
 * refused, since what it reports may lag behind what it does.
 */
export async function authenticate(
  request: SettingsRequest,
  stacks: StackResources,
  deadline: Deadline,
): Promise<Authenticity> {
  try {
    const isAuthentic = await readUntil(() => isConfirmed(request, stacks), Boolean, deadline);
    return { kind: isAuthentic ? 'authentic' : 'not-in-progress' };
  } catch (error) {
    if (error instanceof OutOfTime) return { kind: 'unknown', error };
    throw error;
  }
}

// Without an answer the rollback may still be recognised by its properties, and the time is needed for the work.
const maxRollbackMs = 3_000;

/**
 * Whether the stack is being rolled back, by the newest event of the stack itself: one call, for an Update.
 *
 * @returns true, or undefined: the events may lag behind, so that they cannot show that there is none
 */
export async function recogniseRollback(
  { requestType, stackId }: Pick<SettingsRequest, 'requestType' | 'stackId'>,
  stacks: Pick<StackResourcesConnection, 'until'>,
  deadline: Deadline,
): Promise<true | undefined> {
  // A rollback sends no other request that can be refused.
  if (requestType !== 'Update') return undefined;
  const limit = deadlineIn(Math.min(maxRollbackMs, deadline.leftMs() / 4), deadline.signal);
  try {
    const isOfStack = ({ physicalId }: { readonly physicalId: string | undefined }) => physicalId === stackId;
    const newest = await stacks.until(limit).newestEvent(stackId, isOfStack);
    return isRollback(newest?.status) === true ? true : undefined;
  } catch (error) {
    if (error instanceof OutOfTime) return undefined;
    throw error;
  } finally {
    limit.dispose();
  }
}

async function isConfirmed(request: SettingsRequest, stacks: StackResources): Promise<boolean> {
  const { stackId, logicalResourceId } = request;
  const ownId = physicalIdOf(request);
  if (isInProgress(request, await stacks.resource(stackId, logicalResourceId), ownId)) return true;
  if (request.requestType !== 'Delete') return false;
  const { physicalResourceId } = request;
  const newest = await stacks.newestEvent(stackId, (event) =>
    isAbout(event, logicalResourceId, physicalResourceId),
  );
  return isInProgress(request, newest, ownId);
}
