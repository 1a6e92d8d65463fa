import '../custom-resource/support/one-realm.ts';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Deadline, deadlineIn } from '../../../aws/deadline.ts';
import type { Connection } from '../../../aws/ecr/connection.ts';
import type { Ecr } from '../../../aws/ecr/ecr.ts';
import { connectEcr } from '../../../aws/ecr/settings.ts';
import { repositoryLike, unsafe } from '../custom-resource/support/registry.ts';
import { type Server, startServer } from '../custom-resource/support/server.ts';

let server: Server;
let connection: Connection<Ecr>;
let deadline: Deadline;
let ecr: Ecr;

beforeAll(async () => {
  server = await startServer();
  connection = connectEcr({
    region: 'us-east-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  deadline = deadlineIn(60_000);
  ecr = connection.until(deadline);
  for (let index = 0; index < 250; index += 1)
    server.registry.repositories.set(`team/r${index}`, repositoryLike(unsafe));
});

afterAll(async () => {
  deadline.dispose();
  connection.close();
  await server.stop();
});

const describes = () => server.calls.filter(({ operation }) => operation === 'DescribeRepositories').length;

describe('a repository', () => {
  test('is read with when it was created, whose it is and how it is encrypted', async () => {
    expect(await ecr.repository('team/r7')).toEqual({
      name: 'team/r7',
      arn: 'arn:aws:ecr:us-east-1:123456789012:repository/team/r7',
      uri: '123456789012.dkr.ecr.us-east-1.amazonaws.com/team/r7',
      registryId: '123456789012',
      createdAt: Date.parse('2026-01-01T00:00:00Z'),
      tagMutability: { mutability: 'MUTABLE', exclusions: [] },
      scanOnPush: false,
      encryption: 'AES256',
    });
  });

  test('that does not exist is none', async () => {
    expect(await ecr.repository('team/none')).toBeUndefined();
  });
});

describe('repositories by their names', () => {
  const names = Array.from({ length: 250 }, (_, index) => `team/r${index}`);

  test('are read by 100', async () => {
    const before = describes();
    const found = await ecr.repositoriesNamed(names);
    expect(found.map(({ name }) => name)).toEqual(names);
    expect(describes() - before).toBe(3);
  });

  test('are those that exist: one that does not fails its hundred, which is asked for by halves', async () => {
    const before = describes();
    const found = await ecr.repositoriesNamed(names.with(42, 'team/none'));
    expect(found.map(({ name }) => name)).toEqual(names.toSpliced(42, 1));
    expect(describes() - before).toBeLessThanOrEqual(3 + 2 * Math.ceil(Math.log2(100)));
  });

  test('are read by listing the registry, once that has taken fewer calls', async () => {
    const listing = connection.until(deadline);
    await listing.repositories();
    const before = describes();
    expect((await listing.repositoriesNamed([...names, 'team/none'])).map(({ name }) => name)).toEqual(names);
    expect(describes() - before).toBe(1);
    await listing.repositoriesNamed(names.slice(0, 100));
    expect(describes() - before).toBe(2);
  });

  test('are none where none is asked for, or none exists', async () => {
    expect(await ecr.repositoriesNamed([])).toEqual([]);
    expect(await ecr.repositoriesNamed(['team/none', 'team/neither'])).toEqual([]);
  });
});

describe('a call that fails', () => {
  const denied = (key: string) => {
    server.plans.set(key, [{ step: 'put mutability', fault: 'access denied', times: 1 }]);
  };

  test('names the repository and the operation', async () => {
    denied('team/r1');
    const put = ecr.putTagMutability('team/r1', { mutability: 'IMMUTABLE', exclusions: [] });
    await expect(put).rejects.toMatchObject({
      operation: 'PutImageTagMutability',
      resource: 'team/r1',
      cause: { name: 'AccessDeniedException' },
    });
  });

  test('names the repository also where the operation takes its ARN', async () => {
    const read = ecr.tags('arn:aws:ecr:us-east-1:123456789012:repository/team/none');
    await expect(read).rejects.toMatchObject({ operation: 'ListTagsForResource', resource: 'team/none' });
  });
});
