/** A bucket of Amazon S3. */
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Call, callsOf } from '../calls.ts';
import { type ClientSettings, clientSettings, type Environment } from '../client-settings.ts';
import { type Deadline, mayHaveTakenEffect } from '../deadline.ts';
import { loggableError } from '../faults.ts';
import { pages } from '../pages.ts';
import { type Patience, patientCall } from '../patient-calls.ts';
import { linesOf, piecesOf } from './lines.ts';
import { multipartWriter } from './multipart.ts';
import type { ObjectStore, PutOptions, StoredObject } from './object-store.ts';

/** A bucket, for as long as it is used. */
export interface ObjectsConnection {
  /** The calls, each of which is given up at the deadline. */
  until(deadline: Deadline): ObjectStore;
  /** Without a common deadline. */
  patiently(patience: Patience): ObjectStore;
  close(): void;
}

/** @param environment AWS_REGION, and AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL where that is meant */
export function connectObjects(bucket: string, environment: Environment): ObjectsConnection {
  return connectBucket(bucket, clientSettings(environment, 'S3'));
}

/** The same with other settings, such as a profile's. A local endpoint has no names of buckets before its own. */
export function connectBucket(
  bucket: string,
  client: ClientSettings & { readonly followRegionRedirects?: boolean },
): ObjectsConnection {
  const calls = callsOf(
    () =>
      new S3Client({
        maxAttempts: 1,
        ...client,
        forcePathStyle: client.endpoint !== undefined,
        // The connection is encrypted, and checks what it carries.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      }),
  );
  return {
    until: (deadline) => objectStore(bucket, calls.until(deadline)),
    patiently: (patience) => objectStore(bucket, patientCall(calls, patience)),
    close: calls.close,
  };
}

function objectStore(bucket: string, call: Call<S3Client>): ObjectStore {
  return {
    get: (key) => get(call, bucket, key),
    async getRange(key, from, to) {
      const { bytes } = await getBytes(call, bucket, key, from, to);
      return new TextDecoder().decode(bytes);
    },
    lines: (key) => linesOf((from, to) => getPiece(call, bucket, key, from, to)),
    pieces: (key) => piecesOf((from, to) => getPiece(call, bucket, key, from, to)),
    list: (prefix) => list(call, bucket, prefix),
    put: (key, body, options) => put(call, bucket, key, body, options),
    writer: (key, contentType = 'application/x-ndjson') => multipartWriter(call, bucket, key, contentType),
  };
}

async function get(call: Call<S3Client>, Bucket: string, Key: string): Promise<StoredObject | undefined> {
  return unlessMissing(() =>
    call('GetObject', async (client, options) => {
      const { Body, ETag: etag = '' } = await client.send(new GetObjectCommand({ Bucket, Key }), options);
      // Within the call, so that a connection that breaks in the middle is a call that is made again.
      return { text: (await Body?.transformToString()) ?? '', etag };
    }),
  );
}

async function getBytes(call: Call<S3Client>, Bucket: string, Key: string, from: number, to: number) {
  const Range = `bytes=${from}-${to - 1}`;
  return call('GetObject', async (client, options) => {
    const output = await client.send(new GetObjectCommand({ Bucket, Key, Range }), options);
    const bytes = (await output.Body?.transformToByteArray()) ?? new Uint8Array();
    return { bytes, size: Number(output.ContentRange?.split('/')[1] ?? bytes.length) };
  });
}

async function getPiece(call: Call<S3Client>, bucket: string, key: string, from: number, to: number) {
  try {
    return await unlessMissing(() => getBytes(call, bucket, key, from, to));
  } catch (error) {
    // Of an object without a byte there is no range.
    if (loggableError(error).name === 'InvalidRange') return undefined;
    throw error;
  }
}

async function* list(
  call: Call<S3Client>,
  Bucket: string,
  Prefix: string,
): AsyncGenerator<string, void, void> {
  const read = (ContinuationToken: string | undefined) =>
    call('ListObjectsV2', (client, options) =>
      client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }), options),
    );
  for await (const { Contents = [] } of pages(read, (page) => page.NextContinuationToken))
    for (const { Key } of Contents) if (Key !== undefined) yield Key;
}

async function put(
  call: Call<S3Client>,
  Bucket: string,
  Key: string,
  Body: string | Uint8Array,
  { contentType: ContentType = 'application/json', condition }: PutOptions = {},
): Promise<boolean> {
  // The SDK does not count an empty one.
  const ContentLength = typeof Body === 'string' ? Buffer.byteLength(Body) : Body.length;
  const input: PutObjectCommandInput = {
    ...{ Bucket, Key, Body, ContentLength, ContentType },
    ...conditionOf(condition),
  };
  try {
    await call('PutObject', (client, options) => client.send(new PutObjectCommand(input), options));
    return true;
  } catch (error) {
    if (condition === undefined || !isConditionFailed(error)) throw error;
    // An attempt whose answer was lost may be what is in the way.
    return mayHaveTakenEffect(error) && (await get(call, Bucket, Key))?.text === textOf(Body);
  }
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

function conditionOf(
  condition: PutOptions['condition'],
): Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'> {
  if (condition === undefined) return {};
  return condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch };
}

/**
 * Whether another version is there, or another writer is just writing
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: 412, 409, and 404 for If-Match).
 */
function isConditionFailed(error: unknown): boolean {
  const { name } = loggableError(error);
  return ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'].includes(name);
}

async function unlessMissing<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (loggableError(error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}
