/** Writing those settings that are part of a repository. */
import { PutImageScanningConfigurationCommand, PutImageTagMutabilityCommand } from '@aws-sdk/client-ecr';
import type { EcrCalls } from './call.ts';
import type { Ecr } from './ecr.ts';

export function repositoryWrites({
  call,
  registry,
}: EcrCalls): Pick<Ecr, 'putTagMutability' | 'putScanOnPush'> {
  return {
    async putTagMutability(repositoryName, { mutability, exclusions }) {
      const filters = exclusions.map((filter) => ({ filterType: 'WILDCARD' as const, filter }));
      const input = {
        ...registry,
        repositoryName,
        imageTagMutability: mutability,
        ...(filters.length === 0 ? {} : { imageTagMutabilityExclusionFilters: filters }),
      };
      await call(
        'PutImageTagMutability',
        (client, options) => client.send(new PutImageTagMutabilityCommand(input), options),
        repositoryName,
      );
    },
    async putScanOnPush(repositoryName, scanOnPush) {
      const input = { ...registry, repositoryName, imageScanningConfiguration: { scanOnPush } };
      await call(
        'PutImageScanningConfiguration',
        (client, options) => client.send(new PutImageScanningConfigurationCommand(input), options),
        repositoryName,
      );
    },
  };
}
