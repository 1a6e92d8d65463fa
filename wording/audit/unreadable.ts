/** Why a registry cannot be read, in one sentence that says what to do. */
import { type RegistryLocation, RegistryUnreadable } from '../../audit/unreadable.ts';
import { Problem } from '../../core/problem.ts';
import { noCredentials } from '../credentials.ts';

/** The Problem to report for a registry that could not be read; any other error is returned as it is. */
export function registryProblem(error: unknown): unknown {
  return error instanceof RegistryUnreadable ? new Problem(sentence(error), { cause: error }) : error;
}

function sentence({ failure, location }: RegistryUnreadable): string {
  const { region, registryId = '', endpointUrl } = location ?? noLocation;
  const ofRegistry = registryId === '' ? '' : ` of registry ${registryId}`;
  switch (failure.code) {
    case 'no-region':
      return `No region is known (${failure.message}): set --region, AWS_REGION or the profile's region.`;
    case 'no-credentials':
      return noCredentials(failure.message);
    case 'role-not-assumed':
      return `${failure.message.replace(/^t/, 'T')}: check --role-arn, the role's trust policy, and sts:AssumeRole.`;
    case 'credentials-expired':
      return 'The AWS credentials have expired: sign in again (such as by aws sso login), then retry.';
    case 'credentials-rejected':
      return `AWS does not accept these credentials (${failure.error}): check the profile, and whether ${region} is enabled.`;
    case 'not-allowed':
      return `These credentials are not allowed to list the repositories${ofRegistry} in ${region}: allow ecr:DescribeRepositories, or specify another profile or registry.`;
    case 'no-such-registry':
      return `There is no registry ${registryId} in ${region}: --registry-id is the number of an AWS account, of 12 digits.`;
    case 'no-response':
      return endpointUrl === undefined
        ? `ECR in ${region} did not respond in time (${failure.error}): check --region and the network; no proxy is used.`
        : `ECR does not respond at ${endpointUrl} (${failure.error}): check --endpoint-url, and whether it is running.`;
    case 'host-not-found':
      return `No ECR was found in ${region} (${failure.error}): check --region and the network; no proxy is used.`;
    case 'refused':
      return `ECR in ${region} refused to list the repositories${ofRegistry} (${failure.error}: ${failure.message}).`;
    default:
      return failure satisfies never;
  }
}

const noLocation: RegistryLocation = { region: '' };
