/** Which stack has a repository: CloudFormation gives no tags of its own to repositories. */
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { rootError } from '../call-error.ts';
import { callsOf } from '../calls.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';

/** The stacks of repositories. */
export interface RepositoryStacks {
  /** The name of the stack that has a repository; undefined if none has. @throws AwsCallError, OutOfTime */
  stackOf(repository: string): Promise<string | undefined>;
}

/** A connection to CloudFormation. */
export interface RepositoryStacksConnection {
  /** The operation, which is given up at the deadline. */
  until(deadline: Deadline): RepositoryStacks;
  close(): void;
}

/** One call for each repository; there is no operation for several of them. */
export function connectRepositoryStacks(settings: ClientSettings): RepositoryStacksConnection {
  const calls = callsOf(() => new CloudFormationClient({ ...settings, maxAttempts: 1 }));
  return {
    until: (deadline) => {
      const call = calls.until(deadline);
      return {
        async stackOf(PhysicalResourceId) {
          try {
            const { StackResources = [] } = await call('DescribeStackResources', (client, options) =>
              client.send(new DescribeStackResourcesCommand({ PhysicalResourceId }), options),
            );
            // All resources of the stack; another one may have the same physical ID.
            return StackResources.find(
              (each) =>
                each.PhysicalResourceId === PhysicalResourceId &&
                each.ResourceType === 'AWS::ECR::Repository' &&
                each.ResourceStatus !== 'DELETE_COMPLETE',
            )?.StackName;
          } catch (error) {
            if (isMissing(error)) return undefined;
            throw error;
          }
        },
      };
    },
    close: calls.close,
  };
}

/** CloudFormation has no error name of its own for this. */
function isMissing(error: unknown): boolean {
  const root = rootError(error);
  return root instanceof Error && root.name === 'ValidationError' && /does not exist/.test(root.message);
}
