/** An image index that is old, while the image to which it refers is the newest one. */
import { DescribeImagesCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { clients } from './stacks.ts';

const day = 24 * 60 * 60 * 1000;

/** A policy that keeps one image would expire the index alone. */
export async function pushOldIndex(repositoryName: string): Promise<{ index: string; member: string }> {
  const put = async (daysAgo: number, manifest: object, imageTag?: string) => {
    const annotations = { 'local.pushed-at': new Date(Date.now() - daysAgo * day).toISOString() };
    const imageManifest = JSON.stringify({ schemaVersion: 2, ...manifest, annotations });
    const { image } = await clients.ecr.send(
      new PutImageCommand({ repositoryName, imageManifest, ...(imageTag && { imageTag }) }),
    );
    return image?.imageId?.imageDigest ?? '';
  };
  const member = await put(1, { mediaType: 'application/vnd.oci.image.manifest.v1+json' });
  const index = await put(
    9,
    { mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [{ digest: member }] },
    'v1',
  );
  return { index, member };
}

/** The images of which ECR has recorded a pull, by digest. */
export async function pulledImages(repositoryName: string): Promise<readonly string[]> {
  const { imageDetails = [] } = await clients.ecr.send(new DescribeImagesCommand({ repositoryName }));
  return imageDetails.flatMap(({ imageDigest = '', lastRecordedPullTime }) =>
    lastRecordedPullTime === undefined ? [] : [imageDigest],
  );
}
