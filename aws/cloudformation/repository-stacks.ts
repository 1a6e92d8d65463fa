/** Which stack has a repository: CloudFormation gives no tags of its own to repositories. */
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  type StackResource,
} from '@aws-sdk/client-cloudformation';
import type { Known } from '../../core/known.ts';
import { type Call, callsOf } from '../calls.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { type Patience, patientCall } from '../patient-calls.ts';
import { isMissing } from './missing.ts';
import { isOwnRepository } from './own-repository.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
const maxResources = 100;

/** The stacks of repositories. */
export interface RepositoryStacks {
  /**
   * The name of the stack that has a repository; undefined if none has. Unknown where CloudFormation does not list all resources of
   * the stack.
   *
   * @throws AwsCallError, OutOfTime
   */
  stackOf(repository: string): Promise<Known<string | undefined, 'not-listed'>>;
}

/** A connection to CloudFormation. */
export interface RepositoryStacksConnection {
  /** The operation, which is given up at the deadline. */
  until(deadline: Deadline): RepositoryStacks;
  /** The operation, each call of which has its own time. */
  patiently(patience: Patience): RepositoryStacks;
  close(): void;
}

/** One call for each repository; there is no operation for several of them. */
export function connectRepositoryStacks(settings: ClientSettings): RepositoryStacksConnection {
  const calls = callsOf(() => new CloudFormationClient({ ...settings, maxAttempts: 1 }));
  return {
    until: (deadline) => repositoryStacks(calls.until(deadline)),
    patiently: (patience) => repositoryStacks(patientCall(calls, patience)),
    close: calls.close,
  };
}

function repositoryStacks(call: Call<CloudFormationClient>): RepositoryStacks {
  return {
    async stackOf(PhysicalResourceId) {
      try {
        const { StackResources = [] } = await call('DescribeStackResources', (client, options) =>
          client.send(new DescribeStackResourcesCommand({ PhysicalResourceId }), options),
        );
        const found = StackResources.find((each) => isOwn(each, PhysicalResourceId));
        // The answer may not have the one that was asked about.
        if (found === undefined && StackResources.length >= maxResources) return { unknown: 'not-listed' };
        return found?.StackName;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Whether it is the repository: all resources of the stack are listed, of which another one may have the same physical ID. */
function isOwn(resource: StackResource, repository: string): boolean {
  return resource.PhysicalResourceId === repository && isOwnRepository(resource);
}
