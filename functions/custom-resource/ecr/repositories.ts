/** Repositories, their tag mutability and their scanning. */
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  type Repository as EcrRepository,
  GetRegistryScanningConfigurationCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  RepositoryNotFoundException,
  ValidationException,
} from '@aws-sdk/client-ecr';
import { chunks } from '../../../aws/chunks.ts';
import { mapConcurrently } from '../../../aws/map-concurrently.ts';
import { isMutability } from '../../../core/settings/tag-mutability.ts';
import type { ScanFrequency } from '../scanning.ts';
import type { Call } from './call.ts';
import type { Ecr, Repository } from './ecr.ts';

// The most that ECR takes and gives at once.
const mostDescribed = 1000;
const mostScanned = 25;

type RepositoryCalls = Pick<
  Ecr,
  'repository' | 'repositories' | 'scanFrequencies' | 'scanType' | 'putTagMutability' | 'putScanOnPush'
>;

export function repositoryCalls(call: Call): RepositoryCalls {
  return {
    async repository(name) {
      try {
        const { repositories } = await call('DescribeRepositories', (client, options) =>
          client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }), options),
        );
        const found = repositories?.[0];
        return found === undefined ? undefined : toRepository(found);
      } catch (error) {
        if (error instanceof RepositoryNotFoundException) return undefined;
        throw error;
      }
    },
    async repositories() {
      const all: Repository[] = [];
      let nextToken: string | undefined;
      do {
        const page = await call('DescribeRepositories', (client, options) =>
          client.send(new DescribeRepositoriesCommand({ maxResults: mostDescribed, nextToken }), options),
        );
        all.push(...(page.repositories ?? []).map(toRepository));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return all;
    },
    async scanFrequencies(names) {
      const found = new Map<string, ScanFrequency>();
      await mapConcurrently(chunks(names, mostScanned), async (repositoryNames) => {
        const { scanningConfigurations } = await call(
          'BatchGetRepositoryScanningConfiguration',
          (client, options) =>
            client.send(new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames }), options),
        );
        for (const { repositoryName = '', scanFrequency } of scanningConfigurations ?? [])
          found.set(repositoryName, frequencyOf(scanFrequency));
      });
      return found;
    },
    async scanType() {
      try {
        const { scanningConfiguration } = await call('GetRegistryScanningConfiguration', (client, options) =>
          client.send(new GetRegistryScanningConfigurationCommand({}), options),
        );
        return scanningConfiguration?.scanType === 'ENHANCED' ? 'ENHANCED' : 'BASIC';
      } catch (error) {
        // "This feature is disabled": a registry where nobody ever configured scanning has the basic one.
        if (error instanceof ValidationException && /disabled/i.test(error.message)) return 'BASIC';
        throw error;
      }
    },
    async putTagMutability(name, { mutability, exclusions }) {
      const filters = exclusions.map((filter) => ({ filterType: 'WILDCARD' as const, filter }));
      await call('PutImageTagMutability', (client, options) =>
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
      await call('PutImageScanningConfiguration', (client, options) =>
        client.send(
          new PutImageScanningConfigurationCommand({
            repositoryName: name,
            imageScanningConfiguration: { scanOnPush },
          }),
          options,
        ),
      );
    },
  };
}

function toRepository(found: EcrRepository): Repository {
  const { imageTagMutability: mutability } = found;
  return {
    name: found.repositoryName ?? '',
    arn: found.repositoryArn ?? '',
    uri: found.repositoryUri ?? '',
    tagMutability: {
      mutability: isMutability(mutability) ? mutability : 'MUTABLE',
      exclusions: (found.imageTagMutabilityExclusionFilters ?? []).flatMap(({ filter }) => filter ?? []),
    },
    scanOnPush: found.imageScanningConfiguration?.scanOnPush === true,
  };
}

/** A frequency that ECR does not name is none that it promises. */
function frequencyOf(value: string | undefined): ScanFrequency {
  return value === 'SCAN_ON_PUSH' || value === 'CONTINUOUS_SCAN' ? value : 'MANUAL';
}
