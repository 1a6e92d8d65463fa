/** Files in a bucket, with the sums that Amazon S3 holds of them. */

import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
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

/** Connects to a bucket of the client's Region. A local endpoint has no names of buckets before its own. */
export function connectFiles(bucket: string, client: ClientSettings): FilesConnection {
  const calls = callsOf(
    () => new S3Client({ maxAttempts: 1, ...client, forcePathStyle: client.endpoint !== undefined }),
  );
  return {
    until: (deadline) => fileStore(bucket, calls.until(deadline)),
    close: calls.close,
  };
}

function fileStore(Bucket: string, call: Call<S3Client>): FileStore {
  return {
    async sumOf(Key) {
      const head = new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' });
      try {
        const { ChecksumSHA256: sum } = await call(
          'HeadObject',
          (client, options) => client.send(head, options),
          Bucket,
        );
        return sum === undefined ? await readSum(call, Bucket, Key) : hexOf(sum);
      } catch (error) {
        if (loggableError(error).status === 404) return undefined;
        throw error;
      }
    },
    async put(Key, Body, sum) {
      const ChecksumSHA256 = Buffer.from(sum, 'hex').toString('base64');
      const input = { Bucket, Key, Body, ChecksumSHA256 };
      await call('PutObject', (client, options) => client.send(new PutObjectCommand(input), options), Bucket);
    },
  };
}

/** Of a file that was written without a sum. */
async function readSum(call: Call<S3Client>, Bucket: string, Key: string): Promise<string> {
  const { Body } = await call(
    'GetObject',
    (client, options) => client.send(new GetObjectCommand({ Bucket, Key }), options),
    Bucket,
  );
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  return createHash('sha256').update(bytes).digest('hex');
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
