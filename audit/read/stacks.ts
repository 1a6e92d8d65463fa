/** Which stack owns each repository, by the tags that CloudFormation itself writes. */
import type { StackTags } from '../../aws/usage/stack-tags.ts';

/** The stack's name by the repository's ARN, of those only that have such a tag. */
export async function readStacks(tags: StackTags): Promise<ReadonlyMap<string, string>> {
  const stacks = new Map<string, string>();
  for (const { arn, stackName } of await tags.stackRepositories())
    if (stackName !== undefined) stacks.set(arn, stackName);
  return stacks;
}
