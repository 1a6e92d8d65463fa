import { createHash } from 'node:crypto';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { JsonObject } from '../../../core/json.ts';
import { uniqueName } from '../support/stacks.ts';

const endpoint = process.env.AWS_ENDPOINT_URL ?? '';

/** Clients in a region that no other file uses: the registry's scanning configuration is one for all its tests. */
export function clientsIn(region: string) {
  const configuration = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  return {
    // The SDK takes LimitExceededException for throttling, and would try again for seconds.
    ecr: new ECRClient({ ...configuration, maxAttempts: 1 }),
    events: new EventBridgeClient(configuration),
    sqs: new SQSClient(configuration),
  };
}

export interface Queue {
  readonly url: string;
  readonly arn: string;
  /** Waits until so many messages have come, and answers them and whatever came with them. */
  receive(count: number): Promise<readonly Message[]>;
}

/** A queue that takes the events of rules. */
export async function newQueue(sqs: SQSClient): Promise<Queue> {
  const allowed = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...allowed, Resource: '*' }] });
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: uniqueName('queue'), Attributes: { Policy } }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes?.QueueArn ?? '', receive: (count) => receive(sqs, url, count) };
}

/** Waits until so many messages have come to a queue, and answers them and whatever came with them. */
export async function receive(sqs: SQSClient, url: string, count: number): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for (let look = 0; look < 90 && messages.length < count; look += 1)
    messages.push(...(await take(sqs, url)));
  if (messages.length < count) throw new Error(`${messages.length} messages of ${count} came`);
  return messages;
}

/** The messages that are in a queue, or come within a second. */
export async function take(sqs: SQSClient, url: string): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
    }),
  );
  for (const { ReceiptHandle } of Messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
  return Messages;
}

/** A queue of the events on the default bus that match. */
export async function eventsMatching(
  { events, sqs }: Pick<ReturnType<typeof clientsIn>, 'events' | 'sqs'>,
  pattern: JsonObject,
) {
  const queue = await newQueue(sqs);
  const Name = uniqueName('rule');
  await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }));
  await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'queue', Arn: queue.arn }] }));
  return async (count: number) => (await queue.receive(count)).map(({ Body }) => JSON.parse(Body ?? ''));
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';

/** Uploads the configuration of an image with these labels; the answer is its manifest. */
export async function imageWith(
  ecr: ECRClient,
  repository: string,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const configuration = Buffer.from(JSON.stringify({ architecture: 'arm64', config: { Labels: labels } }));
  const digest = digestOf(configuration);
  await fetch(`${endpoint}/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    headers: { authorization: await authorization(ecr), 'content-type': 'application/octet-stream' },
    body: configuration,
  });
  const mediaType = 'application/vnd.docker.container.image.v1+json';
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType, digest, size: configuration.length },
    layers: [],
  });
}

/** As `docker push` does; the answer is the digest. */
export async function putManifest(
  ecr: ECRClient,
  repository: string,
  tag: string,
  manifest: string,
): Promise<string> {
  const response = await fetch(`${endpoint}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { authorization: await authorization(ecr), 'content-type': manifestType },
    body: manifest,
  });
  if (!response.ok) throw new Error(await response.text());
  return digestOf(manifest);
}

export function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function authorization(ecr: ECRClient): Promise<string> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  return `Basic ${authorizationData?.[0]?.authorizationToken ?? ''}`;
}

export interface Finding {
  readonly name: string;
  readonly severity: string;
  readonly package: string;
  readonly version: string;
  readonly fixed?: string;
}

export const finds = (...findings: Finding[]) => ({ 'local.scan.findings': JSON.stringify(findings) });
