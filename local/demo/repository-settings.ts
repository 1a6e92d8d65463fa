import { unlessNotFound } from '../../aws/faults.ts';
import type { Registry } from './clients.ts';

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
export async function readSettings(
  registry: Pick<Registry, 'repository' | 'lifecyclePolicy' | 'scanFrequencies'>,
  name: string,
): Promise<RepositorySettings | undefined> {
  return unlessNotFound(['repository'], async () => {
    const [repository, lifecyclePolicyText, frequencies] = await Promise.all([
      registry.repository(name),
      registry.lifecyclePolicy(name),
      registry.scanFrequencies([name]),
    ]);
    if (repository === undefined) return undefined;
    const { tagMutability, scanOnPush } = repository;
    return {
      name,
      mutability: tagMutability.mutability,
      exclusions: tagMutability.exclusions,
      scanOnPush,
      scanFrequency: frequencies.get(name),
      lifecyclePolicyText,
    };
  });
}
