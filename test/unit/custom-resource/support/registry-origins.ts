/** What only an audit or a sweep reads: repository policies, and where images come from. */
import type { Perform } from './registry.ts';
import { onRepository } from './registry.ts';
import { errorReply, ok } from './reply.ts';

export const getRepositoryPolicy = onRepository(({ name, repository: { policy } }) =>
  policy === undefined
    ? errorReply(
        400,
        'RepositoryPolicyNotFoundException',
        `Repository policy does not exist for the repository with name '${name}'`,
      )
    : ok({ repositoryName: name, policyText: policy }),
);

export const describePullThroughCacheRules: Perform = ({ pullThrough = [] }) =>
  ok({
    pullThroughCacheRules: pullThrough.map((ecrRepositoryPrefix) => ({
      ecrRepositoryPrefix,
      upstreamRegistryUrl: 'public.ecr.aws',
    })),
  });

export const describeRegistry: Perform = () =>
  ok({ registryId: '123456789012', replicationConfiguration: { rules: [] } });
