/** The resource policies of repositories. */
import { GetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { unlessNotFound } from '../faults.ts';
import type { EcrCalls } from './call.ts';

/** Reading them. */
export interface RepositoryPolicyReads {
  /** The repository policy's text, or undefined when there is none. */
  repositoryPolicy(name: string): Promise<string | undefined>;
}

export function repositoryPolicyReads({ call, registry }: EcrCalls): RepositoryPolicyReads {
  return {
    async repositoryPolicy(repositoryName) {
      const answer = await unlessNotFound(['repository policy'], () =>
        call(
          'GetRepositoryPolicy',
          (client, options) =>
            client.send(new GetRepositoryPolicyCommand({ ...registry, repositoryName }), options),
          repositoryName,
        ),
      );
      return answer?.policyText;
    },
  };
}
