import '../custom-resource/support/one-realm.ts';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ClaimItem,
  type ClaimsTable,
  connectClaims,
  fitOneTransaction,
} from '../../../aws/claims/claims-table.ts';
import { deadlineIn } from '../../../aws/deadline.ts';
import { claimsTableName } from '../custom-resource/support/claims-table.ts';
import type { Fault } from '../custom-resource/support/faults.ts';
import { arnOf } from '../custom-resource/support/registry.ts';
import { type Server, type Step, startServer } from '../custom-resource/support/server.ts';

let server: Server;
let table: ClaimsTable;
let end: () => Promise<void>;
beforeEach(async () => {
  server = await startServer();
  const deadline = deadlineIn(60_000);
  const connection = connectClaims({
    environment: {
      ClaimsTable: claimsTableName,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: server.url,
    },
  });
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  table = connection.until(deadline);
  end = async () => {
    connection.close();
    deadline.dispose();
    await server.stop();
  };
});
afterEach(() => end());

const item = (name: string, more: Partial<ClaimItem> = {}): ClaimItem => ({
  key: arnOf(name),
  version: 1,
  holders: ['stack-1'],
  body: '{"claims":[]}',
  ...more,
});
const items = (count: number, more: Partial<ClaimItem> = {}) =>
  Array.from({ length: count }, (_, index) => item(`team/${index}`, more));
const changesOf = (written: readonly ClaimItem[], expected = 0) =>
  written.map((each) => ({ item: each, expected }));
const operations = () => server.calls.map(({ operation }) => operation);
const soon = Math.floor(Date.now() / 1000) + 600;
const long = Math.floor(Date.now() / 1000) - 600;

describe('items', () => {
  test('are written where there are none, and read back as they were', async () => {
    const [plain, expiring] = [
      item('a', { holders: ['stack-1', 'stack-2'] }),
      item('b', { holders: [], expiresAt: soon }),
    ];
    expect(await table.write(changesOf([plain, expiring]))).toEqual([]);
    expect(await table.read([plain.key, expiring.key, arnOf('c'), plain.key])).toEqual(
      new Map([
        [plain.key, plain],
        [expiring.key, expiring],
      ]),
    );
    expect(server.claims.list()).toEqual([plain, expiring]);
    expect(operations()).toEqual(['TransactWriteItems', 'BatchGetItem']);
  });

  test('are written alone without a transaction', async () => {
    expect(await table.write(changesOf(items(1)))).toEqual([]);
    expect(operations()).toEqual(['PutItem']);
  });

  test('are replaced only at the expected version', async () => {
    await table.write(changesOf(items(1)));
    const second = item('team/0', { version: 2, body: '2' });
    expect(await table.write([{ item: second, expected: 1 }])).toEqual([]);
    expect(await table.write([{ item: item('team/0', { version: 2 }), expected: 1 }])).toEqual([second.key]);
    expect(await table.write([{ item: item('team/0'), expected: 0 }])).toEqual([second.key]);
    expect(await table.write([{ item: item('new', { version: 2 }), expected: 1 }])).toEqual([arnOf('new')]);
    expect(server.claims.list()).toEqual([second]);
  });

  test('count as absent once they have expired, though DynamoDB deletes them later', async () => {
    server.claims.set(arnOf('a'), item('a', { expiresAt: long, version: 7 }));
    expect(await table.read([arnOf('a')])).toEqual(new Map());
    expect(await table.heldBy('stack-1')).toEqual([]);
    expect(await table.write(changesOf([item('a')]))).toEqual([]);
    expect(server.claims.list()).toEqual([item('a')]);
  });

  test('that this application did not write are refused', async () => {
    server.claims.set(arnOf('a'), item('a', { version: Number.NaN }));
    await expect(table.read([arnOf('a')])).rejects.toThrow('did not write');
  });

  test('that DynamoDB would not take are refused by name, before anything is written', async () => {
    const whole = { ...item('b'), body: 'é'.repeat(200 * 1024) };
    const { write, writeTogether } = table;
    for (const put of [write, writeTogether])
      await expect(put(changesOf([item('a'), whole, item('c')]))).rejects.toThrow(
        `would have more than 400 KB: ${arnOf('b')}`,
      );
    expect(server.claims.list()).toEqual([]);
  });
});

