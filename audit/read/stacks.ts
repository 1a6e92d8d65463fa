/** Which stack owns each repository. */
import type { RepositoryStacks } from '../../aws/cloudformation/repository-stacks.ts';
import type { Repository } from '../../aws/ecr/ecr.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import type { StackTags } from '../../aws/usage/stack-tags.ts';
import { isUnknown, type Known } from '../../core/known.ts';
import type { Read } from '../unread.ts';
import { orUnknown } from './failures.ts';

// Each takes a call, and the other reads wait for them.
const maxAsked = 500;
const askedAtOnce = 8;
const action = 'cloudformation:DescribeStackResources';
const notFound: Read<string | undefined> = { unknown: { code: 'stack-not-found' } };

/**
 * The stack's name by the repository's ARN, by the tags that CloudFormation gives, or by asking it: it gives none to repositories
 * (https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ecr/issues/55). Undefined if no stack has it.
 */
export async function readStacks(
  {
    stackTags,
    repositoryStacks,
  }: { readonly stackTags: StackTags; readonly repositoryStacks: RepositoryStacks },
  listed: readonly Pick<Repository, 'name' | 'arn'>[],
): Promise<Map<string, Read<string | undefined>>> {
  const stacks = new Map<string, Read<string | undefined>>();
  for (const { arn, stackName } of await stackTags.stackRepositories())
    if (stackName !== undefined) stacks.set(arn, stackName);
  const others = listed.filter(({ arn }) => !stacks.has(arn));
  const isAsked = others.length <= maxAsked;
  const ask = async ({ arn, name }: Pick<Repository, 'name' | 'arn'>) => {
    const stack = isAsked ? await readStack(repositoryStacks, name) : notFound;
    stacks.set(arn, stack);
  };
  await mapConcurrently(others, ask, askedAtOnce);
  return stacks;
}

/** The stack of one repository, by asking CloudFormation. */
export function readStack(stacks: RepositoryStacks, repository: string): Promise<Read<string | undefined>> {
  return orUnknown(action, async () => stackIn(await stacks.stackOf(repository)));
}

function stackIn(stack: Known<string | undefined, 'not-listed'>): Read<string | undefined> {
  return isUnknown(stack) ? notFound : stack;
}
