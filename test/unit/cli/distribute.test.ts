import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { distributeCommand } from '../../../cli/commands/distribute.ts';
import { readReleaseFiles } from '../../../cli/distribute/release-files.ts';
import { writeSums } from '../../../local/release/sums.ts';
import { Workplace } from './run.ts';

let place: Workplace;
const places: Workplace[] = [];
const files = {
  'template-cloudformation.yaml': '{}',
  'MacroFunction.zip': 'code',
  'ecr-hardening-1.2.3.tgz': 'package',
};
const sumsOf = (edit: (sums: string) => string) => {
  const file = join(place.folder, 'SHA256SUMS');
  const lines = readReleaseFiles(place.folder)
    .files.slice(0, -1)
    .map(({ name, sum }) => `${sum}  ${name}\n`);
  writeFileSync(file, edit(lines.join('')));
};

beforeEach(() => {
  place = new Workplace();
  places.push(place);
  place.write(files);
  writeSums(place.folder);
});
afterAll(() => {
  for (const each of places) each.remove();
});

describe('the files of a release', () => {
  test('are those of its SHA256SUMS, which is the last', () => {
    const { version, files: listed, read } = readReleaseFiles(place.folder);
    expect(version).toBe('1.2.3');
    expect(listed.map(({ name }) => name)).toEqual([...Object.keys(files).toSorted(), 'SHA256SUMS']);
    for (const file of listed) expect(read(file).length).toBeGreaterThan(0);
  });

  test.each([
    [
      'changed',
      () => place.write({ 'MacroFunction.zip': 'other' }),
      'MacroFunction.zip is not the file that',
    ],
    ['more', () => place.write({ 'other.zip': 'x' }), 'has files that are not in its SHA256SUMS: other.zip'],
    [
      'fewer',
      () => sumsOf((sums) => `${'0'.repeat(64)}  gone.zip\n${sums}`),
      'gone.zip cannot be read (ENOENT)',
    ],
    ['outside', () => sumsOf((sums) => `${'0'.repeat(64)}  ../x\n${sums}`), 'is not a list of sums'],
    ['no sums', () => writeFileSync(join(place.folder, 'SHA256SUMS'), 'nothing'), 'is not a list of sums'],
    [
      'no template',
      () => sumsOf((sums) => sums.replace(/^.*template.*\n/m, '')),
      'has files that are not in its SHA256SUMS: template-cloudformation.yaml',
    ],
  ])('are refused where they are not: %s', (_, spoil, reason) => {
    spoil();
    expect(() => readReleaseFiles(place.folder)).toThrow(reason);
  });

  test('are refused where one changes after it was listed', () => {
    const { files: listed, read } = readReleaseFiles(place.folder);
    place.write({ 'MacroFunction.zip': 'other' });
    const [file] = listed.filter(({ name }) => name === 'MacroFunction.zip');
    expect(() => file && read(file)).toThrow('has changed meanwhile');
  });
});

describe('distribute', () => {
  const owner = '111122223333';
  const objects = new Map<string, { readonly bytes: Buffer; readonly sum: string | undefined }>();
  let server: Server;
  let endpointUrl: string;
  const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64');

  beforeEach(async () => {
    objects.clear();
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    // A bucket of one account, which denies whoever expects another owner.
    server = createServer(async (request, response) => {
      const { method, url = '', headers } = request;
      const key = url.split('?')[0] ?? '';
      const expected = headers['x-amz-expected-bucket-owner'] ?? owner;
      const found = objects.get(key);
      if (expected !== owner) return response.writeHead(403).end();
      if (method === 'PUT') {
        const bytes = await buffer(request);
        objects.set(key, { bytes, sum: sumOf(bytes) });
        return response.writeHead(200).end();
      }
      if (found === undefined) return response.writeHead(404).end();
      const sum = found.sum === undefined ? {} : { 'x-amz-checksum-sha256': found.sum };
      response.writeHead(200, { 'content-length': found.bytes.length, ...sum });
      return response.end(method === 'HEAD' ? undefined : found.bytes);
    });
    server.listen(0);
    await once(server, 'listening');
    const address = server.address();
    endpointUrl = `http://localhost:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterEach(() => {
    server.close();
  });

  const run = (more: object) =>
    distributeCommand(place.folder, {
      ...{ region: ['eu-west-1'], profile: [], roleArn: [], endpointUrl, bucketPrefix: `code-${owner}` },
      ...more,
    });

  test('copies into buckets of the account at the end of their names', async () => {
    const { code, text } = await run({});
    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('4 files copied') });
    expect(text).not.toContain('not verified');
  });

  test('copies nothing into the bucket of somebody else', async () => {
    for (const more of [{ bucketPrefix: 'code-999988887777' }, { bucketOwner: '999988887777' }]) {
      const { code, text } = await run(more);
      expect(code).toBe(2);
      expect(text).toContain('or it is not of the account 999988887777');
    }
    expect(objects.size).toBe(0);
  });

  test('says where it cannot know the owner', async () => {
    const { code, text } = await run({ bucketPrefix: 'code' });
    expect(code).toBe(0);
    expect(text).toContain('The owner of the buckets was not verified: specify --bucket-owner');
  });

  test('takes a file that was uploaded in parts, or without a sum, for what its bytes are', async () => {
    await run({});
    for (const [key, { bytes, sum }] of objects)
      objects.set(key, { bytes, sum: key.endsWith('.zip') ? undefined : `${sum}-2` });
    expect((await run({})).text).toContain('0 files copied, 4 there already');
  });
});
