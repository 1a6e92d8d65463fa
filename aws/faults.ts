/** How a call to AWS failed: whether a retry may succeed, whether it may have had its effect, and what can be logged. */
import { isObject } from '../core/json.ts';
import { AwsCallError, rootError } from './call-error.ts';

// Most are undeclared in the services' models, and sent with status 400. The last three are those of the Resource Groups
// Tagging API, of SQS, and of SNS for an encrypted topic.
const throttlings = [
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ThrottledException',
  'RequestThrottled',
  'KMSThrottlingException',
];

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
  const { name, status } = factsOf(error);
  return throttlings.includes(name) || status === 429;
}

/** Whether the caller lacks the permission. */
export function isDenied(error: unknown): boolean {
  return denials.includes(factsOf(error).name);
}

/** Whether one of these does not exist. */
export function isNotFound(error: unknown, ...what: readonly Missing[]): boolean {
  const { name } = factsOf(error);
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

// Sent with status 400: another lifecycle preview has to end first, or S3 received a body too slowly.
const passing = ['LifecyclePolicyPreviewInProgressException', 'RequestTimeout'];

/** Whether the same call may succeed later: throttling, a fault of the service, or a fault of the network. */
export function isTransient(error: unknown): boolean {
  const { name, code, status } = factsOf(error);
  return (
    isThrottled(error) ||
    networkFaults.includes(code ?? '') ||
    (status !== undefined && status >= 500) ||
    passing.includes(name)
  );
}

/** Whether the service certainly rejected the call: then it had no effect. */
export function isRejected(error: unknown): boolean {
  const { status } = factsOf(error);
  return status !== undefined && status >= 400 && status < 500;
}

/** Whether the service responded, even with a rejection: then it had capacity for the call. */
export function isAnswer(error: unknown): boolean {
  return isRejected(error) && !isThrottled(error);
}

/** By what an error is told from others; without its stack trace, whose text is made when it is first read. */
function factsOf(error: unknown): Omit<LoggableError, 'frames'> {
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
  };
}

/** See {@link loggableError}. */
type LoggableError = {
  readonly name: string;
  readonly operation?: string;
  readonly code?: string;
  readonly status?: number;
  readonly awsRequestId?: string;
  readonly frames?: readonly string[];
};

/**
 * What may be logged of an error: never its message, nor what the call was about, which can quote what a template's
 * author wrote: a NoEcho parameter in the wrong place, for example.
 */
export function loggableError(error: unknown): LoggableError {
  const root = rootError(error);
  if (!(root instanceof Error)) return factsOf(error);
  const frames = (root.stack ?? '').split('\n').flatMap((line) => /^\s+at .*/.exec(line)?.[0].trim() ?? []);
  return { ...factsOf(error), frames };
}

/** Whether there was no response: a network error, or an attempt that took too long. */
export function hasNoResponse(error: unknown): boolean {
  const { name, code, status } = factsOf(error);
  return status === undefined && (name === 'TimeoutError' || networkFaults.includes(code ?? ''));
}
