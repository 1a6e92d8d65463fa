/** When images were last pulled. */
import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { chunks } from '../chunks.ts';
import { type EcrCalls, readExisting } from './call.ts';
import type { Ecr } from './ecr.ts';

// ECR's limit of DescribeImages by digest.
const maxImages = 100;

export function pullTimeReads({ call, registry }: EcrCalls): Pick<Ecr, 'pullTimes'> {
  return {
    async pullTimes(repositoryName, digests) {
      const describe = async (some: readonly string[]) => {
        const imageIds = some.map((imageDigest) => ({ imageDigest }));
        const { imageDetails = [] } = await call(
          'DescribeImages',
          (client, options) =>
            client.send(new DescribeImagesCommand({ ...registry, repositoryName, imageIds }), options),
          repositoryName,
        );
        return imageDetails;
      };
      const times = new Map<string, Date>();
      for (const some of chunks(digests, maxImages))
        for (const { imageDigest, lastRecordedPullTime } of await readExisting(some, 'image', describe))
          if (imageDigest !== undefined && lastRecordedPullTime !== undefined)
            times.set(imageDigest, lastRecordedPullTime);
      return times;
    },
  };
}
