/** Files in a bucket, with the sums that Amazon S3 holds of them. */

import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Call, callsOf } from '../calls.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { loggableError } from '../faults.ts';

/** A bucket of files. Sums are those of SHA-256, in hexadecimal. Each call may throw AwsCallError or OutOfTime. */
export interface FileStore {
  /** The sum of what the bucket has; undefined if there is no such file. */
  sumOf(key: string): Promise<string | undefined>;
  /** Writes a file; S3 refuses it if what arrives has another sum. */
  put(key: string, bytes: Uint8Array, sum: string): Promise<void>;
}

export interface FilesConnection {
  until(deadline: Deadline): FileStore;
  close(): void;
}

/** A bucket; of another owner than this account, if it is given, each call is denied. */
export interface OwnedBucket {
  readonly name: string;
  readonly owner?: string | undefined;
}

/** Connects to a bucket of the client's Region. A local endpoint has no names of buckets before its own. */
export function connectFiles(bucket: OwnedBucket, client: ClientSettings): FilesConnection {
  const calls = callsOf(
    () => new S3Client({ maxAttempts: 1, ...client, forcePathStyle: client.endpoint !== undefined }),
  );
  return {
    until: (deadline) => fileStore(bucket, calls.until(deadline)),
    close: calls.close,
  };
}

function fileStore({ name: Bucket, owner }: OwnedBucket, call: Call<S3Client>): FileStore {
  const bucket = { Bucket, ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }) };
  return {
    async sumOf(Key) {
      const head = new HeadObjectCommand({ ...bucket, Key, ChecksumMode: 'ENABLED' });
      try {
        const { ChecksumSHA256: sum } = await call(
          'HeadObject',
          (client, options) => client.send(head, options),
          Bucket,
        );
        return sum === undefined || isOfParts(sum) ? await readSum(call, { ...bucket, Key }) : hexOf(sum);
      } catch (error) {
        if (loggableError(error).status === 404) return undefined;
        throw error;
      }
    },
    async put(Key, Body, sum) {
      const ChecksumSHA256 = Buffer.from(sum, 'hex').toString('base64');
      const input = { ...bucket, Key, Body, ChecksumSHA256 };
      await call('PutObject', (client, options) => client.send(new PutObjectCommand(input), options), Bucket);
    },
  };
}

/** Of a file that was uploaded in parts, S3 holds the sum of their sums: `SUM-2` of two. */
function isOfParts(sum: string): boolean {
  return sum.includes('-');
}

/** Of a file that was written without a sum of its own. */
async function readSum(call: Call<S3Client>, input: GetObjectCommandInput): Promise<string> {
  const { Body } = await call(
    'GetObject',
    (client, options) => client.send(new GetObjectCommand(input), options),
    input.Bucket,
  );
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  return createHash('sha256').update(bytes).digest('hex');
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
