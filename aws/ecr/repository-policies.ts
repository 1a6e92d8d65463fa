/** The resource policies of repositories. */
import { GetRepositoryPolicyCommand, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
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
      const response = await unlessNotFound(['repository policy'], () =>
        call(
          'GetRepositoryPolicy',
          (client, options) =>
            client.send(new GetRepositoryPolicyCommand({ ...registry, repositoryName }), options),
          repositoryName,
        ),
      );
      return response?.policyText;
    },
  };
}

/** Writing them. */
export interface RepositoryPolicyWrites {
  setRepositoryPolicy(name: string, text: string): Promise<void>;
}

export function repositoryPolicyWrites({ call, registry }: EcrCalls): RepositoryPolicyWrites {
  return {
    async setRepositoryPolicy(repositoryName, policyText) {
      const input = { ...registry, repositoryName, policyText };
      await call(
        'SetRepositoryPolicy',
        (client, options) => client.send(new SetRepositoryPolicyCommand(input), options),
        repositoryName,
      );
    },
  };
}
