import type { JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';

/** CloudFormation's limit for a template in the request; a larger one must be in S3. */
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
  // The local S3 needs no signature, so two plain requests replace an SDK client.
  const url = `${endpoint}/${bucket}/${stackName}.json`;
  await put(`${endpoint}/${bucket}`);
  await put(url, text);
  return { TemplateURL: url };
}

async function put(url: string, body = ''): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body });
  if (response.ok) return;
  throw new Problem(
    `The local S3 refused a template of more than 51,200 bytes (${response.status}): make it smaller.`,
  );
}
