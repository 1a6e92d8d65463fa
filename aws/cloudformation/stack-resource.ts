/** Which physical resource a stack has under a logical ID. */
import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { callsOf } from '../calls.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { isMissing } from './missing.ts';

/** The resources of stacks. */
export interface StackResourceIds {
  /** @returns undefined if there is no such stack or resource, or it has no physical ID yet. @throws AwsCallError, OutOfTime */
  physicalId(stackId: string, logicalId: string): Promise<string | undefined>;
}

/** CloudFormation, for as long as it is used. */
export interface StackResourceConnection {
  until(deadline: Deadline): StackResourceIds;
  close(): void;
}

/** One call for each resource; a denial is not retried. */
export function connectStackResource(settings: ClientSettings): StackResourceConnection {
  const calls = callsOf(() => new CloudFormationClient({ ...settings, maxAttempts: 1 }));
  return {
    until(deadline) {
      const call = calls.until(deadline);
      return {
        async physicalId(StackName, LogicalResourceId) {
          try {
            const { StackResourceDetail: detail } = await call('DescribeStackResource', (client, options) =>
              client.send(new DescribeStackResourceCommand({ StackName, LogicalResourceId }), options),
            );
            return detail?.PhysicalResourceId || undefined;
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
