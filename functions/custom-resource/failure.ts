import { OutOfTime } from '../../aws/deadline.ts';
import { isThrottled, isUnanswered, loggableError } from '../../aws/faults.ts';

/** A failure of ours, whose message is told as it stands: a sentence. */
export class Told extends Error {}

/** What a failure means to the person who reads the stack's events: a sentence, or two. */
export function explain(error: unknown): string {
  if (error instanceof OutOfTime)
    return error.cause === undefined
      ? 'The function ran out of time before ECR had answered: deploy again.'
      : `The function ran out of time: deploy again. The last attempt: ${explain(error.cause)}`;
  if (error instanceof Told) return error.message;
  if (!(error instanceof Error)) return `The function failed with ${String(error)}.`;
  const { name, status } = loggableError(error);
  // The SDK adds a second line for programmers. Cut, so that what follows still fits into the answer.
  const message = (error.message.split('\n')[0] ?? '').slice(0, 1000).replace(/[.\s]+$/, '');
  if (isThrottled(error)) return 'ECR throttles this account: deploy with fewer stacks at once.';
  if (isUnanswered(error)) return `ECR could not be reached, or did not answer: ${message}.`;
  switch (name) {
    case 'AccessDeniedException':
      return `The function may not do this: let its role, and any service control policy or permissions boundary, allow it. ECR says: ${message}.`;
    case 'RepositoryNotFoundException':
      return `${message}: it was deleted meanwhile.`;
    case 'InvalidParameterException':
    case 'ValidationException':
      return `ECR refuses the settings: ${message}.`;
    case 'TooManyTagsException':
      return `The repository has too many tags to remember in them what it was set to: take one away. ECR says: ${message}.`;
    case 'LifecyclePolicyPreviewInProgressException':
      return `Another lifecycle preview of the repository did not end: ${message}.`;
    case 'BlockedByOrganizationPolicyException':
      return `A policy of the organisation forbids the change: ${message}.`;
    case 'SyntaxError':
      // Its message quotes the whole answer, whatever that is.
      return `ECR answered (with status ${status}) something that is not its protocol: is the endpoint really ECR?`;
    default:
      return message === '' ? `ECR failed with ${name}.` : `ECR failed with ${name}: ${message}.`;
  }
}
