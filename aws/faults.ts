/** How a call to AWS failed: whether it may pass, whether it may have had its effect, and what may be logged of it. */
import { isObject } from '../core/json.ts';

// Undeclared in the services' models, and sent with status 400.
const throttlings = ['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded'];

/** Codes of faults of the network, as Node names them. */
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
  const { name, status } = loggableError(error);
  return throttlings.includes(name) || status === 429;
}

/**
 * Whether the same call may succeed later: throttling, a fault of the service, a fault of the network, or another
 * lifecycle preview that has to end first.
 */
export function isTransient(error: unknown): boolean {
  const { name, code, status } = loggableError(error);
  return (
    isThrottled(error) ||
    networkFaults.includes(code ?? '') ||
    (status !== undefined && status >= 500) ||
    name === 'LifecyclePolicyPreviewInProgressException'
  );
}

/** Whether the repository that the call was about does not exist. */
export function isRepositoryNotFound(error: unknown): boolean {
  return loggableError(error).name === 'RepositoryNotFoundException';
}

/** Whether the service certainly refused the call: then it had no effect. */
export function isRejected(error: unknown): boolean {
  const { status } = loggableError(error);
  return status !== undefined && status >= 400 && status < 500;
}

/** What may be logged of an error: never its message, which can quote what a template's author wrote. */
export function loggableError(error: unknown): {
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

/** Whether no answer came at all: a fault of the network, or an attempt that took too long. */
export function isUnanswered(error: unknown): boolean {
  const { name, code, status } = loggableError(error);
  return status === undefined && (name === 'TimeoutError' || networkFaults.includes(code ?? ''));
}
