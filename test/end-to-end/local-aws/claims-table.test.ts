import { DeleteStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ClaimItem, type ClaimsTable, connectClaims } from '../../../aws/claims/claims-table.ts';
import { deadlineIn } from '../../../aws/deadline.ts';
import { applicationStack, buildApplication, deployApplication } from '../../../local/application.ts';
import { type Clients, connect } from '../../../local/demo/clients.ts';
import { stackResources } from '../../../local/demo/deploy.ts';
import { type LocalAws, startLocalAws } from '../../../local/local-aws.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const patience = 240_000;
const configuration = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const deadline = deadlineIn(patience);
afterAll(() => deadline.dispose());

const item = (key: string, more: Partial<ClaimItem> = {}): ClaimItem => ({
  key,
  version: 1,
  holders: ['stack-1'],
  body: '{}',
  ...more,
});
const newItems = (count: number, more: Partial<ClaimItem> = {}) =>
  Array.from({ length: count }, (_each, index) => item(`arn:${index}`, more));
const created = (items: readonly ClaimItem[]) => items.map((each) => ({ item: each, expected: 0 }));
const byKey = (items: readonly ClaimItem[]) => new Map(items.map((each) => [each.key, each]));
const keysOf = (items: readonly ClaimItem[]) => items.map(({ key }) => key);

describe('a table in the local AWS', () => {
  const dynamodb = new DynamoDBClient(configuration(clients.endpoint));
  let tableName = '';
  let end = () => {};
  let table: ClaimsTable;

  const newTable = async () => {
    end();
    tableName = uniqueName('claims');
    await dynamodb.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'repositoryArn', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'repositoryArn', KeyType: 'HASH' }],
      }),
    );
    const connection = connectClaims({ tableName, client: configuration(clients.endpoint) });
    end = connection.close;
    table = connection.until(deadline);
  };
  beforeEach(newTable);
  afterAll(() => {
    end();
    dynamodb.destroy();
  });

  test('reads back what was written, consistently, more than 100 items at once', async () => {
    const items = newItems(230);
    expect(await table.write(created(items))).toEqual([]);
    expect(await table.read([...keysOf(items), 'arn:nobody'])).toEqual(byKey(items));
    expect(await table.versions([...keysOf(items), 'arn:nobody'])).toEqual(
      new Map(items.map(({ key, version }) => [key, version])),
    );
    const found: ClaimItem[] = [];
    for await (const each of table.all()) found.push(each);
    expect(byKey(found)).toEqual(byKey(items));
  });

  test('writes only at the expected version', async () => {
    const [first] = newItems(1);
    if (first === undefined) throw new Error('no item');
    expect(await table.write(created([first]))).toEqual([]);
    expect(await table.write(created([first]))).toEqual([first.key]);
    const second = { ...first, version: 2 };
    expect(await table.write([{ item: second, expected: 1 }])).toEqual([]);
    expect(await table.write([{ item: second, expected: 1 }])).toEqual([first.key]);
    expect(await table.read([first.key])).toEqual(new Map([[first.key, second]]));
  });

  test('writes the rest of a transaction that conflicts cancel', async () => {
    const items = newItems(50);
    await table.write(created(items.slice(0, 2)));
    const conflicts = keysOf(items.slice(0, 2));
    expect(await table.write(created(items.map((each) => ({ ...each, body: '[]' }))))).toEqual(conflicts);
    const stored = await table.read(keysOf(items));
    expect(stored.size).toBe(50);
    expect([...stored.values()].filter(({ body }) => body === '{}').map(({ key }) => key)).toEqual(conflicts);
  });

  test('has one winner of many writes of the same items at once', async () => {
    const items = newItems(20);
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_each, index) =>
        table.write(created(items.map((each) => ({ ...each, body: `${index}` })))),
      ),
    );
    expect(outcomes.filter((keys) => keys.length === 0)).toHaveLength(1);
    expect(outcomes.filter((keys) => keys.length === 20)).toHaveLength(4);
    expect(new Set([...(await table.read(keysOf(items))).values()].map(({ body }) => body)).size).toBe(1);
  });

  test('asks again for what an answer of 16 MB had no room for', async () => {
    const items = newItems(60, { body: 'x'.repeat(350_000) });
    expect(await table.write(created(items))).toEqual([]);
    const Keys = items.map(({ key }) => ({ repositoryArn: { S: key } }));
    const first = await dynamodb.send(new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys } } }));
    expect(first.UnprocessedKeys?.[tableName]?.Keys?.length).toBeGreaterThan(10);
    expect((await table.read(keysOf(items))).size).toBe(60);
  });

  test('finds the items of a holder, and takes an expired one for none', async () => {
    const [past, future] = [-600, 600].map((seconds) => Math.floor(Date.now() / 1000) + seconds);
    const items = [
      item('arn:both', { holders: ['stack-1', 'stack-2'] }),
      item('arn:other', { holders: ['stack-3'] }),
      item('arn:nobody', { holders: [] }),
      item('arn:later', { holders: ['stack-1'], expiresAt: future ?? 0 }),
    ];
    const expired = item('arn:expired', { expiresAt: past ?? 0, version: 4 });
    await table.write(created([...items, expired]));
    expect(byKey(await table.heldBy('stack-1'))).toEqual(
      byKey([items[0], items[3]].flatMap((each) => each ?? [])),
    );
    expect(await table.read(['arn:expired'])).toEqual(new Map());
    const anew = item('arn:expired');
    expect(await table.write(created([anew]))).toEqual([]);
    expect(await table.read(['arn:expired'])).toEqual(byKey([anew]));
    const raw = await dynamodb.send(
      new GetItemCommand({ TableName: tableName, Key: { repositoryArn: { S: 'arn:later' } } }),
    );
    expect(raw.Item?.expiresAt).toEqual({ N: String(future) });
  });
});

