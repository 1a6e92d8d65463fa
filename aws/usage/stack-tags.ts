/** Which stack owns each repository, and as which of its resources, by CloudFormation's tags, which it does not give to repositories so far. */
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
  type ResourceTagMapping,
  type TagFilter,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { type Call, callsOf } from '../calls.ts';
import { chunks } from '../chunks.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { pages } from '../pages.ts';
import { type Patience, patientCall } from '../patient-calls.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
const logicalIdTag = 'aws:cloudformation:logical-id';
const stackNameTag = 'aws:cloudformation:stack-name';
const stackIdTag = 'aws:cloudformation:stack-id';
// The limits of GetResources.
const maxResources = 100;
const maxValues = 20;

/** A repository of a stack. */
export interface StackRepository {
  readonly arn: string;
  readonly logicalId: string | undefined;
  readonly stackName: string | undefined;
  readonly stackId: string | undefined;
}

/** The repositories of stacks. */
export interface StackTags {
  /**
   * Those of the Region, by 100, and of the credentials' own account only.
   *
   * @param logicalIds of one of these; of any, when left out
   * @throws AwsCallError, OutOfTime
   */
  stackRepositories(logicalIds?: readonly string[]): Promise<readonly StackRepository[]>;
}

/** A connection to the tagging API. */
export interface StackTagsConnection {
  /** The operation, which is given up at the deadline. */
  until(deadline: Deadline): StackTags;
  /** The operation, each call of which has its own time. */
  patiently(patience: Patience): StackTags;
  close(): void;
}

export function connectStackTags(settings: ClientSettings): StackTagsConnection {
  const calls = callsOf(() => new ResourceGroupsTaggingAPIClient({ ...settings, maxAttempts: 1 }));
  return {
    until: (deadline) => stackTags(calls.until(deadline)),
    patiently: (patience) => stackTags(patientCall(calls, patience)),
    close: calls.close,
  };
}

function stackTags(call: Call<ResourceGroupsTaggingAPIClient>): StackTags {
  return {
    async stackRepositories(logicalIds) {
      const filters: readonly TagFilter[] =
        logicalIds === undefined
          ? [{ Key: stackNameTag }]
          : chunks([...new Set(logicalIds)], maxValues).map((Values) => ({ Key: logicalIdTag, Values }));
      const found = await Promise.all(filters.map((filter) => list(call, filter)));
      return [...new Map(found.flat().map((each) => [each.arn, each])).values()];
    },
  };
}

async function list(
  call: Call<ResourceGroupsTaggingAPIClient>,
  filter: TagFilter,
): Promise<readonly StackRepository[]> {
  const found: StackRepository[] = [];
  const read = (PaginationToken: string | undefined) =>
    call('GetResources', (client, options) =>
      client.send(
        new GetResourcesCommand({
          ResourceTypeFilters: ['ecr:repository'],
          TagFilters: [filter],
          ResourcesPerPage: maxResources,
          PaginationToken,
        }),
        options,
      ),
    );
  for await (const { ResourceTagMappingList = [] } of pages(read, (page) => page.PaginationToken))
    found.push(...ResourceTagMappingList.map(toRepository));
  return found;
}

function toRepository({ ResourceARN: arn = '', Tags: tags = [] }: ResourceTagMapping): StackRepository {
  const tagOf = (key: string) => tags.find(({ Key }) => Key === key)?.Value;
  return {
    arn,
    logicalId: tagOf(logicalIdTag),
    stackName: tagOf(stackNameTag),
    stackId: tagOf(stackIdTag),
  };
}
