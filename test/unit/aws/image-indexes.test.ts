import '../custom-resource/support/one-realm.ts';

import { afterEach, expect, test } from '@jest/globals';
import { deadlineIn } from '../../../aws/deadline.ts';
import { connect } from '../../../aws/ecr/connection.ts';
import { imageIndexReads } from '../../../aws/ecr/image-indexes.ts';
import type { Input } from '../../../bench/stub-answers.ts';
import { type StubOptions, startStubRegistry } from '../../../bench/stub-registry.ts';

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

async function reads(answers: StubOptions['answers'] & {}) {
  const stub = await startStubRegistry({ repositories: 0, imagesEach: 0, latencyMs: 0, answers });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const connection = connect({ region: 'us-east-1', endpoint: stub.url, credentials }, imageIndexReads);
  const deadline = deadlineIn(60_000);
  ended.push(connection.close, deadline.dispose, stub.stop);
  return { ecr: connection.until(deadline), calls: stub.calls };
}

const digest = (index: number) => `sha256:${index.toString(16).padStart(64, '0')}`;
const digestsOf = ({ imageIds }: Input): readonly string[] =>
  Array.isArray(imageIds) ? imageIds.map(({ imageDigest }) => imageDigest) : [];
const index = (imageDigest: string, manifest: unknown) => ({
  imageId: { imageDigest },
  imageManifest: typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
});
const refersTo = (...digests: readonly string[]) => ({
  manifests: digests.map((each) => ({ digest: each })),
});

test('image indexes are read by 100, as OCI and Docker have them', async () => {
  const accepted = new Set<unknown>();
  const { ecr, calls } = await reads({
    BatchGetImage: (input) => {
      accepted.add(JSON.stringify(input.acceptedMediaTypes));
      const images = digestsOf(input).map((each) => index(each, refersTo(`${each}a`, `${each}b`)));
      return { body: { images, failures: [] } };
    },
  });
  const digests = Array.from({ length: 250 }, (_, each) => digest(each));
  const { children, failure } = await ecr.imageIndexes('team/app', digests);
  expect(failure).toBeUndefined();
  expect(children.size).toBe(250);
  expect(children.get(digest(249))).toEqual([`${digest(249)}a`, `${digest(249)}b`]);
  expect(calls.get('BatchGetImage')).toBe(3);
  expect([...accepted]).toHaveLength(1);
  expect([...accepted].join()).toMatch(/manifest\.list.*image\.index/);
});

test.each<[string, object, readonly string[] | undefined, string | undefined]>([
  ['none, if it was deleted meanwhile', { failures: [{ failureCode: 'ImageNotFound' }] }, [], undefined],
  [
    'not known, if it cannot be read',
    { failures: [{ failureCode: 'ImageInaccessible' }] },
    undefined,
    'ImageInaccessible',
  ],
  ['not known, if it is not returned', {}, undefined, 'ManifestNotReturned'],
  ['not known, if it is an image', { manifest: { layers: [] } }, undefined, 'ManifestNotReturned'],
  ['not known, if it is no JSON', { manifest: '<html>' }, undefined, 'ManifestNotReturned'],
  ['none, if it is empty', { manifest: { manifests: [] } }, [], undefined],
  [
    'those that have a digest',
    { manifest: { manifests: [{ digest: 'a' }, {}, null, { digest: 7 }] } },
    ['a'],
    undefined,
  ],
])('the images of an index are %s', async (_, answer, expected, failure) => {
  const given: { manifest?: unknown; failures?: readonly object[] } = answer;
  const one = digest(1);
  const { ecr } = await reads({
    BatchGetImage: () => ({
      body: {
        images: given.manifest === undefined ? [] : [index(one, given.manifest)],
        failures: (given.failures ?? []).map((each) => ({ imageId: { imageDigest: one }, ...each })),
      },
    }),
  });
  const read = await ecr.imageIndexes('team/app', [one]);
  expect(read.children.get(one)).toEqual(expected);
  expect(read.failure).toBe(failure);
});

test('pull time update exclusions are read in pages', async () => {
  const { ecr, calls } = await reads({
    ListPullTimeUpdateExclusions: ({ nextToken }) => ({
      body:
        nextToken === undefined
          ? { pullTimeUpdateExclusions: ['a', 'b'], nextToken: 'more' }
          : { pullTimeUpdateExclusions: ['c'] },
    }),
  });
  expect(await ecr.pullTimeExclusions()).toEqual(['a', 'b', 'c']);
  expect(calls.get('ListPullTimeUpdateExclusions')).toBe(2);
});
