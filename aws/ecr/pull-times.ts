/** Images of a repository by their digests: when they were last pulled, and which are image indexes. */
import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { chunks } from '../chunks.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { type EcrCalls, readExisting } from './call.ts';
import type { Ecr, PulledImage } from './ecr.ts';
import { indexTypes } from './image-types.ts';
import type { ImageFilter } from './images.ts';

// ECR's limit of DescribeImages by digest.
const maxImages = 100;
const callsAtOnce = 4;
// ECR leaves out archived images without it, and a lifecycle policy can expire those too
// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImagesFilter.html).
const filter = { imageStatus: 'ANY' } as const satisfies ImageFilter;

export function pullTimeReads({ call, registry }: EcrCalls): Pick<Ecr, 'pulledImages'> {
  return {
    async pulledImages(repositoryName, digests) {
      const describe = async (some: readonly string[]) => {
        const imageIds = some.map((imageDigest) => ({ imageDigest }));
        const { imageDetails = [] } = await call(
          'DescribeImages',
          (client, options) =>
            client.send(
              new DescribeImagesCommand({ ...registry, repositoryName, imageIds, filter }),
              options,
            ),
          repositoryName,
        );
        return imageDetails;
      };
      const images = new Map<string, PulledImage>();
      const read = (some: readonly string[]) => readExisting(some, 'image', describe);
      // An image index has images of its own: of thousands of them many hundreds of images are read.
      const details = (await mapConcurrently(chunks(digests, maxImages), read, callsAtOnce)).flat();
      for (const {
        imageDigest,
        imageTags = [],
        lastRecordedPullTime,
        imageManifestMediaType = '',
        imageStatus,
      } of details)
        if (imageDigest !== undefined)
          images.set(imageDigest, {
            tags: imageTags,
            pulledAt: lastRecordedPullTime?.getTime(),
            // The manifest of an archived one cannot be read.
            isImageIndex: indexTypes.includes(imageManifestMediaType) && imageStatus !== 'ARCHIVED',
          });
      return images;
    },
  };
}
