/** Settings of a registry that decide how images arrive in its repositories. */
import { DescribePullThroughCacheRulesCommand, DescribeRegistryCommand } from '@aws-sdk/client-ecr';
import { pages } from '../pages.ts';
import type { EcrCalls } from './call.ts';

/** A pull through cache rule. */
export interface PullThroughCacheRule {
  /** Without the `/` that ECR assumes at its end, or `ROOT`. */
  readonly prefix: string;
  /** Such as `registry-1.docker.io`. */
  readonly upstream: string;
}

/** A rule of the replication configuration. */
export interface ReplicationRule {
  readonly destinations: readonly { readonly region: string; readonly registryId: string }[];
  /** Names of repositories begin with one of them; empty: every repository. */
  readonly prefixes: readonly string[];
}

/** Reading them. */
export interface RegistryReads {
  pullThroughCacheRules(): Promise<readonly PullThroughCacheRule[]>;
  /** Where the registry of the credentials replicates to; the operation takes no other registry. */
  replication(): Promise<{ readonly registryId: string; readonly rules: readonly ReplicationRule[] }>;
}

// ECR's limit of DescribePullThroughCacheRules.
const maxResults = 1000;

export function registryReads({ call, registry }: EcrCalls): RegistryReads {
  return {
    async pullThroughCacheRules() {
      const read = (nextToken: string | undefined) =>
        call('DescribePullThroughCacheRules', (client, options) =>
          client.send(
            new DescribePullThroughCacheRulesCommand({ ...registry, maxResults, nextToken }),
            options,
          ),
        );
      const found: PullThroughCacheRule[] = [];
      for await (const page of pages(read, ({ nextToken }) => nextToken))
        for (const {
          ecrRepositoryPrefix: prefix = '',
          upstreamRegistryUrl: upstream = '',
        } of page.pullThroughCacheRules ?? [])
          found.push({ prefix, upstream });
      return found;
    },
    async replication() {
      const { registryId = '', replicationConfiguration } = await call(
        'DescribeRegistry',
        (client, options) => client.send(new DescribeRegistryCommand({}), options),
      );
      const rules = (replicationConfiguration?.rules ?? []).map(
        ({ destinations = [], repositoryFilters = [] }): ReplicationRule => ({
          destinations: destinations.map((to) => ({
            region: to.region ?? '',
            registryId: to.registryId ?? '',
          })),
          prefixes: repositoryFilters.flatMap(({ filter }) => filter ?? []),
        }),
      );
      return { registryId, rules };
    },
  };
}
