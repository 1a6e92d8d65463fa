/** Which stack owns each repository, by the tags that CloudFormation itself writes. */
import {
  GetResourcesCommand,
  type ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import type { Call } from './connection.ts';

const stackTag = 'aws:cloudformation:stack-name';

/** The stack's name by the repository's ARN; by 100, and of those only that have such a tag. */
export async function readStacks(
  call: Call<ResourceGroupsTaggingAPIClient>,
): Promise<ReadonlyMap<string, string>> {
  const stacks = new Map<string, string>();
  let token: string | undefined;
  do {
    const page = await call('GetResources', (client, options) =>
      client.send(
        new GetResourcesCommand({
          ResourceTypeFilters: ['ecr:repository'],
          TagFilters: [{ Key: stackTag }],
          ResourcesPerPage: 100,
          ...(token === undefined ? {} : { PaginationToken: token }),
        }),
        options,
      ),
    );
    for (const { ResourceARN: arn = '', Tags: tags } of page.ResourceTagMappingList ?? []) {
      const stack = tags?.find(({ Key }) => Key === stackTag)?.Value;
      if (stack !== undefined) stacks.set(arn, stack);
    }
    // The last page has an empty one.
    token = page.PaginationToken || undefined;
  } while (token !== undefined);
  return stacks;
}