describe('many items', () => {
  test('take one call for each 100, reading and writing', async () => {
    const many = items(250);
    expect(await table.write(changesOf(many))).toEqual([]);
    expect(await table.read(many.map(({ key }) => key))).toEqual(
      new Map(many.map((each) => [each.key, each])),
    );
    expect(operations().filter((each) => each === 'TransactWriteItems')).toHaveLength(3);
    expect(operations().filter((each) => each === 'BatchGetItem')).toHaveLength(3);
    expect(operations()).toHaveLength(6);
  });

  test('have versions, of which nothing else is sent', async () => {
    const many = [...items(120, { version: 3 }), item('gone', { expiresAt: long })];
    await table.write(changesOf(many));
    server.claims.set(arnOf('team/7'), undefined);
    const versions = await table.versions([...many.map(({ key }) => key), arnOf('nobody')]);
    expect(versions.size).toBe(119);
    expect(new Set(versions.values())).toEqual(new Set([3]));
    expect(operations().filter((each) => each === 'BatchGetItem')).toHaveLength(2);
  });

  test('large as they may be, keep to the size of a transaction', async () => {
    const many = items(30, { body: 'x'.repeat(350_000) });
    expect(await table.write(changesOf(many))).toEqual([]);
    expect(operations()).toEqual(Array.from({ length: 4 }, () => 'TransactWriteItems'));
    expect(await table.read(many.map(({ key }) => key))).toHaveProperty('size', 30);
  });

  test('of which some were changed: the others are written, and those are named', async () => {
    for (const name of ['team/3', 'team/77']) server.claims.set(arnOf(name), item(name, { version: 5 }));
    expect(await table.write(changesOf(items(100)))).toEqual([arnOf('team/3'), arnOf('team/77')]);
    expect(operations()).toEqual(['TransactWriteItems', 'TransactWriteItems']);
    expect(server.claims.list().filter(({ version }) => version === 1)).toHaveLength(98);
    expect(server.claims.get(arnOf('team/3'))?.version).toBe(5);
  });

  test('all changed but one: that one is written', async () => {
    server.claims.set(arnOf('team/1'), item('team/1', { version: 5 }));
    expect(await table.write(changesOf(items(2)))).toEqual([arnOf('team/1')]);
    expect(operations()).toEqual(['TransactWriteItems', 'PutItem']);
  });

  test('written together: where one was changed, none of its transaction is written', async () => {
    server.claims.set(arnOf('team/3'), item('team/3', { version: 5 }));
    const many = items(130);
    expect(many.map(({ key }) => key).slice(0, 100)).toEqual(await table.writeTogether(changesOf(many)));
    expect(server.claims.list().filter(({ version }) => version === 1)).toHaveLength(30);
    expect(operations()).toEqual(['TransactWriteItems', 'TransactWriteItems']);
    expect([items(100), many].map((each) => fitOneTransaction(each))).toEqual([true, false]);
  });

  test('that an answer had no room for are asked for again', async () => {
    const many = items(20, { body: 'x'.repeat(1000) });
    await table.write(changesOf(many));
    server.claims.maxAnswerBytes = 8_000;
    expect(await table.read(many.map(({ key }) => key))).toHaveProperty('size', 20);
    expect(operations().filter((each) => each === 'BatchGetItem').length).toBeGreaterThan(2);
  });

  test('are found by their holder, and all of them, page by page', async () => {
    server.claims.pageSize = 3;
    const many = items(10).map((each, index) => ({
      ...each,
      holders: index % 2 === 0 ? ['stack-1', 'stack-2'] : ['stack-3'],
    }));
    await table.write(changesOf(many));
    expect(await table.heldBy('stack-2')).toEqual(many.filter((_each, index) => index % 2 === 0));
    expect(await table.heldBy('stack')).toEqual([]);
    const all: ClaimItem[] = [];
    for await (const each of table.all()) all.push(each);
    expect(all).toEqual(many);
    expect(operations().filter((each) => each === 'Scan')).toHaveLength(12);
  });
});

