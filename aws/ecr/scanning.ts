/** The effective scanning that ECR reports. */
import {
  BatchGetRepositoryScanningConfigurationCommand,
  GetRegistryScanningConfigurationCommand,
  type RepositoryScanningConfiguration,
} from '@aws-sdk/client-ecr';
import { chunks } from '../chunks.ts';
import { isFeatureDisabled } from '../faults.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import type { EcrCalls } from './call.ts';
import type { Ecr, ScanFrequency, ScanType } from './ecr.ts';

/** How a repository is scanned. */
export interface RepositoryScanning {
  readonly frequency: ScanFrequency;
  /** The filters of the registry that match the repository. */
  readonly filters: readonly string[];
}

/** How the registry of the credentials is scanned. */
export interface RegistryScanning {
  /** Empty if scanning was never configured: ECR then returns no registry ID. */
  readonly registryId: string;
  readonly scanType: ScanType;
}

/** ECR's limit of BatchGetRepositoryScanningConfiguration. */
export const maxScanningNames = 25;

/** Reading it; these operations take no registry but that of the credentials. */
export interface ScanningReads extends Pick<Ecr, 'scanFrequencies' | 'scanType'> {
  /** By repository, for those that exist. @param names at most {@link maxScanningNames} */
  repositoryScanning(names: readonly string[]): Promise<ReadonlyMap<string, RepositoryScanning>>;
  registryScanning(): Promise<RegistryScanning>;
}

export function scanningReads({ call }: EcrCalls): ScanningReads {
  const repositoryScanning = async (names: readonly string[]) => {
    const input = { repositoryNames: [...names] };
    const { scanningConfigurations } = await call(
      'BatchGetRepositoryScanningConfiguration',
      (client, options) => client.send(new BatchGetRepositoryScanningConfigurationCommand(input), options),
      names.length === 1 ? names[0] : undefined,
    );
    return new Map((scanningConfigurations ?? []).map(toScanning));
  };
  const registryScanning = async (): Promise<RegistryScanning> => {
    try {
      const { registryId = '', scanningConfiguration } = await call(
        'GetRegistryScanningConfiguration',
        (client, options) => client.send(new GetRegistryScanningConfigurationCommand({}), options),
      );
      return { registryId, scanType: scanningConfiguration?.scanType === 'ENHANCED' ? 'ENHANCED' : 'BASIC' };
    } catch (error) {
      // A registry whose scanning was never configured has basic scanning.
      if (isFeatureDisabled(error)) return { registryId: '', scanType: 'BASIC' };
      throw error;
    }
  };
  return {
    repositoryScanning,
    registryScanning,
    async scanFrequencies(names) {
      const found = await mapConcurrently(chunks(names, maxScanningNames), repositoryScanning);
      return new Map(
        found.flatMap((some) => [...some].map(([name, { frequency }]) => [name, frequency] as const)),
      );
    },
    scanType: async () => (await registryScanning()).scanType,
  };
}

function toScanning({
  repositoryName = '',
  scanFrequency,
  appliedScanFilters = [],
}: RepositoryScanningConfiguration): [string, RepositoryScanning] {
  const filters = appliedScanFilters.flatMap(({ filter }) => filter ?? []);
  return [repositoryName, { frequency: frequencyOf(scanFrequency), filters }];
}

/** A missing frequency counts as MANUAL. */
function frequencyOf(value: string | undefined): ScanFrequency {
  return value === 'SCAN_ON_PUSH' || value === 'CONTINUOUS_SCAN' ? value : 'MANUAL';
}
