/** Addresses of images in Amazon ECR, as task definitions and functions name them. */

/** What an address names. Without a digest there is a tag: `latest`, where the address has none. */
export interface ImageAddress {
  /** The account whose registry it is, of 12 digits. */
  readonly registryId: string;
  readonly region: string;
  readonly repository: string;
  readonly tag?: string | undefined;
  /** In lower case, such as `sha256:...`. */
  readonly digest?: string | undefined;
}

// Hosts: `<id>.dkr.ecr.<region>.amazonaws.com`, `dkr.ecr-fips`, and dual-stack `<id>.dkr-ecr.<region>.on.aws`
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html), with each partition's own suffix. The suffix is not
// compared with a list: an image of a partition that is not in it would look unused, and could expire. A foreign host of
// this form can at worst keep an image.
const host = /^(?<registryId>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.[a-z0-9.-]+(?::\d+)?$/;
const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;
// Of AWS::ECR::Repository's schema, and of the OCI distribution specification.
const repositoryName = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagName = /^\w[\w.-]{0,127}$/;
const digestText = /^[a-z0-9]+:[0-9a-z]+$/;

/**
 * Reads `host/repository`, with `:tag`, `@digest`, both or none, and with or without `https://`.
 *
 * What comes through a pull-through cache is a repository like any other: its name begins with the rule's prefix.
 *
 * @returns undefined for an image of another registry, Amazon ECR Public included, and for what is no address
 */
export function readImageAddress(text: string): ImageAddress | undefined {
  const address = text.trim().replace(scheme, '');
  const slash = address.indexOf('/');
  if (slash < 0) return undefined;
  const { registryId, region } = host.exec(address.slice(0, slash).toLowerCase())?.groups ?? {};
  const image = readImage(address.slice(slash + 1));
  return registryId === undefined || region === undefined || image === undefined
    ? undefined
    : { registryId, region, ...image };
}

/** Reads what follows the host. */
function readImage(text: string): Omit<ImageAddress, 'registryId' | 'region'> | undefined {
  const at = text.indexOf('@');
  const named = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? undefined : text.slice(at + 1).toLowerCase();
  const colon = named.indexOf(':');
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const isSound =
    isRepositoryName(repository) &&
    (tag === undefined || tagName.test(tag)) &&
    (digest === undefined || digestText.test(digest));
  if (!isSound) return undefined;
  if (digest !== undefined) return { repository, ...(tag === undefined ? {} : { tag }), digest };
  return { repository, tag: tag ?? 'latest' };
}

function isRepositoryName(name: string): boolean {
  return name.length >= 2 && name.length <= 256 && repositoryName.test(name);
}
