/**
 * Requests to the custom resource, as CloudFormation sends them, without waiting for each other; and the table.
 *
 * The function is a copy of the deployed one, which asks this process, instead of CloudFormation, whether they are in
 * progress: no stack is behind them.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { isObject, type JsonObject, member } from '../../../core/json.ts';
import { functionCopy } from './function-copy.ts';
import { newStack } from './new-stack.ts';
import { clients, uniqueName } from './stacks.ts';

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

/** Listens for answers, and for the questions of the function. */
export async function startRequests(): Promise<Requests> {
  const lambda = new LambdaClient(local);
  const waiting = new Map<string, (answered: Answered) => void>();
  const states = new Map<string, string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      response.end(request.method === 'POST' ? describe(states, new URLSearchParams(text)) : undefined);
      if (request.method !== 'POST') waiting.get(request.url ?? '')?.(answerIn(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const token = await deployCopy(url);
  return {
    async send({ type, stack, logicalId, properties, id, requestId = randomUUID() }) {
      const path = `/${randomUUID()}`;
      const answer = new Promise<Answered>((resolve) => waiting.set(path, resolve));
      const StackId = `arn:aws:cloudformation:us-east-1:000000000000:stack/${stack}/1`;
      states.set(
        `${StackId} ${logicalId}`,
        `<ResourceStatus>${type.toUpperCase()}_IN_PROGRESS</ResourceStatus>${
          id === undefined ? '' : `<PhysicalResourceId>${id}</PhysicalResourceId>`
        }`,
      );
      const event = {
        RequestType: type,
        RequestId: requestId,
        StackId,
        ResponseURL: `${url}${path}`,
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

/** A copy of the function, which asks CloudFormation at that URL. @returns its name */
async function deployCopy(cloudFormation: string): Promise<string> {
  const FunctionName = uniqueName('requests');
  const copy = await functionCopy({ AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation });
  const outcome = await newStack().deploy({
    Resources: { Function: { ...copy, Properties: { ...Object(copy.Properties), FunctionName } } },
  });
  if (outcome.kind !== 'deployed') throw new Error('the copy of the function was not deployed');
  return FunctionName;
}

/** The response to DescribeStackResource. */
function describe(states: ReadonlyMap<string, string>, input: URLSearchParams): string {
  const state = states.get(`${input.get('StackName')} ${input.get('LogicalResourceId')}`) ?? '';
  const detail = `<StackResourceDetail>${state}</StackResourceDetail>`;
  return `<DescribeStackResourceResponse><DescribeStackResourceResult>${detail}</DescribeStackResourceResult></DescribeStackResourceResponse>`;
}

function answerIn(text: string): Answered {
  const body: unknown = JSON.parse(text);
  const textOf = (name: string) => (isObject(body) ? String(member(body, name) ?? '') : '');
  return { status: textOf('Status'), id: textOf('PhysicalResourceId'), reason: textOf('Reason') };
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
