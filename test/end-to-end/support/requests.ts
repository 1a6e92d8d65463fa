/** Requests to the deployed custom resource, as CloudFormation sends them, without waiting for each other; and the table. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeStacksCommand, ListExportsCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { isObject, type JsonObject, member } from '../../../core/json.ts';
import { clients } from './stacks.ts';

const local = {
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};

/** One request. */
export interface Sent {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly stack: string;
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly id?: string | undefined;
  /** A second delivery has that of the first one. */
  readonly requestId?: string | undefined;
}

/** What CloudFormation is answered. */
export interface Answered {
  readonly status: string;
  readonly id: string;
  readonly reason: string;
}

export interface Requests {
  send(sent: Sent): Promise<Answered>;
  stop(): Promise<void>;
}

/** Listens for answers, and knows the function by the application's export. */
export async function startRequests(): Promise<Requests> {
  const { Exports } = await clients.cloudformation.send(new ListExportsCommand({}));
  const token = Exports?.find(({ Name }) => Name === 'ecr-hardening-SettingsServiceToken')?.Value ?? '';
  const lambda = new LambdaClient(local);
  const waiting = new Map<string, (answered: Answered) => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.end();
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const text = (name: string) => (isObject(body) ? String(member(body, name) ?? '') : '');
      const answered = { status: text('Status'), id: text('PhysicalResourceId'), reason: text('Reason') };
      waiting.get(request.url ?? '')?.(answered);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async send({ type, stack, logicalId, properties, id, requestId = randomUUID() }) {
      const path = `/${randomUUID()}`;
      const answer = new Promise<Answered>((resolve) => waiting.set(path, resolve));
      const event = {
        RequestType: type,
        RequestId: requestId,
        StackId: `arn:aws:cloudformation:us-east-1:000000000000:stack/${stack}/1`,
        ResponseURL: `http://127.0.0.1:${port}${path}`,
        ResourceType: 'Custom::EcrSettings',
        LogicalResourceId: logicalId,
        ...(id === undefined ? {} : { PhysicalResourceId: id }),
        ResourceProperties: { ServiceToken: token, ...properties },
      };
      await lambda.send(
        new InvokeCommand({ FunctionName: token, InvocationType: 'Event', Payload: JSON.stringify(event) }),
      );
      return answer;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The holders of repositories whose names begin so, by the table of claims. */
export async function holdersUnder(prefix: string): Promise<readonly string[]> {
  const { Stacks } = await clients.cloudformation.send(
    new DescribeStacksCommand({ StackName: 'ecr-hardening' }),
  );
  const outputs = Stacks?.[0]?.Outputs ?? [];
  const TableName = outputs.find(({ OutputKey }) => OutputKey === 'ClaimsTableName')?.OutputValue;
  const { Items = [] } = await new DynamoDBClient(local).send(
    new ScanCommand({ TableName, ConsistentRead: true }),
  );
  return Items.filter(({ repositoryArn }) => repositoryArn?.S?.includes(`:repository/${prefix}/`)).flatMap(
    ({ holders }) => holders?.SS ?? [],
  );
}
