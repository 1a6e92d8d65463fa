/** The tags of a repository, one of which may exempt it. */
import { orUnknown } from '../audit/read/failures.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import type { BatchEcr } from './batch-context.ts';
import type { DecisionInput } from './decide.ts';

/** @returns `gone` if the repository was deleted meanwhile */
export async function tagsOf(
  { arn }: { readonly arn: string },
  ecr: Pick<BatchEcr, 'tags'>,
): Promise<DecisionInput['tags'] | 'gone'> {
  try {
    return await orUnknown('ecr:ListTagsForResource', () => ecr.tags(arn));
  } catch (error) {
    if (isRepositoryNotFound(error)) return 'gone';
    throw error;
  }
}
