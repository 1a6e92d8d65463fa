import type { JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';

/** CloudFormation takes this many bytes in the request itself; a longer template comes from S3. */
const maximumInlineBytes = 51_200;
const bucket = 'templates-over-51200-bytes';

/** The part of a CreateChangeSet request that carries the template. */
export async function templateSource(
  { endpoint }: Pick<Clients, 'endpoint'>,
  stackName: string,
  document: JsonObject,
): Promise<{ TemplateBody: string } | { TemplateURL: string }> {
  const text = JSON.stringify(document);
  if (Buffer.byteLength(text) <= maximumInlineBytes) return { TemplateBody: text };
  // Two requests of the local S3, which asks for no signature: not worth a third SDK client.
  const url = `${endpoint}/${bucket}/${stackName}.json`;
  await put(`${endpoint}/${bucket}`);
  await put(url, text);
  return { TemplateURL: url };
}

async function put(url: string, body = ''): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body });
  if (response.ok) return;
  throw new Problem(
    `The local S3 did not take a template over 51,200 bytes (${response.status}): make it smaller.`,
  );
}
