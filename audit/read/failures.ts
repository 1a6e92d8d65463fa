/** How reading a registry fails, as data. */
import { rootError } from '../../aws/call-error.ts';
import { OutOfTime } from '../../aws/deadline.ts';
import { hasNoResponse, isDenied, isRepositoryNotFound, loggableError } from '../../aws/faults.ts';
import { RepeatedPageToken } from '../../aws/pages.ts';
import type { Read, UnreadReason } from '../unread.ts';
import { type RegistryFailure, type RegistryLocation, RegistryUnreadable } from '../unreadable.ts';

/** Whether AWS or the network failed; anything else is a defect of this program. */
function isAwsFailure(error: unknown): boolean {
  const root = rootError(error);
  return (
    (root instanceof Error && '$metadata' in root) ||
    error instanceof OutOfTime ||
    (root instanceof Error && root.name === 'RoleNotAssumed') ||
    error instanceof RepeatedPageToken ||
    hasNoResponse(error)
  );
}

/** @param action such as `ecr:GetLifecyclePolicy` */
function reasonOf(error: unknown, action: string): UnreadReason {
  if (isDenied(error)) return { code: 'denied', action };
  if (error instanceof OutOfTime || hasNoResponse(error)) return { code: 'no-response', action };
  return { code: 'failed', action, error: loggableError(error).name };
}

/**
 * The result of a call, or why it is not known.
 *
 * @throws a defect of this program, and if the repository was deleted meanwhile
 */
export async function orUnknown<Value>(action: string, read: () => Promise<Value>): Promise<Read<Value>> {
  try {
    return await read();
  } catch (error) {
    return { unknown: failureReason(error, action) };
  }
}

/**
 * Why a call failed.
 *
 * @throws the error, if it is a defect of this program, and if the repository was deleted meanwhile
 */
export function failureReason(error: unknown, action: string): UnreadReason {
  if (!isAwsFailure(error) || isRepositoryNotFound(error)) throw error;
  return reasonOf(error, action);
}

/** What ends an audit before it has begun, as a RegistryUnreadable; an error that is not AWS's is returned as it is. */
export function unreadable(error: unknown, where: RegistryLocation): unknown {
  const cause = rootError(error instanceof OutOfTime && error.cause !== undefined ? error.cause : error);
  const failure =
    credentialsFailure(cause) ??
    registryFailure(cause, where) ??
    networkFailure(cause, error instanceof OutOfTime, where) ??
    refusal(cause);
  return failure === undefined ? error : new RegistryUnreadable(failure, where, error);
}

const rejectedKeys = ['UnrecognizedClientException', 'InvalidSignatureException', 'InvalidClientTokenId'];

function credentialsFailure(cause: unknown): RegistryFailure | undefined {
  const { name } = loggableError(cause);
  if (name === 'RoleNotAssumed') return { code: 'role-not-assumed', message: messageOf(cause) };
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return { code: 'no-credentials', message: messageOf(cause) };
  if (/^Expired|^RequestExpired/.test(name)) return { code: 'credentials-expired' };
  return rejectedKeys.includes(name) ? { code: 'credentials-rejected', error: name } : undefined;
}

function registryFailure(cause: unknown, { registryId }: RegistryLocation): RegistryFailure | undefined {
  if (isDenied(cause)) return { code: 'not-allowed' };
  const { name } = loggableError(cause);
  const isWrongId =
    /registry/i.test(name) || (registryId !== undefined && name === 'InvalidParameterException');
  return isWrongId ? { code: 'no-such-registry' } : undefined;
}

function networkFailure(
  cause: unknown,
  isOutOfTime: boolean,
  { endpointUrl }: RegistryLocation,
): RegistryFailure | undefined {
  const { name, code } = loggableError(cause);
  const isSilent = isOutOfTime || hasNoResponse(cause);
  // An endpoint that was given is more likely to be wrong than the Region's.
  const isGiven = endpointUrl !== undefined && isSilent;
  if (!isGiven && (code === 'ENOTFOUND' || code === 'EAI_AGAIN'))
    return { code: 'host-not-found', error: code };
  return isSilent ? { code: 'no-response', error: code ?? name } : undefined;
}

function refusal(cause: unknown): RegistryFailure | undefined {
  return cause instanceof Error && ('$metadata' in cause || cause instanceof RepeatedPageToken)
    ? { code: 'refused', error: cause.name, message: messageOf(cause) }
    : undefined;
}

function messageOf(error: unknown): string {
  return (
    (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/[.\s]+$/, '') ?? ''
  );
}
