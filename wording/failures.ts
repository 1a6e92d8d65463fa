import { AwsCallError, rootError } from '../aws/call-error.ts';
import { UnusableItem } from '../aws/claims/unusable-item.ts';
import { OutOfTime } from '../aws/deadline.ts';
import { hasNoResponse, isDenied, isRejected, isThrottled, loggableError } from '../aws/faults.ts';
import { AccountSettingError } from '../reconcile/account-settings.ts';
import { PreviewFailed } from '../reconcile/guard.ts';
import { HeldByAnother } from '../reconcile/in-flight.ts';
import { Stopped } from '../reconcile/stop.ts';
import { unusableItemSentence } from './unusable-item.ts';

/**
 * A failure as stack events show it: one or more sentences, the first of which names what failed, such as
 * "payments/api: PutImageTagMutability was denied."
 */
export function explain(error: unknown): string {
  if (error instanceof OutOfTime)
    return error.cause === undefined
      ? 'The function ran out of time before AWS responded: deploy again.'
      : `The function ran out of time: deploy again. The last attempt: ${explain(error.cause)}`;
  const own = ownSentence(error);
  if (own !== undefined) return own;
  if (!(error instanceof AwsCallError)) return explainCause(error, isOfAws(error) ? ecr : ownName);
  const { operation, resource, service = ecr } = error;
  const what = resource === undefined ? operation : `${resource}: ${operation}`;
  return `${what} ${outcomeOf(error)}. ${explainCause(rootError(error), service)}`;
}

/** Whether a service has sent it, or should have; anything else is a defect of the function. */
function isOfAws(error: unknown): boolean {
  return hasNoResponse(error) || loggableError(error).status !== undefined;
}

/** The service of most calls, by the SDK's name. */
const ecr = 'ECR';

/** In place of a service, of a defect. */
const ownName = 'The function';

/** Errors of `reconcile/` and of the claims table. */
function ownSentence(error: unknown): string | undefined {
  if (error instanceof PreviewFailed)
    return `ECR could not preview what the lifecycle policy would expire in ${error.repository}, so nothing was changed: deploy again, or set ProtectPulledWithinDays: 0, which needs AllowExpiringImagesInUse: true of the application.`;
  if (error instanceof HeldByAnother)
    return `${error.repository} is being changed by ${error.holder}, which did not end in time: try again.`;
  if (error instanceof Stopped)
    return 'A Delete of this resource arrived while it was still being changed, so it stopped.';
  if (error instanceof UnusableItem) return unusableItemSentence(error);
  if (!(error instanceof AccountSettingError)) return undefined;
  return error.code === 'cannot-be-deleted'
    ? 'ECR cannot delete an account setting.'
    : `ECR accepted the account setting ${error.setting} but returns another value afterwards.`;
}

/** What came of a call, after its operation: such as "was denied". */
export function outcomeOf(error: AwsCallError): string {
  if (isThrottled(error)) return 'was throttled';
  if (hasNoResponse(error)) return 'got no response';
  if (isDenied(error)) return 'was denied';
  return isRejected(error) ? 'was refused' : 'failed';
}

function explainCause(error: unknown, service: string): string {
  if (!(error instanceof Error)) return `The function failed with ${String(error)}.`;
  const { name, status } = loggableError(error);
  // The SDK adds a second line for programmers. Truncated, so that the rest still fits into the response.
  const message = (error.message.split('\n')[0] ?? '').slice(0, 1000).replace(/[.\s]+$/, '');
  if (isThrottled(error)) return `${service} throttles this account: deploy with fewer stacks at once.`;
  if (hasNoResponse(error)) return `${service} could not be reached, or did not respond: ${message}.`;
  switch (name) {
    case 'AccessDeniedException':
      return `The function is not allowed to do this: allow it in its role, and in any service control policy or permissions boundary. ${service} reports: ${message}.`;
    case 'RepositoryNotFoundException':
      return `${message}: it was deleted meanwhile.`;
    case 'InvalidParameterException':
    case 'ValidationException':
      return service === ecr
        ? `ECR refuses the settings: ${message}.`
        : `${service} refuses the request: ${message}.`;
    case 'LifecyclePolicyPreviewInProgressException':
      return `Another lifecycle preview of the repository did not end: ${message}.`;
    case 'BlockedByOrganizationPolicyException':
      return `A policy of the organisation forbids the change: ${message}.`;
    case 'RepeatedPageToken':
      return 'The list of AWS does not end, since a page token came twice: deploy again.';
    case 'SyntaxError':
      // Its message quotes what was parsed.
      if (service === ownName) return `${ownName} failed with ${name}.`;
      return `${service}'s response (status ${status}) is not in its protocol: check that the endpoint is that of ${service}.`;
    default:
      return message === ''
        ? `${service} failed with ${name}.`
        : `${service} failed with ${name}: ${message}.`;
  }
}