describe('failing calls', () => {
  const fail = (step: Step, fault: Fault, times = 1) => {
    for (const key of ['team/0', 'stack-1', '*']) server.plans.set(key, [{ step, fault, times }]);
  };
  const passing: readonly Fault[] = ['throttled', 'server exception', 'reset', 'throughput exceeded'];
  const late: readonly Fault[] = ['late reset', 'late reset within the body'];
  const conflicts: readonly Fault[] = ['transaction conflict'];

  test.each([...passing, 'keys unprocessed'] as const)('reading waits out: %s', async (fault) => {
    await table.write(changesOf(items(3)));
    fail('read claims', fault, 2);
    expect(await table.read(items(3).map(({ key }) => key))).toHaveProperty('size', 3);
  });

  test.each(passing)('scanning waits out: %s', async (fault) => {
    await table.write(changesOf(items(3)));
    fail('find claims', fault, 2);
    expect(await table.heldBy('stack-1')).toHaveLength(3);
  });

  test.each([...passing, ...late, ...conflicts])(
    'writing one waits out, and it is no conflict: %s',
    async (fault) => {
      fail('write claims', fault, 2);
      expect(await table.write(changesOf(items(1)))).toEqual([]);
      expect(server.claims.list()).toEqual(items(1));
    },
  );

  test.each([...passing, ...late, ...conflicts, 'transaction in progress'] as const)(
    'writing several waits out, and it is no conflict: %s',
    async (fault) => {
      fail('write claims', fault, 2);
      expect(await table.write(changesOf(items(5)))).toEqual([]);
      expect(server.claims.list()).toEqual(items(5));
      const changed = items(5, { version: 2 });
      fail('write claims', fault, 2);
      expect(await table.write(changesOf(changed, 1))).toEqual([]);
      expect(server.claims.list()).toEqual(changed);
    },
  );

  test('a write whose answer got lost is a conflict where somebody else wrote meanwhile', async () => {
    const other = item('team/0', { version: 9 });
    fail('write claims', 'late reset');
    const writing = table.write(changesOf(items(1)));
    while (server.claims.list().length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    server.claims.set(other.key, other);
    expect(await writing).toEqual([other.key]);
    expect(server.claims.list()).toEqual([other]);
  });

  test('two writes of the same item at once: one of them has it', async () => {
    server.latencyMs = 20;
    const outcomes = await Promise.all([table.write(changesOf(items(3))), table.write(changesOf(items(3)))]);
    expect(outcomes.map((keys) => keys.length).toSorted()).toEqual([0, 3]);
  });

  test.each(['access denied', 'unknown error'] as const)('what lasts is thrown: %s', async (fault) => {
    fail('write claims', fault);
    await expect(table.write(changesOf(items(5)))).rejects.toThrow();
    expect(operations()).toEqual(['TransactWriteItems']);
    expect(server.claims.list()).toEqual([]);
  });

  test('a missing table is thrown', async () => {
    const connection = connectClaims({
      tableName: 'elsewhere',
      client: {
        region: 'us-east-1',
        endpoint: server.url,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      },
    });
    const deadline = deadlineIn(60_000);
    await expect(connection.until(deadline).read([arnOf('a')])).rejects.toThrow(
      'Requested resource not found',
    );
    connection.close();
    deadline.dispose();
  });

  test('a table that stays busy ends at the deadline', async () => {
    const deadline = deadlineIn(400);
    const connection = connectClaims({
      tableName: claimsTableName,
      client: {
        region: 'us-east-1',
        endpoint: server.url,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      },
    });
    fail('write claims', 'transaction conflict', Number.POSITIVE_INFINITY);
    await expect(connection.until(deadline).write(changesOf(items(2)))).rejects.toMatchObject({
      name: 'OutOfTime',
    });
    connection.close();
    deadline.dispose();
  });
});

test('an environment without a table is refused', () => {
  expect(() => connectClaims({ environment: {} })).toThrow('ClaimsTable');
});
