import '../custom-resource/support/one-realm.ts';

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deadlineIn } from '../../../aws/deadline.ts';
import { linesOf } from '../../../aws/objects/lines.ts';
import { connectObjects } from '../../../aws/objects/s3.ts';

/** One bucket of S3 by its REST protocol; the next answers can be lost after their effect. */
async function startBucket() {
  const objects = new Map<string, Buffer>();
  const parts: Buffer[] = [];
  const requests: string[] = [];
  const state = { lose: 0 };
  const etag = (body: Buffer) => `"${body.length}"`;
  const perform = (method: string, url: URL, headers: IncomingMessage['headers'], body: Buffer) => {
    const key = decodeURIComponent(url.pathname.replace('/bucket/', ''));
    const found = objects.get(key);
    if (url.searchParams.has('uploads')) return xml('<UploadId>u</UploadId>');
    if (method === 'POST') {
      objects.set(key, Buffer.concat(parts));
      return xml('<Key>k</Key>');
    }
    if (url.searchParams.has('partNumber')) {
      parts.push(body);
      return { status: 200, body: '', headers: { etag: '"part"' } };
    }
    if (method === 'PUT') {
      const isMet =
        headers['if-none-match'] === '*'
          ? found === undefined
          : headers['if-match'] === undefined || (found && headers['if-match'] === etag(found));
      if (!isMet) return failure(412, 'PreconditionFailed');
      objects.set(key, body);
      return { status: 200, body: '', headers: { etag: etag(body) } };
    }
    if (url.searchParams.has('list-type')) return listed(url, [...objects.keys()].toSorted());
    if (found === undefined) return failure(404, 'NoSuchKey');
    const range = /bytes=(\d+)-(\d+)/.exec(headers.range ?? '');
    if (range === null) return { status: 200, body: found, headers: { etag: etag(found) } };
    if (Number(range[1]) >= found.length) return failure(416, 'InvalidRange');
    const piece = found.subarray(Number(range[1]), Number(range[2]) + 1);
    const contentRange = `bytes ${range[1]}-${Number(range[1]) + piece.length - 1}/${found.length}`;
    return { status: 206, body: piece, headers: { 'content-range': contentRange } };
  };
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const url = new URL(request.url ?? '', 'http://localhost');
    requests.push(`${request.method} ${url.pathname}`);
    const reply = perform(request.method ?? '', url, request.headers, Buffer.concat(pieces));
    if (state.lose > 0) {
      state.lose -= 1;
      request.socket.destroy();
    } else response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, objects, parts, requests, state, server };
}

const xml = (inner: string) => ({
  status: 200,
  body: `<Result>${inner}</Result>`,
  headers: { 'content-type': 'application/xml' },
});
const failure = (status: number, code: string) => ({
  ...xml(''),
  status,
  body: `<Error><Code>${code}</Code><Message>no</Message></Error>`,
});

/** Two keys a page. */
function listed(url: URL, keys: readonly string[]) {
  const after = url.searchParams.get('continuation-token') ?? '';
  const left = keys.filter((key) => key.startsWith(url.searchParams.get('prefix') ?? '') && key > after);
  const page = left.slice(0, 2);
  const next = left.length > 2 ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return xml(`${page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}${next}`);
}

async function all<Entry>(entries: AsyncIterable<Entry>): Promise<readonly Entry[]> {
  const list: Entry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}

let bucket: Awaited<ReturnType<typeof startBucket>>;
let connection: ReturnType<typeof connectObjects>;
const deadline = deadlineIn(60_000);
beforeAll(async () => {
  bucket = await startBucket();
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  Object.assign(process.env, keys);
  connection = connectObjects('bucket', { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: bucket.url });
});
afterAll(() => {
  connection.close();
  deadline.dispose();
  bucket.server.close();
  bucket.server.closeAllConnections();
});

test('an object is put, read, read in part, and listed; one that is missing is undefined', async () => {
  const store = connection.until(deadline);
  for (const key of ['a/1', 'a/2', 'a/3', 'b']) await store.put(key, `of ${key} ü`);
  expect(await store.get('a/2')).toEqual({ text: 'of a/2 ü', etag: '"9"' });
  expect(await store.getRange('a/2', 3, 6)).toBe('a/2');
  expect(await store.get('none')).toBeUndefined();
  expect(await all(store.list('a/'))).toEqual(['a/1', 'a/2', 'a/3']);
});

test('a condition that does not hold writes nothing, and an answer that was lost is no conflict', async () => {
  const store = connection.until(deadline);
  expect(await store.put('once', 'first', { condition: 'absent' })).toBe(true);
  expect(await store.put('once', 'other', { condition: 'absent' })).toBe(false);
  expect(await store.put('once', 'second', { condition: { ifMatch: '"5"' } })).toBe(true);
  expect(await store.put('once', 'third', { condition: { ifMatch: '"5"' } })).toBe(false);
  expect(bucket.objects.get('once')?.toString()).toBe('second');
  bucket.state.lose = 1;
  expect(await store.put('lost', 'mine', { condition: 'absent' })).toBe(true);
});

test('what is written in pieces is whole at its end, in parts where it is large', async () => {
  const store = connection.until(deadline);
  const small = store.writer('small');
  await small.write('one\n');
  await small.write('ü\n');
  expect(bucket.objects.has('small')).toBe(false);
  expect(small.bytes).toBe(7);
  await small.end();
  expect(await all(store.lines('small'))).toEqual(['one', 'ü']);
  const large = store.writer('large');
  const line = `${'ü'.repeat(500_000)}\n`;
  for (let count = 0; count < 20; count += 1) await large.write(line);
  await large.end();
  expect(bucket.parts.length).toBeGreaterThan(1);
  expect(bucket.objects.get('large')?.length).toBe(large.bytes);
  let lines = 0;
  for await (const each of store.lines('large')) lines += Number(`${each}\n` === line);
  expect(lines).toBe(20);
  expect(await all(store.lines('none'))).toEqual([]);
  await store.put('empty', '');
  expect(await all(store.lines('empty'))).toEqual([]);
});

test('lines are the same, whatever the size of a piece', async () => {
  const bytes = Buffer.from('first\n\nwith ü and 😀\nlast without an end');
  for (let size = 1; size <= bytes.length; size += 1) {
    const read = async (from: number, to: number) => ({
      bytes: bytes.subarray(from, to),
      size: bytes.length,
    });
    expect(await all(linesOf(read, size))).toEqual(['first', 'with ü and 😀', 'last without an end']);
  }
});
