/** How a call to ECR failed: whether it may pass, whether it may have had its effect, and what it means to people. */
import { isObject } from '../../core/json.ts';
import { OutOfTime } from './deadline.ts';

// Undeclared in ECR's model, and sent with status 400.
const throttlings = ['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded'];

const networkFaults = [
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

/** Whether the service said that it is called too often. */
export function isThrottled(error: unknown): boolean {
  const { name, status } = outline(error);
  return throttlings.includes(name) || status === 429;
}

/**
 * Whether the same call may succeed later: throttling, a fault of the service, a fault of the network, or another
 * lifecycle preview that has to end first.
 */
export function isPassing(error: unknown): boolean {
  const { name, code, status } = outline(error);
  return (
    isThrottled(error) ||
    networkFaults.includes(code ?? '') ||
    (status !== undefined && status >= 500) ||
    name === 'LifecyclePolicyPreviewInProgressException'
  );
}

/** Whether the repository that the call was about does not exist. */
export function isGone(error: unknown): boolean {
  return outline(error).name === 'RepositoryNotFoundException';
}

/** Whether the service certainly refused the call: then it had no effect. */
export function isRefused(error: unknown): boolean {
  const { status } = outline(error);
  return status !== undefined && status >= 400 && status < 500;
}

/** What may be logged of an error: never its message, which can quote what a template's author wrote. */
export function outline(error: unknown): {
  readonly name: string;
  readonly code?: string;
  readonly status?: number;
  readonly awsRequestId?: string;
  readonly frames?: readonly string[];
} {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error ? error.code : undefined;
  const metadata = '$metadata' in error && isObject(error.$metadata) ? error.$metadata : {};
  const { httpStatusCode: status, requestId } = metadata;
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof requestId === 'string' ? { awsRequestId: requestId } : {}),
    frames: (error.stack ?? '').split('\n').flatMap((line) => /^\s+at .*/.exec(line)?.[0].trim() ?? []),
  };
}

/** What a failure means to the person who reads the stack's events: a sentence, or two. */
export function explain(error: unknown): string {
  if (error instanceof OutOfTime)
    return error.cause === undefined
      ? 'The function ran out of time before ECR had answered: deploy again.'
      : `The function ran out of time: deploy again. The last attempt: ${explain(error.cause)}`;
  if (!(error instanceof Error)) return `The function failed with ${String(error)}.`;
  const { name, code, status } = outline(error);
  // The SDK adds a second line for programmers. Cut, so that what follows still fits into the answer.
  const message = (error.message.split('\n')[0] ?? '').slice(0, 1000).replace(/[.\s]+$/, '');
  if (isThrottled(error)) return 'ECR throttles this account: deploy with fewer stacks at once.';
  if (status === undefined && (name === 'TimeoutError' || networkFaults.includes(code ?? '')))
    return `ECR could not be reached, or did not answer: ${message}.`;
  switch (name) {
    case 'AccessDeniedException':
      return `The function may not do this: let its role, and any service control policy or permissions boundary, allow it. ECR says: ${message}.`;
    case 'RepositoryNotFoundException':
      return `${message}: it was deleted while its settings were written.`;
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
