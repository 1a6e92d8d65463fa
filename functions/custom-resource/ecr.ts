/** Amazon ECR through its SDK: the only file that imports it. */
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetRegistryScanningConfigurationCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  RepositoryNotFoundException,
  ValidationException,
} from '@aws-sdk/client-ecr';
import { isMutability, type TagMutability } from '../../core/tag-mutability.ts';
import { type Deadline, persist } from './deadline.ts';
import { isPassing } from './failure.ts';
import type { RepositorySettings } from './plan.ts';
import type { ScanFrequency, Scanning } from './scanning.ts';

/** A repository as ECR describes it. */
export interface Repository extends RepositorySettings {
  readonly arn: string;
  readonly uri: string;
}

/** The calls that a `Custom::EcrSettings` makes. Each may throw what the SDK throws, or OutOfTime. */
export interface Ecr {
  /** The repository, or undefined when there is none of that name. */
  describe(name: string): Promise<Repository | undefined>;
  putTagMutability(name: string, value: TagMutability): Promise<void>;
  putScanOnPush(name: string, value: boolean): Promise<void>;
  /** The scanning in effect, or undefined when there is no repository of that name. */
  scanning(name: string): Promise<Scanning | undefined>;
}

// A healthy ECR answers in tens of milliseconds.
const attemptMs = 10_000;

/**
 * Connects to ECR for as long as it is used. Throttling and passing faults are waited out until the deadline.
 *
 * @param environment AWS_REGION, and AWS_ENDPOINT_URL_ECR or AWS_ENDPOINT_URL when a local endpoint is meant
 */
export async function withEcr<Result>(
  environment: Readonly<Record<string, string | undefined>>,
  deadline: Deadline,
  use: (ecr: Ecr) => Promise<Result>,
): Promise<Result> {
  const endpoint = localEndpoint(environment);
  // Everything is given explicitly, so that none of the SDK's loaders for configuration files runs at a cold start.
  const client = new ECRClient({
    region: environment.AWS_REGION ?? 'us-east-1',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    retryMode: 'standard',
    // Repeating is persist's part.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  try {
    return await use(
      callsOf((send) =>
        persist((abortSignal) => send(client, { abortSignal }), { deadline, attemptMs, isPassing }),
      ),
    );
  } finally {
    // A connection that outlives its invocation would be found dead after the function's freeze.
    client.destroy();
  }
}

type Call = <Output>(
  send: (client: ECRClient, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
) => Promise<Output>;

function callsOf(call: Call): Ecr {
  return {
    async describe(name) {
      try {
        const { repositories } = await call((client, options) =>
          client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }), options),
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
      const filters = exclusions.map((filter) => ({ filterType: 'WILDCARD' as const, filter }));
      await call((client, options) =>
        client.send(
          new PutImageTagMutabilityCommand({
            repositoryName: name,
            imageTagMutability: mutability,
            ...(filters.length === 0 ? {} : { imageTagMutabilityExclusionFilters: filters }),
          }),
          options,
        ),
      );
    },
    async putScanOnPush(name, scanOnPush) {
      await call((client, options) =>
        client.send(
          new PutImageScanningConfigurationCommand({
            repositoryName: name,
            imageScanningConfiguration: { scanOnPush },
          }),
          options,
        ),
      );
    },
    async scanning(name) {
      const { scanningConfigurations } = await call((client, options) =>
        client.send(new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [name] }), options),
      );
      const found = scanningConfigurations?.[0];
      if (found === undefined) return undefined;
      return { frequency: frequencyOf(found.scanFrequency), type: await registryScanType(call) };
    },
  };
}

/** A frequency that ECR does not name is none that it promises. */
function frequencyOf(value: string | undefined): ScanFrequency {
  return value === 'SCAN_ON_PUSH' || value === 'CONTINUOUS_SCAN' ? value : 'MANUAL';
}

async function registryScanType(call: Call): Promise<Scanning['type']> {
  try {
    const { scanningConfiguration } = await call((client, options) =>
      client.send(new GetRegistryScanningConfigurationCommand({}), options),
    );
    return scanningConfiguration?.scanType === 'ENHANCED' ? 'ENHANCED' : 'BASIC';
  } catch (error) {
    // "This feature is disabled": a registry where nobody ever configured scanning has the basic one.
    if (error instanceof ValidationException && /disabled/i.test(error.message)) return 'BASIC';
    throw error;
  }
}

/** The local endpoint that the environment names, if any; the service's own variable is the stronger, as in every SDK. */
export function localEndpoint(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return environment.AWS_ENDPOINT_URL_ECR || environment.AWS_ENDPOINT_URL || undefined;
}
