/** The images of a repository. */
import { DescribeImagesCommand, type ImageDetail } from '@aws-sdk/client-ecr';
import { unlessNotFound } from '../faults.ts';
import { pages, startEntries } from '../pages.ts';
import type { EcrCalls } from './call.ts';
import { indexTypes } from './image-types.ts';

/** An image as DescribeImages describes it; only what is needed, since a repository may hold 100,000 of them. */
export interface ImageSummary {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970. */
  readonly pushedAt: number;
  /** Milliseconds since 1970; undefined for one that was never pulled. */
  readonly pulledAt: number | undefined;
  /** Bytes; of an image index the largest of its images, which are images of their own. */
  readonly size: number;
  /** Whether it is an image index (or manifest list): a list of images, one for each architecture. */
  readonly isImageIndex: boolean;
  readonly isArchived: boolean;
}

/** Which images are listed. */
export type ImageFilter =
  /** Those in the standard storage class that have tags, or that have none. */
  | { readonly tagStatus: 'TAGGED' | 'UNTAGGED' }
  /** Archived ones too. */
  | { readonly imageStatus: 'ANY' };

/** One image of a repository. */
export type ImageId = { readonly digest: string } | { readonly tag: string };

/** Reading images. */
export interface ImageReads {
  /** The image, or undefined where it, or its repository, does not exist. */
  image(repository: string, id: ImageId): Promise<ImageSummary | undefined>;
  /** Every image, by 1,000. */
  images(repository: string, filter: ImageFilter): Promise<readonly ImageSummary[]>;
}

// ECR's limit of DescribeImages.
const maxDescribed = 1000;

export function imageReads({ call, registry }: EcrCalls): ImageReads {
  const describe = (input: ConstructorParameters<typeof DescribeImagesCommand>[0]) =>
    call(
      'DescribeImages',
      (client, options) => client.send(new DescribeImagesCommand({ ...registry, ...input }), options),
      input.repositoryName,
    );
  return {
    async image(repositoryName, id) {
      const imageId = 'tag' in id ? { imageTag: id.tag } : { imageDigest: id.digest };
      const found = await unlessNotFound(['repository', 'image'], () =>
        describe({ repositoryName, imageIds: [imageId] }),
      );
      return found?.imageDetails?.flatMap(toSummary)[0];
    },
    async images(repositoryName, filter) {
      const all = startEntries<ImageSummary>(({ digest }) => digest);
      const read = (nextToken: string | undefined) =>
        describe({ repositoryName, maxResults: maxDescribed, filter, nextToken });
      for await (const { imageDetails = [] } of pages(read, ({ nextToken }) => nextToken))
        for (const detail of imageDetails) all.add(toSummary(detail));
      return all.all();
    },
  };
}

function toSummary(detail: ImageDetail): readonly ImageSummary[] {
  if (detail.imageDigest === undefined) return [];
  return [
    {
      digest: detail.imageDigest,
      tags: detail.imageTags ?? [],
      pushedAt: detail.imagePushedAt?.getTime() ?? 0,
      pulledAt: detail.lastRecordedPullTime?.getTime(),
      size: detail.imageSizeInBytes ?? 0,
      isImageIndex: indexTypes.includes(detail.imageManifestMediaType ?? ''),
      isArchived: detail.imageStatus === 'ARCHIVED',
    },
  ];
}
