/** What CloudFormation reports about a resource of a stack while a request about it runs. */
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
} from '@aws-sdk/client-cloudformation';
import type { ResourceState } from '../../core/authenticity/in-progress.ts';
import { callsOf } from '../calls.ts';
import { clientSettings, type Environment } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { pages } from '../pages.ts';
import { isMissing } from './missing.ts';

/** A stack event, of the stack itself or of one of its resources. */
export interface StackEvent extends ResourceState {
  readonly logicalId: string | undefined;
}

/** The calls. They are repeated until the deadline, also if they are denied: a new role's permissions take seconds. */
export interface StackResources {
  /** @returns undefined if there is no such stack or resource. @throws OutOfTime */
  resource(stackId: string, logicalId: string): Promise<ResourceState | undefined>;
  /**
   * The newest event that is meant, among the newest pages of the stack's events.
   *
   * @returns undefined if there is no such stack or event. @throws OutOfTime
   */
  newestEvent(stackId: string, isMeant: (event: StackEvent) => boolean): Promise<StackEvent | undefined>;
}

/** CloudFormation, for as long as it is used. */
export interface StackResourcesConnection {
  until(deadline: Deadline): StackResources;
  close(): void;
}

// A page has up to 1 MB, and what runs now is among the newest events.
const maxPages = 10;

/** @param environment AWS_REGION, and AWS_ENDPOINT_URL_CLOUDFORMATION or AWS_ENDPOINT_URL where that is meant */
export function connectStackResources(environment: Environment): StackResourcesConnection {
  const calls = callsOf(
    () => new CloudFormationClient(clientSettings(environment, 'CLOUDFORMATION')),
    (error) => !isMissing(error),
  );
  return {
    until: (deadline) => {
      const call = calls.until(deadline);
      return {
        resource: (StackName, LogicalResourceId) =>
          unlessMissing(async () => {
            const command = new DescribeStackResourceCommand({ StackName, LogicalResourceId });
            const { StackResourceDetail: detail } = await call('DescribeStackResource', (client, options) =>
              client.send(command, options),
            );
            return detail && stateOf(detail);
          }),
        newestEvent: (StackName, isMeant) =>
          unlessMissing(async () => {
            const read = (NextToken: string | undefined) =>
              call('DescribeStackEvents', (client, options) =>
                client.send(new DescribeStackEventsCommand({ StackName, NextToken }), options),
              );
            let count = 0;
            for await (const { StackEvents = [] } of pages(read, ({ NextToken }) => NextToken)) {
              const found = StackEvents.map(eventOf).find(isMeant);
              count += 1;
              if (found !== undefined || count === maxPages) return found;
            }
            return undefined;
          }),
      };
    },
    close: calls.close,
  };
}

interface Described {
  readonly ResourceStatus?: string | undefined;
  readonly PhysicalResourceId?: string | undefined;
  readonly LogicalResourceId?: string | undefined;
}

function stateOf({ ResourceStatus = '', PhysicalResourceId }: Described): ResourceState {
  return { status: ResourceStatus, physicalId: PhysicalResourceId || undefined };
}

function eventOf(event: Described): StackEvent {
  return { ...stateOf(event), logicalId: event.LogicalResourceId };
}

async function unlessMissing<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
