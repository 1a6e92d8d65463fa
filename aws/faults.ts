/** How a call to AWS failed: whether a retry may succeed, whether it may have had its effect, and what can be logged. */
import { isObject } from '../core/json.ts';
import { AwsCallError, rootError } from './call-error.ts';

// Undeclared in the services' models, and sent with status 400.
const throttlings = ['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded'];

const denials = ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation'];

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

/** The error codes of services if something does not exist. */
const notFoundNames = {
  repository: 'RepositoryNotFoundException',
  image: 'ImageNotFoundException',
  scan: 'ScanNotFoundException',
  'lifecycle policy': 'LifecyclePolicyNotFoundException',
  'lifecycle policy preview': 'LifecyclePolicyPreviewNotFoundException',
  'repository policy': 'RepositoryPolicyNotFoundException',
} as const;

/** The kinds of things that may not exist. */
export type Missing = keyof typeof notFoundNames;

/** True for throttling errors. */
export function isThrottled(error: unknown): boolean {
  const { name, status } = loggableError(error);
  return throttlings.includes(name) || status === 429;
}

/** Whether the caller lacks the permission. */
export function isDenied(error: unknown): boolean {
  return denials.includes(loggableError(error).name);
}

/** Whether one of these does not exist. */
export function isNotFound(error: unknown, ...what: readonly Missing[]): boolean {
  const { name } = loggableError(error);
  return what.some((each) => notFoundNames[each] === name);
}

/** Whether the repository that the call was about does not exist. */
export function isRepositoryNotFound(error: unknown): boolean {
  return isNotFound(error, 'repository');
}

/** What is read, or undefined where one of these does not exist. */
export async function unlessNotFound<Value>(
  what: readonly Missing[],
  read: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNotFound(error, ...what)) return undefined;
    throw error;
  }
}

/** Whether a feature was never configured, so that the registry has its default. */
export function isFeatureDisabled(error: unknown): boolean {
  const root = rootError(error);
  // A parameter that is refused has the same name; only ECR's message differs.
  return root instanceof Error && root.name === 'ValidationException' && /disabled/i.test(root.message);
}

/**
 * Whether a page token is no longer valid. Services name it differently (PaginationTokenExpiredException,
 * InvalidNextTokenException); ECR and CloudFormation have only a message that names the parameter.
 */
export function isExpiredToken(error: unknown): boolean {
  const root = rootError(error);
  if (!(root instanceof Error)) return false;
  const isOfParameter = /^(InvalidParameter|Validation)/.test(root.name) && /token/i.test(root.message);
  return isOfParameter || (/token/i.test(root.name) && /page|pagination|next/i.test(root.name));
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

/** Whether the service certainly rejected the call: then it had no effect. */
export function isRejected(error: unknown): boolean {
  const { status } = loggableError(error);
  return status !== undefined && status >= 400 && status < 500;
}

/** Whether the service responded, even with a rejection: then it had capacity for the call. */
export function isAnswer(error: unknown): boolean {
  return isRejected(error) && !isThrottled(error);
}

/**
 * What may be logged of an error: never its message, nor what the call was about, which can quote what a template's
 * author wrote: a NoEcho parameter in the wrong place, for example.
 */
export function loggableError(error: unknown): {
  readonly name: string;
  readonly operation?: string;
  readonly code?: string;
  readonly status?: number;
  readonly awsRequestId?: string;
  readonly frames?: readonly string[];
} {
  const root = rootError(error);
  if (!(root instanceof Error)) return { name: typeof root };
  const code = 'code' in root ? root.code : undefined;
  const metadata = '$metadata' in root && isObject(root.$metadata) ? root.$metadata : {};
  const { httpStatusCode: status, requestId } = metadata;
  return {
    name: root.name,
    ...(error instanceof AwsCallError ? { operation: error.operation } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof requestId === 'string' ? { awsRequestId: requestId } : {}),
    frames: (root.stack ?? '').split('\n').flatMap((line) => /^\s+at .*/.exec(line)?.[0].trim() ?? []),
  };
}

/** Whether there was no response: a network error, or an attempt that took too long. */
export function hasNoResponse(error: unknown): boolean {
  const { name, code, status } = loggableError(error);
  return status === undefined && (name === 'TimeoutError' || networkFaults.includes(code ?? ''));
}
