import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';

/** What the registry answered to a push; `words` are its own, code and message. */
export type PushResult =
  | { readonly accepted: true; readonly digest: string }
  | { readonly accepted: false; readonly status: number; readonly words: string };

/** An image's tag in a repository, and a word that makes its content differ from another's. */
export interface Image {
  readonly repository: string;
  readonly tag: string;
  readonly content: string;
  /** More labels of the image. */
  readonly labels?: Readonly<Record<string, string>>;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Pushes a tiny image by the requests that `docker push` makes: log in, upload the blobs, put the manifest.
 * Source: the OCI distribution specification, which ECR's registries speak.
 */
export async function pushImage(
  clients: Pick<Clients, 'endpoint' | 'registry'>,
  { repository, tag, content, labels = {} }: Image,
): Promise<PushResult> {
  const authorization = `Basic ${await clients.registry.authorizationToken()}`;
  const registry = `${clients.endpoint}/v2/${repository}`;
  // An archive without files: two blocks of zeros. A layer is named by its packed bytes and its plain ones.
  const archive = Buffer.alloc(1024);
  const layer = gzipSync(archive);
  const configuration = Buffer.from(
    JSON.stringify({
      architecture: 'arm64',
      os: 'linux',
      config: { Labels: { content, ...labels } },
      rootfs: { type: 'layers', diff_ids: [digestOf(archive)] },
    }),
  );
  for (const blob of [layer, configuration]) {
    await uploadBlob(clients.endpoint, registry, authorization, blob);
  }
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: descriptor('application/vnd.oci.image.config.v1+json', configuration),
      layers: [descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
    }),
  );
  const response = await fetch(`${registry}/manifests/${tag}`, {
    method: 'PUT',
    headers: { authorization, 'content-type': manifestType },
    body: manifest,
  });
  if (response.ok) return { accepted: true, digest: digestOf(manifest) };
  return { accepted: false, status: response.status, words: registryWords(await response.text()) };
}

async function uploadBlob(
  endpoint: string,
  registry: string,
  authorization: string,
  blob: Buffer,
): Promise<void> {
  const started = await fetch(`${registry}/blobs/uploads/`, { method: 'POST', headers: { authorization } });
  const location = started.headers.get('location');
  if (started.status !== 202 || location === null) throw await refusedUpload(started);
  const url = new URL(location, endpoint);
  url.searchParams.set('digest', digestOf(blob));
  const finished = await fetch(url, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(blob),
  });
  if (finished.status !== 201) throw await refusedUpload(finished);
}

async function refusedUpload(response: Response): Promise<Problem> {
  const words = registryWords(await response.text());
  return new Problem(
    `The local registry took no layer (${response.status} ${words}): look at the local AWS's log.`,
  );
}

function descriptor(mediaType: string, blob: Buffer) {
  return { mediaType, digest: digestOf(blob), size: blob.length };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A registry's error is `{"errors":[{"code","message"}]}`; anything else is shown as it came. */
export function registryWords(body: string): string {
  try {
    const [error] = JSON.parse(body).errors;
    return `${error.code}: ${error.message}`;
  } catch {
    return body.trim().slice(0, 200);
  }
}
