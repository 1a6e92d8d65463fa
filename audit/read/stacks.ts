/** Which stack owns each repository, by the tags that CloudFormation itself writes. */
import {
  GetResourcesCommand,
  type ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import type { Call } from '../../aws/calls.ts';
import { pages } from '../../aws/pages.ts';

const stackTag = 'aws:cloudformation:stack-name';
// The limit of GetResources.
const maxResources = 100;

/** The stack's name by the repository's ARN; by 100, and of those only that have such a tag. */
export async function readStacks(
  call: Call<ResourceGroupsTaggingAPIClient>,
): Promise<ReadonlyMap<string, string>> {
  const stacks = new Map<string, string>();
  const read = (token: string | undefined) =>
    call('GetResources', (client, options) =>
      client.send(
        new GetResourcesCommand({
          ResourceTypeFilters: ['ecr:repository'],
          TagFilters: [{ Key: stackTag }],
          ResourcesPerPage: maxResources,
          ...(token === undefined ? {} : { PaginationToken: token }),
        }),
        options,
      ),
    );
  for await (const { ResourceTagMappingList = [] } of pages(read, (page) => page.PaginationToken))
    for (const { ResourceARN: arn = '', Tags: tags } of ResourceTagMappingList) {
      const stack = tags?.find(({ Key }) => Key === stackTag)?.Value;
      if (stack !== undefined) stacks.set(arn, stack);
    }
  return stacks;
}
