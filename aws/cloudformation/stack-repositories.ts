/** The repositories of every stack, read in bulk: CloudFormation gives no tags of its own to repositories. */
import {
  CloudFormationClient,
  ListStackResourcesCommand,
  ListStacksCommand,
  StackStatus,
} from '@aws-sdk/client-cloudformation';
import { type Call, callsOf } from '../calls.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import { isMissing } from './missing.ts';
import { isOwnRepository } from './own-repository.ts';

/** What there is in the stacks. */
export interface StackRepositories {
  readonly stacks: number;
  /** The name of the stack, by the name of the repository. */
  readonly stackOf: ReadonlyMap<string, string>;
}

/** A connection to CloudFormation. */
export interface StackRepositoriesConnection {
  /** Reads them. @throws AwsCallError; OutOfTime at the deadline */
  read(deadline: Deadline): Promise<StackRepositories>;
  close(): void;
}

export function connectStackRepositories(settings: ClientSettings): StackRepositoriesConnection {
  const calls = callsOf(() => new CloudFormationClient({ ...settings, maxAttempts: 1 }));
  return {
    async read(deadline) {
      const call = calls.until(deadline);
      const names = await stackNames(call);
      const stackOf = new Map<string, string>();
      await mapConcurrently(
        names,
        async (name) => {
          for (const repository of await repositoriesOf(name, call)) stackOf.set(repository, name);
        },
        stacksAtOnce,
      );
      return { stacks: names.length, stackOf };
    },
    close: calls.close,
  };
}

// One call for each stack of up to 100 resources.
const stacksAtOnce = 8;
// Deleted ones are listed for 90 days
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html).
const StackStatusFilter = Object.values(StackStatus).filter((status) => status !== 'DELETE_COMPLETE');

async function stackNames(call: Call<CloudFormationClient>): Promise<readonly string[]> {
  const read = (NextToken: string | undefined) =>
    call('ListStacks', (client, options) =>
      client.send(new ListStacksCommand({ StackStatusFilter, NextToken }), options),
    );
  const names = new Set<string>();
  for await (const { StackSummaries = [] } of pages(read, ({ NextToken }) => NextToken))
    for (const { StackName } of StackSummaries) if (StackName !== undefined) names.add(StackName);
  return [...names];
}

/** The names of a stack's repositories, those that it does not own left out; none if it was deleted meanwhile. */
async function repositoriesOf(
  StackName: string,
  call: Call<CloudFormationClient>,
): Promise<readonly string[]> {
  const read = (NextToken: string | undefined) =>
    call('ListStackResources', (client, options) =>
      client.send(new ListStackResourcesCommand({ StackName, NextToken }), options),
    );
  const found: string[] = [];
  try {
    for await (const { StackResourceSummaries = [] } of pages(read, ({ NextToken }) => NextToken))
      for (const { PhysicalResourceId, ...resource } of StackResourceSummaries)
        if (PhysicalResourceId && isOwnRepository(resource)) found.push(PhysicalResourceId);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return found;
}