describe('the application’s table', () => {
  let aws: LocalAws;
  let own: Clients;
  let dynamodb: DynamoDBClient;
  let lambda: LambdaClient;

  beforeAll(async () => {
    // The macro's name is one for an account: the other tests' AWS has it already.
    aws = await startLocalAws();
    own = connect({ endpoint: aws.endpoint, environment: {} });
    dynamodb = new DynamoDBClient(configuration(aws.endpoint));
    lambda = new LambdaClient(configuration(aws.endpoint));
    await buildApplication();
    await deployApplication(aws, { ClaimsTableDeletionProtection: 'true' });
  }, patience);
  afterAll(async () => {
    dynamodb.destroy();
    lambda.destroy();
    await aws.stop();
  });

  const outputOf = async () => {
    const { Stacks } = await own.cloudformation.send(
      new DescribeStacksCommand({ StackName: applicationStack }),
    );
    return Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'ClaimsTableName')?.OutputValue ?? '';
  };
  const resourceOf = async (logicalId: string) =>
    (await stackResources(own.cloudformation, applicationStack)).find((each) => each.logicalId === logicalId);
  const functionsTable = async () => {
    const settings = await resourceOf('SettingsFunction');
    const { Environment } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: settings?.physicalId ?? '' }),
    );
    return Environment?.Variables?.ClaimsTable;
  };
  const deleteApplication = async () => {
    await own.cloudformation.send(new DeleteStackCommand({ StackName: applicationStack }));
    for (;;) {
      const isGone = await own.cloudformation
        .send(new DescribeStacksCommand({ StackName: applicationStack }))
        .then(
          ({ Stacks }) => Stacks?.[0]?.StackStatus === 'DELETE_COMPLETE',
          () => true,
        );
      if (isGone) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test(
    'is kept when the stack is deleted, and adopted by the next installation',
    async () => {
      const name = await outputOf();
      expect(await functionsTable()).toBe(name);
      const described = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
      expect(described.Table).toMatchObject({
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        SSEDescription: { Status: 'ENABLED' },
        DeletionProtectionEnabled: true,
      });
      const ttl = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: name }));
      expect(ttl.TimeToLiveDescription).toMatchObject({
        AttributeName: 'expiresAt',
        TimeToLiveStatus: 'ENABLED',
      });
      const backups = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: name }));
      expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
        PointInTimeRecoveryStatus: 'ENABLED',
      });
      await expect(dynamodb.send(new DeleteTableCommand({ TableName: name }))).rejects.toThrow(
        'deletion protection',
      );

      const connection = connectClaims({ tableName: name, client: configuration(aws.endpoint) });
      const table = connection.until(deadline);
      const kept = item('arn:kept');
      await table.write(created([kept]));
      await deleteApplication();
      expect(await table.read(['arn:kept'])).toEqual(byKey([kept]));

      await deployApplication(aws);
      const another = await outputOf();
      expect(another).not.toBe(name);
      expect(await table.read(['arn:kept'])).toEqual(byKey([kept]));

      await deployApplication(aws, { ClaimsTableName: name });
      expect(await outputOf()).toBe(name);
      expect(await functionsTable()).toBe(name);
      expect(await resourceOf('ClaimsTable')).toBeUndefined();
      expect(await table.read(['arn:kept'])).toEqual(byKey([kept]));
      // What was created meanwhile is kept too: nobody loses records by a parameter.
      await dynamodb.send(new DescribeTableCommand({ TableName: another }));
      connection.close();
    },
    patience,
  );
});
