/** To which images image indexes refer, which their manifests say: reading one is a pull. */
import {
  BatchGetImageCommand,
  type BatchGetImageResponse,
  ListPullTimeUpdateExclusionsCommand,
} from '@aws-sdk/client-ecr';
import { isList, isObject, type Json, member } from '../../core/json.ts';
import { chunks } from '../chunks.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import type { EcrCalls } from './call.ts';
import { indexTypes } from './image-types.ts';

/** What the manifests of image indexes say. */
export interface ReadIndexes {
  /** Digests of the images to which each image index refers, by its digest; one that was deleted meanwhile has none. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** ECR's code for why others could not be read, such as `ImageInaccessible`. */
  readonly failure: string | undefined;
}

/** Reading image indexes. */
export interface ImageIndexReads {
  /**
   * By 100. ECR records it as a pull of each (https://github.com/aws/containers-roadmap/issues/2390), unless the caller's
   * role has a pull time update exclusion: then, and only then, call it.
   */
  imageIndexes(repository: string, digests: readonly string[]): Promise<ReadIndexes>;
  /**
   * The ARNs of roles and users whose pulls ECR does not record, in the registry of the credentials
   * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html).
   */
  pullTimeExclusions(): Promise<readonly string[]>;
}

// ECR's limits of BatchGetImage and of ListPullTimeUpdateExclusions.
const maxImages = 100;
const maxExclusions = 1000;
const callsAtOnce = 8;

export function imageIndexReads({ call, registry }: EcrCalls): ImageIndexReads {
  return {
    async imageIndexes(repositoryName, digests) {
      const responses = await mapConcurrently(
        chunks(digests, maxImages),
        (some) =>
          call(
            'BatchGetImage',
            (client, options) =>
              client.send(
                new BatchGetImageCommand({
                  ...registry,
                  repositoryName,
                  imageIds: some.map((imageDigest) => ({ imageDigest })),
                  acceptedMediaTypes: indexTypes,
                }),
                options,
              ),
            repositoryName,
          ),
        callsAtOnce,
      );
      const children = new Map(responses.flatMap(childrenIn));
      const failures = responses.flatMap((each) => each.failures ?? []);
      const isMissing = digests.some((digest) => !children.has(digest));
      const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound')?.failureCode;
      return { children, failure: failure ?? (isMissing ? 'ManifestNotReturned' : undefined) };
    },
    async pullTimeExclusions() {
      const all: string[] = [];
      const read = (nextToken: string | undefined) =>
        call('ListPullTimeUpdateExclusions', (client, options) =>
          client.send(
            new ListPullTimeUpdateExclusionsCommand({ maxResults: maxExclusions, nextToken }),
            options,
          ),
        );
      for await (const { pullTimeUpdateExclusions = [] } of pages(read, ({ nextToken }) => nextToken))
        all.push(...pullTimeUpdateExclusions);
      return all;
    },
  };
}

function childrenIn({
  images = [],
  failures = [],
}: BatchGetImageResponse): readonly (readonly [digest: string, children: readonly string[]])[] {
  const gone = failures.flatMap(({ imageId, failureCode }) =>
    failureCode === 'ImageNotFound' && imageId?.imageDigest !== undefined
      ? [[imageId.imageDigest, []] as const]
      : [],
  );
  const read = images.flatMap(({ imageId, imageManifest = '' }) => {
    const children = childrenOf(imageManifest);
    return imageId?.imageDigest === undefined || children === undefined
      ? []
      : [[imageId.imageDigest, children] as const];
  });
  return [...gone, ...read];
}

/** Those of an OCI image index or Docker manifest list; undefined if the manifest is none. */
function childrenOf(text: string): readonly string[] | undefined {
  const manifest = parsed(text);
  const entries = isObject(manifest) ? member(manifest, 'manifests') : undefined;
  if (!isList(entries)) return undefined;
  return entries.flatMap((entry) => {
    const digest = isObject(entry) ? member(entry, 'digest') : undefined;
    return typeof digest === 'string' ? [digest] : [];
  });
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
