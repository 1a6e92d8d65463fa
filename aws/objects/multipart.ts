/** Writes an object whose size is not known before, in parts. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Call } from '../calls.ts';
import type { ObjectWriter } from './object-store.ts';

// Every part but the last has 5 MiB at least, and there are 10,000 at most
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html): with 8 MiB an object can have 80 GiB.
const partBytes = 8 * 1024 * 1024;

/** An object that fits in one part is put as a whole. */
export function multipartWriter(
  call: Call<S3Client>,
  Bucket: string,
  Key: string,
  ContentType: string,
): ObjectWriter {
  const upload = startUpload(call, { Bucket, Key, ContentType });
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let bytes = 0;
  const take = () => {
    const body = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    return body;
  };
  return {
    get bytes() {
      return bytes;
    },
    async write(given) {
      const piece = Buffer.from(given);
      waiting.push(piece);
      waitingBytes += piece.length;
      bytes += piece.length;
      if (waitingBytes >= partBytes) await upload.part(take());
    },
    end: () => upload.end(take()),
    async abort() {
      take();
      await upload.abort();
    },
  };
}

interface Target {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
}

/** The upload, which begins with its first part. */
function startUpload(call: Call<S3Client>, { Bucket, Key, ContentType }: Target) {
  const Parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
  let UploadId: string | undefined;
  const part = async (Body: Buffer) => {
    UploadId ??= (
      await call('CreateMultipartUpload', (client, options) =>
        client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType }), options),
      )
    ).UploadId;
    const PartNumber = Parts.length + 1;
    const input = { Bucket, Key, UploadId, PartNumber, Body };
    const { ETag } = await call('UploadPart', (client, options) =>
      client.send(new UploadPartCommand(input), options),
    );
    Parts.push({ PartNumber, ETag });
  };
  return {
    part,
    async end(Body: Buffer): Promise<void> {
      if (UploadId === undefined) {
        const input = { Bucket, Key, ContentType, Body, ContentLength: Body.length };
        await call('PutObject', (client, options) => client.send(new PutObjectCommand(input), options));
        return;
      }
      if (Body.length > 0) await part(Body);
      const input = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
      await call('CompleteMultipartUpload', (client, options) =>
        client.send(new CompleteMultipartUploadCommand(input), options),
      );
    },
    async abort(): Promise<void> {
      if (UploadId === undefined) return;
      const input = { Bucket, Key, UploadId };
      await call('AbortMultipartUpload', (client, options) =>
        client.send(new AbortMultipartUploadCommand(input), options),
      );
    },
  };
}
