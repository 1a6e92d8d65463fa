import '../custom-resource/support/one-realm.ts';

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { handler } from '../../../functions/keeper/events.ts';
import { claimsTableName } from '../custom-resource/support/claims-table.ts';
import { repositoryLike, safe, unsafe } from '../custom-resource/support/registry.ts';
import { type Server, startServer } from '../custom-resource/support/server.ts';
import { registry } from '../sweep/support/keeper.ts';

const account = registry.registryId;
const refusedMark = 'refused';

const published =
  '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
const noStack =
  '<DescribeStackResourcesResponse><DescribeStackResourcesResult/></DescribeStackResourcesResponse>';

/** SQS and SNS, what they have taken, and whether they refuse; and a CloudFormation without stacks. */
const taken: { readonly target: string; readonly body: string }[] = [];
let isSnsBroken = false;

const messaging = createServer(async (request, response) => {
  const body = await bodyOf(request);
  if (body.includes('Action=DescribeStackResources')) return response.end(noStack);
  const isSns = !`${request.headers['x-amz-target']}`.startsWith('AmazonSQS');
  const isRefused = isSns ? isSnsBroken : body.includes(refusedMark);
  if (isRefused) {
    response.writeHead(400, { 'x-amzn-errortype': 'InvalidParameterValue' });
    return response.end(JSON.stringify({ __type: 'com.amazonaws.sqs#InvalidParameterValue' }));
  }
  taken.push({ target: isSns ? 'sns' : 'sqs', body });
  if (isSns) return response.end(published);
  const MD5OfMessageBody = createHash('md5').update(JSON.parse(body).MessageBody).digest('hex');
  return response.end(JSON.stringify({ MessageId: '1', MD5OfMessageBody }));
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

const environment = { ...process.env };
let server: Server;
beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  server = await startServer();
  await new Promise<void>((resolve) => messaging.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(messaging.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    ...{ AWS_REGION: registry.region, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    ...{ AWS_ENDPOINT_URL: server.url, AWS_ENDPOINT_URL_SQS: url, AWS_ENDPOINT_URL_SNS: url },
    AWS_ENDPOINT_URL_CLOUDFORMATION: url,
    ...{ Keeper: 'Report', KeeperStackOwned: 'Mend', KeeperScope: '*', KeeperLifecycle: 'false' },
    ...{
      ApplicationStack: `arn:aws:cloudformation:us-east-1:${account}:stack/e/1`,
      ClaimsTable: claimsTableName,
    },
    OwnRoles: `arn:aws:iam::${account}:role/own`,
    DeadLettersUrl: `${url}/${account}/dead-letters`,
    AlertTopicArn: `arn:aws:sns:us-east-1:${account}:alerts`,
  });
});
afterAll(async () => {
  process.env = environment;
  jest.restoreAllMocks();
  messaging.close();
  await server.stop();
});
beforeEach(() => {
  taken.length = 0;
  isSnsBroken = false;
  server.registry.repositories.clear();
});

const record = (messageId: string, body: object) => ({
  ...{ messageId, body: JSON.stringify(body) },
  attributes: { ApproximateReceiveCount: '1' },
});
const created = (messageId: string, repositoryName: string) =>
  record(messageId, {
    ...{ source: 'aws.ecr', 'detail-type': 'AWS API Call via CloudTrail', account, region: registry.region },
    detail: {
      ...{ eventName: 'CreateRepository', eventSource: 'ecr.amazonaws.com', eventID: `event-${messageId}` },
      ...{ eventTime: new Date().toISOString(), awsRegion: registry.region, recipientAccountId: account },
      requestParameters: { repositoryName },
    },
  });
const run = (...Records: readonly object[]) =>
  handler(
    { Records },
    {
      getRemainingTimeInMillis: () => 20_000,
      invokedFunctionArn: `arn:aws:lambda:us-east-1:${account}:function:events`,
    },
  );
const again = (...ids: readonly string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('a batch of events', () => {
  test('of which a dead letter is refused is done, except for that message', async () => {
    const unknown = (id: string, mark: string) => record(id, { source: 'aws.ecr', mark, detail: {} });
    expect(
      await run(unknown('one', 'known'), unknown('two', refusedMark), unknown('three', 'known')),
    ).toEqual(again('two'));
    expect(taken.map(({ target }) => target)).toEqual(['sqs', 'sqs']);
  });

  test('of which nobody could be notified comes again, except for what is no news', async () => {
    server.registry.repositories.set('team/unsafe', repositoryLike(unsafe));
    server.registry.repositories.set('team/safe', repositoryLike(safe));
    const records = [
      created('one', 'team/safe'),
      created('two', 'team/unsafe'),
      created('three', 'team/gone'),
    ];
    isSnsBroken = true;
    expect(await run(...records)).toEqual(again('two'));
    isSnsBroken = false;
    expect(await run(...records)).toEqual(again());
    expect(taken).toMatchObject([{ target: 'sns', body: expect.stringContaining('unsafe') }]);
  });
});
