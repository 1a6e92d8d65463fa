/** Why a source of evidence was not read, as data. */
import type { UnreadSource } from '../../core/usage/evidence.ts';
import { AwsCallError } from '../call-error.ts';
import { OutOfTime } from '../deadline.ts';
import { hasNoResponse, isDenied, isTransient, loggableError } from '../faults.ts';

// The account, or the Region in this account, is not signed up for the service.
const notSignedUp = ['SubscriptionRequiredException', 'OptInRequired'];

/** Whether the service's host has no address: so it is where a service is not in a Region. */
function hasNoHost(error: unknown): boolean {
  return loggableError(error).code === 'ENOTFOUND';
}

/**
 * Whether a retry may succeed, for a service that is not in every Region: then a host without an address does not get
 * one within the time of a reading.
 */
export function isTransientWhereAvailable(error: unknown): boolean {
  return isTransient(error) && !hasNoHost(error);
}

/**
 * Why a source was not read.
 *
 * @param error what a call failed with; of any other error only the name is kept, since a message can quote anything
 * @param during the IAM action of the call that was made, or whose response was processed; a failed call itself says which
 */
export function unreadOf(error: unknown, during: string): UnreadSource {
  const failed = error instanceof OutOfTime ? error.cause : error;
  const action = failed instanceof AwsCallError ? during.replace(/:.*$/, `:${failed.operation}`) : during;
  if (error instanceof OutOfTime)
    return hasNoResponse(error.cause) ? { code: 'no-response', action } : { code: 'out-of-time' };
  if (isDenied(error)) return { code: 'denied', action };
  const { name } = loggableError(error);
  if (hasNoHost(error) || notSignedUp.includes(name)) return { code: 'not-available', action };
  return hasNoResponse(error) ? { code: 'no-response', action } : { code: 'failed', action, error: name };
}

// What you can do something about comes first.
const order = [
  'denied',
  'counts-as-pull',
  'failed',
  'no-response',
  'not-available',
  'out-of-time',
  'not-requested',
] as const;

/** The reason to report, of those of a source's calls: always the same one, in whichever order they failed. */
export function foremost(reasons: readonly UnreadSource[]): UnreadSource | undefined {
  const rank = (reason: UnreadSource) =>
    `${order.indexOf(reason.code)} ${'action' in reason ? reason.action : ''}`;
  return reasons.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))[0];
}
