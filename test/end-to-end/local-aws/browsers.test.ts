import { request } from 'node:http';
import { describe, expect, test } from '@jest/globals';

const endpoint = process.env.AWS_ENDPOINT_URL ?? '';

/** The status and the headers of an answer; fetch sets some headers by itself. */
function send(method: string, path: string, headers: Readonly<Record<string, string>>) {
  return new Promise<{ status: number | undefined; allowed: unknown }>((resolve, reject) => {
    const sent = request(new URL(path, endpoint), { method, headers }, (response) => {
      response.resume();
      resolve({
        status: response.statusCode,
        allowed: response.headers['access-control-allow-origin'],
      });
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

describe('what a page in a browser sends', () => {
  const functions = '/2015-03-31/functions';
  test.each([
    ['POST', functions, { origin: 'https://example.org', 'content-type': 'text/plain' }],
    ['POST', functions, { origin: 'null' }],
    ['OPTIONS', functions, { origin: 'https://example.org', 'access-control-request-method': 'POST' }],
    ['GET', functions, { 'sec-fetch-site': 'cross-site' }],
    ['GET', '/', { host: 'rebound.example.org', origin: 'http://rebound.example.org' }],
  ])('is refused: %s %s %j', async (method, path, headers) => {
    expect(await send(method, path, headers)).toEqual({ status: 403, allowed: undefined });
  });

  test('is answered where somebody has opened its address, and without a browser', async () => {
    expect(await send('GET', functions, { 'sec-fetch-site': 'none' })).toMatchObject({ status: 200 });
    expect(await send('GET', functions, {})).toMatchObject({ status: 200 });
  });
});
