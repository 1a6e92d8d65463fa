import type { ECRClient } from '@aws-sdk/client-ecr';
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  LifecyclePolicyNotFoundException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';

/** What ECR itself says of one repository. */
export interface RepositorySettings {
  readonly name: string;
  /** MUTABLE, IMMUTABLE, or either with _WITH_EXCLUSION. */
  readonly mutability: string;
  /** The wildcards of the tags that are excepted. */
  readonly exclusions: readonly string[];
  /** The repository's own setting; what happens on a push also depends on the registry's. */
  readonly scanOnPush: boolean;
  /** SCAN_ON_PUSH, CONTINUOUS_SCAN or MANUAL; undefined when the registry did not say. */
  readonly scanFrequency: string | undefined;
  /** The policy's JSON text; undefined when there is none. */
  readonly lifecyclePolicyText: string | undefined;
}

/** Reads the settings of one repository from ECR; undefined when there is no such repository. */
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
