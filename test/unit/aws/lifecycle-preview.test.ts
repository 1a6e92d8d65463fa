import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { deadlineIn } from '../../../aws/deadline.ts';
import type { Preview } from '../../../aws/ecr/ecr.ts';
import { connectEcr } from '../../../aws/ecr/settings.ts';

const page = (lifecyclePolicyText: string, digest: string, nextToken?: string) => ({
  ...{ status: 'COMPLETE', lifecyclePolicyText, nextToken },
  previewResults: [{ imageDigest: digest, action: { type: 'EXPIRE' } }],
});

/** The preview whose pages are read one after the other. */
async function previewOf(...pages: readonly object[]): Promise<Preview> {
  const left = [...pages];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(left.shift() ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const connection = connectEcr({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const deadline = deadlineIn(30_000);
  try {
    return await connection.until(deadline).preview('team/orders');
  } finally {
    deadline.dispose();
    connection.close();
    server.closeAllConnections();
    server.close();
  }
}

test('a preview has the images of all its pages', async () => {
  expect(await previewOf(page('own', 'sha256:1', 'next'), page('own', 'sha256:2'))).toMatchObject({
    ...{ status: 'complete', text: 'own' },
    expiring: [{ digest: 'sha256:1' }, { digest: 'sha256:2' }],
  });
});

test.each([
  ['before', page('other', 'sha256:1', 'next'), page('own', 'sha256:2')],
  ['after', page('own', 'sha256:1', 'next'), page('other', 'sha256:2')],
])('pages of another policy %s those of the own one are no preview of it', async (_when, ...pages) => {
  expect(await previewOf(...pages)).toEqual({ status: 'failed' });
});
