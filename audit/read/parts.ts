/** What only a call for each repository shows. */
import type { Ecr } from '../../aws/ecr/ecr.ts';
import type { ImageReads } from '../../aws/ecr/images.ts';
import type { RepositoryPolicyReads } from '../../aws/ecr/repository-policies.ts';
import { isRepositoryNotFound } from '../../aws/faults.ts';
import type { RepositoryReading } from '../reading.ts';
import { orUnknown } from './failures.ts';

/** The reads of ECR for one repository. */
export type PartReads = Pick<Ecr, 'lifecyclePolicy'> & RepositoryPolicyReads & Pick<ImageReads, 'images'>;

/** @returns `gone` if the repository was deleted meanwhile */
export async function readParts(
  ecr: PartReads,
  name: string,
): Promise<Pick<RepositoryReading, 'lifecyclePolicy' | 'repositoryPolicy' | 'images'> | 'gone'> {
  try {
    const [lifecyclePolicy, repositoryPolicy, images] = await Promise.all([
      orUnknown('ecr:GetLifecyclePolicy', () => ecr.lifecyclePolicy(name)),
      orUnknown('ecr:GetRepositoryPolicy', () => ecr.repositoryPolicy(name)),
      orUnknown('ecr:DescribeImages', () => ecr.images(name, { imageStatus: 'ANY' })),
    ]);
    return { lifecyclePolicy, repositoryPolicy, images };
  } catch (error) {
    if (isRepositoryNotFound(error)) return 'gone';
    throw error;
  }
}
