/** Events of the keeper in a local AWS of their own: what the function does, and what people are notified of. */
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateRepositoryCommand,
  type CreateRepositoryCommandInput,
  DescribeRepositoriesCommand,
  PutImageTagMutabilityCommand,
} from '@aws-sdk/client-ecr';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { subscribe } from '../../../local/demo/alert.ts';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { resource } from './keeper.ts';
import { clients, uniqueName } from './stacks.ts';

const cloudtrail = new CloudTrailClient(localConfiguration({ endpoint: clients.endpoint, environment: {} }));
const trail = uniqueName('trail');
const patienceMs = 90_000;
let queue: string;

/** What a notification says of one repository. */
export interface Notified {
  readonly name: string;
  readonly state: string;
  readonly stack?: string;
  readonly drift?: { readonly times: number };
  readonly events: readonly { readonly action: string; readonly by?: { readonly arn?: string } }[];
}

/** A notification of events; others come to the same queue. */
export interface Notification {
  readonly kind: string;
  readonly text: string;
  readonly repositories: readonly Notified[];
}

/** In the order in which they came. */
export const received: Notification[] = [];

/** Subscribes to the notifications, and has a trail log. */
export async function startListening(): Promise<void> {
  queue = await subscribe(clients);
  await cloudtrail.send(new CreateTrailCommand({ Name: trail, S3BucketName: 'trails' }));
  await cloudtrail.send(new StartLoggingCommand({ Name: trail }));
}

export async function stopTrail(): Promise<void> {
  await cloudtrail.send(new StopLoggingCommand({ Name: trail }));
}

/** A name that no other test uses. */
export const named = (kind: string) => `keeper-events/${uniqueName(kind)}`;

export async function create(
  name: string,
  more: Partial<CreateRepositoryCommandInput> = {},
): Promise<string> {
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: name, ...more }));
  return name;
}

export async function repositoryNamed(name: string) {
  const { repositories = [] } = await clients.ecr.send(
    new DescribeRepositoriesCommand({ repositoryNames: [name] }),
  );
  return repositories[0];
}

export async function settingsOf(name: string) {
  const found = await repositoryNamed(name);
  return {
    mutability: found?.imageTagMutability,
    scanOnPush: found?.imageScanningConfiguration?.scanOnPush,
  };
}

export async function weaken(name: string): Promise<void> {
  await clients.ecr.send(
    new PutImageTagMutabilityCommand({ repositoryName: name, imageTagMutability: 'MUTABLE' }),
  );
}

async function receiveAll(): Promise<void> {
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  for (const { Body = '{}', ReceiptHandle } of Messages) {
    // A sweep that has failed is notified of by a text.
    const message: Notification | undefined = Body.startsWith('{') ? JSON.parse(Body) : undefined;
    if (message?.kind === 'events') received.push(message);
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
  }
}

/** Everything that people were notified of about a repository, once there is as much. */
export async function notifiedOf(name: string, count = 1): Promise<readonly Notified[]> {
  const found = () =>
    received.flatMap(({ repositories }) => repositories).filter((each) => each.name === name);
  for (const end = Date.now() + patienceMs; found().length < count && Date.now() < end; ) await receiveAll();
  return found();
}

/** Until no event is left, and some time in which one would have come. */
export async function settled(): Promise<void> {
  const QueueUrl = await queueUrl('KeeperEventsQueue');
  for (let quiet = 0; quiet < 4; ) {
    const { Attributes = {} } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    const left =
      Number(Attributes.ApproximateNumberOfMessages) +
      Number(Attributes.ApproximateNumberOfMessagesNotVisible);
    quiet = left === 0 ? quiet + 1 : 0;
    await receiveAll();
  }
}

export async function queueUrl(logicalId: string): Promise<string> {
  const id = await resource(logicalId);
  if (id.startsWith('http')) return id;
  return (await clients.sqs.send(new GetQueueUrlCommand({ QueueName: id }))).QueueUrl ?? '';
}
