/** Why AWS cannot be used with the options and the network that there are, as a sentence that says what to do. */
import { AwsCallError, rootError } from '../aws/call-error.ts';
import { OutOfTime } from '../aws/deadline.ts';
import { hasNoResponse, isThrottled, loggableError } from '../aws/faults.ts';
import { Problem } from '../core/problem.ts';
import { noCredentials } from '../wording/credentials.ts';

/** How long a command waits for the first response: without a network it must not wait for minutes. */
export const firstResponseMs = 15_000;

/** Names of services by what the SDK calls them, where these differ. */
const serviceNames: Readonly<Record<string, string>> = { SFN: 'Step Functions', S3: 'Amazon S3' };

const rejectedKeys = ['UnrecognizedClientException', 'InvalidSignatureException', 'InvalidClientTokenId'];

/**
 * The problem of credentials, of the Region, or of the network.
 *
 * @param endpointUrl where one was given, which is more likely to be wrong than the Region
 * @returns undefined for any other error
 */
export function connectionProblem(error: unknown, endpointUrl?: string): Problem | undefined {
  const cause = error instanceof OutOfTime && error.cause !== undefined ? error.cause : error;
  const sentence =
    optionsSentence(rootError(cause)) ?? networkSentence(cause, error instanceof OutOfTime, endpointUrl);
  return sentence === undefined ? undefined : new Problem(sentence, { cause: error });
}

function optionsSentence(root: unknown): string | undefined {
  const { name } = loggableError(root);
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return noCredentials(messageOf(root));
  // The SDK has no names of its own for them.
  if (/^Region (is missing|not accepted)/.test(messageOf(root)))
    return `No region is known (${messageOf(root)}): set --region, AWS_REGION or the profile's region.`;
  if (/^(Expired|RequestExpired)/.test(name))
    return 'The AWS credentials have expired: sign in again (such as by aws sso login), then retry.';
  if (rejectedKeys.includes(name))
    return `AWS does not accept these credentials (${name}): check the profile, and whether the Region is enabled.`;
  if (name === 'RoleNotAssumed')
    return `${messageOf(root).replace(/^t/, 'T')}: check --role-arn, the role's trust policy, and sts:AssumeRole.`;
  return undefined;
}

function networkSentence(cause: unknown, isOutOfTime: boolean, endpointUrl?: string): string | undefined {
  const { name, code } = loggableError(cause);
  const service = serviceOf(cause);
  if (isOutOfTime && isThrottled(cause))
    return `${service} throttles this account (${name}): retry in some minutes.`;
  if (!isOutOfTime && !hasNoResponse(cause)) return undefined;
  const reason = code ?? (name === 'OutOfTime' ? 'no response' : name);
  if (endpointUrl !== undefined)
    return `${service} does not respond at ${endpointUrl} (${reason}): check --endpoint-url, and whether it is running.`;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN'
    ? `${service} was not found (${reason}): check --region and the network; no proxy is used.`
    : `${service} did not respond in time (${reason}): check --region and the network; no proxy is used.`;
}

function serviceOf(error: unknown): string {
  const { service = 'AWS' } = error instanceof AwsCallError ? error : {};
  return serviceNames[service] ?? service;
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replace(/[.\s]+$/, '');
}
