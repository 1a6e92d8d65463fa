/** Repositories, and those of their settings that are part of them. */
import { DescribeRepositoriesCommand, type Repository as EcrRepository } from '@aws-sdk/client-ecr';
import { isMutability } from '../../core/settings/tag-mutability.ts';
import { chunks } from '../chunks.ts';
import { unlessNotFound } from '../faults.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages, startEntries } from '../pages.ts';
import { type EcrCalls, readExisting } from './call.ts';
import type { Ecr, Repository } from './ecr.ts';

// ECR's limits of DescribeRepositories, for pages and for names.
const maxDescribed = 1000;
const maxNamed = 100;

/** Reading repositories. */
export function repositoryReads({
  call,
  registry,
}: EcrCalls): Pick<Ecr, 'repository' | 'repositories' | 'repositoriesNamed'> {
  const describe = async (repositoryNames: readonly string[]) => {
    const input = { ...registry, repositoryNames: [...repositoryNames] };
    const { repositories = [] } = await call(
      'DescribeRepositories',
      (client, options) => client.send(new DescribeRepositoriesCommand(input), options),
      repositoryNames.length === 1 ? repositoryNames[0] : undefined,
    );
    return repositories.map(toRepository);
  };
  // How many calls the last listing of the registry took: unknown before the first one.
  let callsForAll = Number.POSITIVE_INFINITY;
  const listAll = async () => {
    const all = startEntries<Repository>(({ arn, name }) => arn || name);
    let calls = 0;
    const read = (nextToken: string | undefined) => {
      calls += 1;
      return call('DescribeRepositories', (client, options) =>
        client.send(
          new DescribeRepositoriesCommand({ ...registry, maxResults: maxDescribed, nextToken }),
          options,
        ),
      );
    };
    for await (const { repositories = [] } of pages(read, ({ nextToken }) => nextToken))
      all.add(repositories.map(toRepository));
    callsForAll = calls;
    return all.all();
  };
  return {
    async repository(name) {
      const found = await unlessNotFound(['repository'], () => describe([name]));
      return found?.[0];
    },
    repositories: listAll,
    async repositoriesNamed(names) {
      if (callsForAll < Math.ceil(names.length / maxNamed)) {
        const listed = new Map((await listAll()).map((each) => [each.name, each]));
        return names.flatMap((name) => listed.get(name) ?? []);
      }
      const found = await mapConcurrently(chunks(names, maxNamed), (some) =>
        readExisting(some, 'repository', describe),
      );
      return found.flat();
    },
  };
}

function toRepository(found: EcrRepository): Repository {
  const { imageTagMutability: mutability } = found;
  return {
    name: found.repositoryName ?? '',
    arn: found.repositoryArn ?? '',
    uri: found.repositoryUri ?? '',
    registryId: found.registryId ?? '',
    createdAt: found.createdAt?.getTime() ?? 0,
    tagMutability: {
      mutability: isMutability(mutability) ? mutability : 'MUTABLE',
      exclusions: (found.imageTagMutabilityExclusionFilters ?? []).flatMap(({ filter }) => filter ?? []),
    },
    scanOnPush: found.imageScanningConfiguration?.scanOnPush === true,
    encryption: found.encryptionConfiguration?.encryptionType ?? 'AES256',
  };
}
