/** Images of a repository by their digests: when they were last pulled, and which are image indexes. */
import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { chunks } from '../chunks.ts';
import { type EcrCalls, readExisting } from './call.ts';
import type { Ecr, PulledImage } from './ecr.ts';
import { indexTypes } from './image-types.ts';

// ECR's limit of DescribeImages by digest.
const maxImages = 100;

export function pullTimeReads({ call, registry }: EcrCalls): Pick<Ecr, 'pulledImages'> {
  return {
    async pulledImages(repositoryName, digests) {
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
      const images = new Map<string, PulledImage>();
      for (const some of chunks(digests, maxImages))
        for (const detail of await readExisting(some, 'image', describe)) {
          const { imageDigest, imageTags = [], lastRecordedPullTime, imageManifestMediaType = '' } = detail;
          if (imageDigest !== undefined)
            images.set(imageDigest, {
              tags: imageTags,
              pulledAt: lastRecordedPullTime?.getTime(),
              isImageIndex: indexTypes.includes(imageManifestMediaType),
            });
        }
      return images;
    },
  };
}
