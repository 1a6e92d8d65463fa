import { randomUUID } from 'node:crypto';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { Problem } from '../../core/problem.ts';
import { applicationStack } from '../application.ts';
import type { Clients } from './clients.ts';
import { pushImage } from './registry.ts';
import { colours, type Screen } from './screen.ts';

const tag = '1.1.0-9f1c2ab';
/** The findings of the scan: the local AWS reads them from a label of the image. */
const vulnerable = [
  { name: 'CVE-2026-1111', severity: 'CRITICAL', package: 'openssl', version: '3.0.11', fixed: '3.0.13' },
  { name: 'CVE-2026-2222', severity: 'MEDIUM', package: 'curl', version: '7.88.1' },
];
const alertTimeoutMs = 120_000;

/**
 * Pushes a vulnerable image and shows the alert that a subscriber of the application's topic receives.
 *
 * @param repository must be scanned on push
 */
export async function showAlert(clients: Clients, screen: Screen, repository: string): Promise<void> {
  const queue = await subscribe(clients);
  screen.write(`\n${colours.bold('The alert')}\n  ${repository}\n`);
  const pushed = await pushImage(clients, {
    repository,
    tag,
    content: 'vulnerable content',
    labels: { 'local.scan.findings': JSON.stringify(vulnerable) },
  });
  if (!pushed.accepted) throw new Problem(`The local registry refused the image: ${pushed.words}`);
  screen.write(`    push ${tag}, a vulnerable image\n`);
  screen.write('    the alert that subscribers of the topic receive:\n\n');
  const { subject, text } = await receive(clients, queue);
  for (const line of [`Subject: ${subject}`, '', ...text.trimEnd().split('\n')])
    screen.write(`    │ ${line}`.trimEnd().concat('\n'));
}

/** The ARN of the application's topic. */
export async function alertTopic({ cloudformation }: Pick<Clients, 'cloudformation'>): Promise<string> {
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: applicationStack }));
  const outputs = Stacks?.[0]?.Outputs ?? [];
  const topic = outputs.find(({ OutputKey }) => OutputKey === 'AlertTopicArn')?.OutputValue;
  if (topic === undefined)
    throw new Problem('The application has no alert topic: deploy it with AlertSeverity.');
  return topic;
}

/** Subscribes a new queue to the application's topic and returns the queue's URL. */
export async function subscribe(clients: Clients): Promise<string> {
  const { sns, sqs } = clients;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `alerts-${randomUUID()}` }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: await alertTopic(clients),
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return QueueUrl;
}

/** The first message of a queue. */
async function receive(
  { sqs }: Clients,
  QueueUrl: string,
): Promise<{ readonly subject: string; readonly text: string }> {
  for (const end = Date.now() + alertTimeoutMs; Date.now() < end; ) {
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    const body = Messages?.[0]?.Body;
    if (body !== undefined) return JSON.parse(body);
  }
  throw new Problem(
    `No alert was received within ${alertTimeoutMs / 1000} seconds: see the log of the local AWS.`,
  );
}
