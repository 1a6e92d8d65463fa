/** Collecting references to images of one registry. */
import type { ImageReference, ImageUser } from '../../core/usage/evidence.ts';
import { type ImageAddress, readImageAddress } from '../../core/usage/image-address.ts';
import type { UsageRegistry } from './usage-reads.ts';

/** How a user names an image; what is absent or no address of ECR is left out. */
export interface NamedImage {
  /** As the user wrote it, often with a tag. */
  readonly image?: string | undefined;
  /** The address to which AWS resolved it, with a digest. */
  readonly resolved?: string | undefined;
  /** The digest to which AWS resolved it. */
  readonly digest?: string | undefined;
  /** The image itself, where the user's service names its parts. */
  readonly address?: ImageAddress;
}

/** References to the images of one registry, each once. */
export interface References {
  /** @returns how many of them were not known before */
  add(user: ImageUser, named: NamedImage): number;
  /** In an order that does not depend on which response came first. */
  all(): readonly ImageReference[];
}

export function startReferences(registry: UsageRegistry): References {
  const byKey = new Map<string, ImageReference>();
  return {
    add(user, named) {
      const before = byKey.size;
      for (const image of imagesOf(named)) {
        if (image.registryId !== registry.registryId || image.region !== registry.region) continue;
        const reference = { ...image, user };
        byKey.set(keyOf(reference), reference);
      }
      return byKey.size - before;
    },
    all: () =>
      [...byKey.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, reference]) => reference),
  };
}

function keyOf({ repository, digest = '', tag = '', user }: ImageReference): string {
  return [user.source, user.arn, repository, digest, tag].join('\n');
}

function imagesOf({ image, resolved, digest, address }: NamedImage): readonly ImageAddress[] {
  if (address !== undefined) return [address];
  const written = addressOf(image);
  const pulled = addressOf(resolved);
  if (pulled === undefined) return written === undefined ? [] : [{ ...written, ...digestOf(digest) }];
  const isSame =
    written?.repository === pulled.repository &&
    written.registryId === pulled.registryId &&
    written.region === pulled.region;
  // Where somebody has moved it meanwhile, both are in use.
  if (!isSame) return written === undefined ? [pulled] : [written, pulled];
  return [{ ...written, ...pulled, ...(written.tag === undefined ? {} : { tag: written.tag }) }];
}

function digestOf(digest: string | undefined): { readonly digest?: string } {
  // ECS leaves it empty while it has not resolved the image.
  return digest === undefined || !digest.startsWith('sha256:') ? {} : { digest };
}

function addressOf(text: string | undefined): ImageAddress | undefined {
  return text === undefined ? undefined : readImageAddress(text);
}
