/** Creating repositories. */
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import type { EcrCalls } from './call.ts';

/** Creating them. */
export interface RepositoryCreation {
  /** Creates a repository with ECR's own defaults. */
  createRepository(name: string): Promise<void>;
}

export function repositoryCreation({ call, registry }: EcrCalls): RepositoryCreation {
  return {
    async createRepository(repositoryName) {
      await call(
        'CreateRepository',
        (client, options) =>
          client.send(new CreateRepositoryCommand({ ...registry, repositoryName }), options),
        repositoryName,
      );
    },
  };
}
