import type { ECRClient } from '@aws-sdk/client-ecr';
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  LifecyclePolicyNotFoundException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';

/** The settings of one repository, from ECR. */
export interface RepositorySettings {
  readonly name: string;
  /** MUTABLE, IMMUTABLE, or either with _WITH_EXCLUSION. */
  readonly mutability: string;
  /** The exclusion filters' patterns. */
  readonly exclusions: readonly string[];
  /** The repository's own setting; effective scanning also depends on the registry's configuration. */
  readonly scanOnPush: boolean;
  /** SCAN_ON_PUSH, CONTINUOUS_SCAN or MANUAL; undefined if the response does not contain it. */
  readonly scanFrequency: string | undefined;
  /** The policy's JSON text; undefined if there is none. */
  readonly lifecyclePolicyText: string | undefined;
}

/** Reads the settings of one repository from ECR; undefined if the repository does not exist. */
export async function readSettings(ecr: ECRClient, name: string): Promise<RepositorySettings | undefined> {
  try {
    const [described, policy, scanning] = await Promise.all([
      ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] })),
      readLifecyclePolicy(ecr, name),
      ecr.send(new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [name] })),
    ]);
    const [repository] = described.repositories ?? [];
    if (repository === undefined) return undefined;
    return {
      name,
      mutability: repository.imageTagMutability ?? 'MUTABLE',
      exclusions: (repository.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter ?? ''),
      scanOnPush: repository.imageScanningConfiguration?.scanOnPush ?? false,
      scanFrequency: scanning.scanningConfigurations?.[0]?.scanFrequency,
      lifecyclePolicyText: policy,
    };
  } catch (error) {
    if (error instanceof RepositoryNotFoundException) return undefined;
    throw error;
  }
}

async function readLifecyclePolicy(ecr: ECRClient, repositoryName: string): Promise<string | undefined> {
  try {
    return (await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))).lifecyclePolicyText;
  } catch (error) {
    if (error instanceof LifecyclePolicyNotFoundException) return undefined;
    throw error;
  }
}
