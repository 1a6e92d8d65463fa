/** What an audit reads of Amazon ECR: nothing that changes or pulls anything. */
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  type Repository as EcrRepository,
  GetLifecyclePolicyCommand,
  GetRegistryScanningConfigurationCommand,
  GetRepositoryPolicyCommand,
  type ImageDetail,
} from '@aws-sdk/client-ecr';
import { loggableError } from '../../aws/faults.ts';
import { isMutability } from '../../core/settings/tag-mutability.ts';
import type { ImageReading, RepositoryReading, ScanReading } from '../reading.ts';
import type { Call } from './connection.ts';

/** What one page of DescribeRepositories says of each. */
export type RepositorySummary = Pick<
  RepositoryReading,
  'name' | 'arn' | 'tagMutability' | 'scanOnPush' | 'encryption'
> & { readonly registryId: string };

/** The reads; each throws what the SDK throws, or OutOfTime. */
export interface EcrReads {
  /** Every repository, by 1,000. @param patienceMs for the first page */
  repositories(patienceMs: number): Promise<readonly RepositorySummary[]>;
  /** How the credentials' own registry is scanned, and its number. */
  ownRegistry(): Promise<{ readonly registryId: string; readonly scanType: 'BASIC' | 'ENHANCED' }>;
  /** @param names at most 25 */
  scanning(names: readonly string[]): Promise<ReadonlyMap<string, ScanReading>>;
  lifecyclePolicy(name: string): Promise<string | undefined>;
  repositoryPolicy(name: string): Promise<string | undefined>;
  /** Every image, archived ones too, by 1,000. */
  images(name: string): Promise<readonly ImageReading[]>;
}

const mostAtOnce = 1000;
const listTypes = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];

export function ecrReads(call: Call<ECRClient>, registryId: string | undefined): EcrReads {
  const whose = registryId === undefined ? {} : { registryId };
  return {
    async repositories(patienceMs) {
      const all: RepositorySummary[] = [];
      let nextToken: string | undefined;
      do {
        const input = { ...whose, maxResults: mostAtOnce, nextToken };
        const page = await call(
          'DescribeRepositories',
          (client, options) => client.send(new DescribeRepositoriesCommand(input), options),
          nextToken === undefined ? patienceMs : undefined,
        );
        all.push(...(page.repositories ?? []).map(toRepositorySummary));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return all;
    },
    async ownRegistry() {
      try {
        const answer = await call('GetRegistryScanningConfiguration', (client, options) =>
          client.send(new GetRegistryScanningConfigurationCommand({}), options),
        );
        const isEnhanced = answer.scanningConfiguration?.scanType === 'ENHANCED';
        return { registryId: answer.registryId ?? '', scanType: isEnhanced ? 'ENHANCED' : 'BASIC' };
      } catch (error) {
        // "This feature is disabled": a registry where nobody ever configured scanning has the basic one.
        if (loggableError(error).name === 'ValidationException') return { registryId: '', scanType: 'BASIC' };
        throw error;
      }
    },
    async scanning(names) {
      const repositoryNames = [...names];
      const { scanningConfigurations } = await call(
        'BatchGetRepositoryScanningConfiguration',
        (client, options) =>
          client.send(new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames }), options),
      );
      return new Map(
        (scanningConfigurations ?? []).map(({ repositoryName = '', scanFrequency, appliedScanFilters }) => [
          repositoryName,
          {
            // A frequency that ECR does not name is none that it promises.
            frequency: scanFrequency ?? 'MANUAL',
            filters: (appliedScanFilters ?? []).flatMap(({ filter }) => filter ?? []),
          },
        ]),
      );
    },
    lifecyclePolicy: (repositoryName) =>
      unlessMissing('LifecyclePolicyNotFoundException', async () => {
        const { lifecyclePolicyText } = await call('GetLifecyclePolicy', (client, options) =>
          client.send(new GetLifecyclePolicyCommand({ ...whose, repositoryName }), options),
        );
        return lifecyclePolicyText;
      }),
    repositoryPolicy: (repositoryName) =>
      unlessMissing('RepositoryPolicyNotFoundException', async () => {
        const { policyText } = await call('GetRepositoryPolicy', (client, options) =>
          client.send(new GetRepositoryPolicyCommand({ ...whose, repositoryName }), options),
        );
        return policyText;
      }),
    async images(repositoryName) {
      const all: ImageReading[] = [];
      let nextToken: string | undefined;
      do {
        const input = {
          ...whose,
          repositoryName,
          maxResults: mostAtOnce,
          nextToken,
          filter: { imageStatus: 'ANY' as const },
        };
        const page = await call('DescribeImages', (client, options) =>
          client.send(new DescribeImagesCommand(input), options),
        );
        for (const detail of page.imageDetails ?? []) all.push(toImage(detail));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return all;
    },
  };
}

async function unlessMissing<Value>(missing: string, read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (loggableError(error).name === missing) return undefined;
    throw error;
  }
}

function toRepositorySummary(found: EcrRepository): RepositorySummary {
  const { imageTagMutability: mutability } = found;
  return {
    name: found.repositoryName ?? '',
    arn: found.repositoryArn ?? '',
    registryId: found.registryId ?? '',
    tagMutability: {
      mutability: isMutability(mutability) ? mutability : 'MUTABLE',
      exclusions: (found.imageTagMutabilityExclusionFilters ?? []).flatMap(({ filter }) => filter ?? []),
    },
    scanOnPush: found.imageScanningConfiguration?.scanOnPush === true,
    encryption: found.encryptionConfiguration?.encryptionType ?? 'AES256',
  };
}

/** Only what an audit needs: a repository may hold 100,000 of them. */
function toImage(detail: ImageDetail): ImageReading {
  return {
    digest: detail.imageDigest ?? '',
    tags: detail.imageTags ?? [],
    pushedAt: detail.imagePushedAt?.getTime() ?? 0,
    pulledAt: detail.lastRecordedPullTime?.getTime(),
    size: detail.imageSizeInBytes ?? 0,
    isImageIndex: listTypes.includes(detail.imageManifestMediaType ?? ''),
    isArchived: detail.imageStatus === 'ARCHIVED',
  };
}
