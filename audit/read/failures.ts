/** How reading a registry fails, in words that say what to do. */
import { rootError } from '../../aws/call-error.ts';
import { OutOfTime } from '../../aws/deadline.ts';
import { isDenied, isRepositoryNotFound, isUnanswered, loggableError } from '../../aws/faults.ts';
import { Problem } from '../../core/problem.ts';
import type { Known } from '../reading.ts';

/** Where a registry is looked for. */
export interface RegistryLocation {
  readonly region: string;
  readonly registryId?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

/** Whether a service, or the way to it, failed; anything else is a defect of ours. */
function isAwsFailure(error: unknown): boolean {
  const root = rootError(error);
  return (root instanceof Error && '$metadata' in root) || error instanceof OutOfTime || isUnanswered(error);
}

/**
 * Why one call's answer is not known, as a column says it.
 *
 * @param action such as `ecr:GetLifecyclePolicy`
 */
function reasonOf(error: unknown, action: string): string {
  if (isDenied(error)) return `${action} is not allowed`;
  if (error instanceof OutOfTime || isUnanswered(error)) return `${action} was not answered in time`;
  return `${action} failed (${loggableError(error).name})`;
}

/**
 * What a call answers, or why it is not known.
 *
 * @throws a defect of ours, and where the repository was deleted meanwhile
 */
export async function orUnknown<Value>(action: string, read: () => Promise<Value>): Promise<Known<Value>> {
  try {
    return await read();
  } catch (error) {
    if (!isAwsFailure(error) || isRepositoryNotFound(error)) throw error;
    return { unknown: reasonOf(error, action) };
  }
}

/** What ends an audit before it began, as one sentence; an error that is not AWS's is returned as it is. */
export function problemOf(error: unknown, where: RegistryLocation): unknown {
  const cause = rootError(error instanceof OutOfTime && error.cause !== undefined ? error.cause : error);
  const sentence =
    credentialsProblem(cause, where) ??
    registryProblem(cause, where) ??
    networkProblem(cause, error instanceof OutOfTime, where) ??
    otherProblem(cause, where);
  return sentence === undefined ? error : new Problem(sentence, { cause: error });
}

const rejectedKeys = ['UnrecognizedClientException', 'InvalidSignatureException', 'InvalidClientTokenId'];

function credentialsProblem(cause: unknown, { region }: RegistryLocation): string | undefined {
  const { name } = loggableError(cause);
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return `No AWS credentials were found (${messageOf(cause)}): set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
  if (/^Expired|^RequestExpired/.test(name))
    return 'The AWS credentials have expired: sign in again (such as by aws sso login), then repeat.';
  return rejectedKeys.includes(name)
    ? `AWS does not accept these credentials (${name}): check the profile, and whether ${region} is enabled.`
    : undefined;
}

function registryProblem(cause: unknown, { region, registryId }: RegistryLocation): string | undefined {
  const { name } = loggableError(cause);
  if (isDenied(cause))
    return `These credentials may not list the repositories${ofRegistry(registryId)} in ${region}: allow ecr:DescribeRepositories, or name another profile or registry.`;
  const isUnknown =
    /registry/i.test(name) || (registryId !== undefined && name === 'InvalidParameterException');
  return isUnknown
    ? `There is no registry ${registryId ?? ''} in ${region}: --registry-id is the number of an AWS account, of 12 digits.`
    : undefined;
}

function networkProblem(
  cause: unknown,
  isOutOfTime: boolean,
  { region, endpointUrl }: RegistryLocation,
): string | undefined {
  const { name, code } = loggableError(cause);
  const isSilent = isOutOfTime || isUnanswered(cause);
  if (endpointUrl !== undefined && isSilent)
    return `Nothing answers as ECR at ${endpointUrl} (${code ?? name}): check --endpoint-url, and whether it is running.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `No ECR was found in ${region} (${code}): check --region and the network.`;
  return isSilent
    ? `ECR in ${region} gave no answer in time (${code ?? name}): check --region and the network.`
    : undefined;
}

function otherProblem(cause: unknown, { region, registryId }: RegistryLocation): string | undefined {
  return cause instanceof Error && '$metadata' in cause
    ? `ECR in ${region} refused to list the repositories${ofRegistry(registryId)} (${cause.name}: ${messageOf(cause)}).`
    : undefined;
}

function ofRegistry(registryId: string | undefined): string {
  return registryId === undefined ? '' : ` of registry ${registryId}`;
}

function messageOf(error: unknown): string {
  return (
    (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/[.\s]+$/, '') ?? ''
  );
}
