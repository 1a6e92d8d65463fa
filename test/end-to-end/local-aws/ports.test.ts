import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort, startLocalAws } from '../../../local/local-aws.ts';

const other = createServer();
let taken = 0;
beforeAll(async () => {
  taken = await freePort(undefined);
  await new Promise<void>((resolve) => other.listen(taken, '127.0.0.1', resolve));
});
afterAll(() => {
  other.close();
});

test('a port that another process takes before the server listens is replaced by another one', async () => {
  let found = 0;
  const aws = await startLocalAws({}, async (wanted) => {
    found += 1;
    return found === 1 ? taken : freePort(wanted);
  });
  expect(found).toBe(2);
  expect(aws.port).not.toBe(taken);
  expect((await fetch(`${aws.endpoint}/_ministack/health`)).ok).toBe(true);
  await aws.stop();
});

test('one that was asked for is not: what to do is said in a sentence', async () => {
  const starting = startLocalAws({ port: taken }, async () => taken);
  await expect(starting).rejects.toThrow(`Port ${taken} is in use: stop the process that uses it, `);
});
