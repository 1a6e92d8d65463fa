/** Amazon ECR through its SDK: the only file that imports it. */
import {
  DescribeRepositoriesCommand,
  ECRClient,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import { isMutability, type TagMutability } from '../../core/tag-mutability.ts';
import type { RepositorySettings } from './plan.ts';

/** A repository as ECR describes it. */
export interface Repository extends RepositorySettings {
  readonly arn: string;
  readonly uri: string;
}

/** The calls that a `Custom::EcrSettings` makes. Each may throw what the SDK throws. */
export interface Ecr {
  /** The repository, or undefined when there is none of that name. */
  describe(name: string): Promise<Repository | undefined>;
  putTagMutability(name: string, value: TagMutability): Promise<void>;
  putScanOnPush(name: string, value: boolean): Promise<void>;
}

/**
 * @param environment AWS_REGION, and AWS_ENDPOINT_URL_ECR or AWS_ENDPOINT_URL when a local endpoint is meant
 * @param signal ends every call at the function's deadline
 */
export function connectEcr(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Ecr {
  const endpoint = localEndpoint(environment);
  // Everything is given explicitly, so that none of the SDK's loaders for configuration files runs at a cold start.
  const client = new ECRClient({
    region: environment.AWS_REGION ?? 'us-east-1',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    retryMode: 'adaptive',
    maxAttempts: 8,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const options = { abortSignal: signal };
  return {
    async describe(name) {
      try {
        const { repositories } = await client.send(
          new DescribeRepositoriesCommand({ repositoryNames: [name] }),
          options,
        );
        const found = repositories?.[0];
        if (found === undefined) return undefined;
        const { imageTagMutability: mutability } = found;
        return {
          arn: found.repositoryArn ?? '',
          uri: found.repositoryUri ?? '',
          tagMutability: {
            mutability: isMutability(mutability) ? mutability : 'MUTABLE',
            exclusions: (found.imageTagMutabilityExclusionFilters ?? []).flatMap(
              ({ filter }) => filter ?? [],
            ),
          },
          scanOnPush: found.imageScanningConfiguration?.scanOnPush === true,
        };
      } catch (error) {
        if (error instanceof RepositoryNotFoundException) return undefined;
        throw error;
      }
    },
    async putTagMutability(name, { mutability, exclusions }) {
      await client.send(
        new PutImageTagMutabilityCommand({
          repositoryName: name,
          imageTagMutability: mutability,
          ...(exclusions.length === 0
            ? {}
            : {
                imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({
                  filterType: 'WILDCARD' as const,
                  filter,
                })),
              }),
        }),
        options,
      );
    },
    async putScanOnPush(name, scanOnPush) {
      await client.send(
        new PutImageScanningConfigurationCommand({
          repositoryName: name,
          imageScanningConfiguration: { scanOnPush },
        }),
        options,
      );
    },
  };
}

/** The local endpoint that the environment names, if any; the service's own variable is the stronger, as in every SDK. */
export function localEndpoint(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return environment.AWS_ENDPOINT_URL_ECR || environment.AWS_ENDPOINT_URL || undefined;
}
