import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ConfirmSubscriptionCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isObject, type JsonObject, member } from '../../core/json.ts';
import { applicationStack, buildApplication, deployApplication } from '../../local/application.ts';
import { alertTopic } from '../../local/demo/alert.ts';
import { type Clients, connect, localConfiguration } from '../../local/demo/clients.ts';
import { pushImage } from '../../local/demo/registry.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';

const patience = 240_000;
const label = (name: string, severity: string) => ({
  'local.scan.findings': JSON.stringify([{ name, severity, package: 'openssl', version: '3.0.11' }]),
});

describe('an HTTP endpoint that is subscribed to an application with a digest and AlertHttpsForm: Json', () => {
  let aws: LocalAws;
  let clients: Clients;
  let endpoint: Server;
  /** What SNS has posted, by `x-amz-sns-message-type`. */
  const posted: { readonly type: string; readonly envelope: JsonObject }[] = [];
  const alerts = () =>
    posted
      .filter(({ type }) => type === 'Notification')
      .map(({ envelope }) => JSON.parse(String(member(envelope, 'Message'))));

  async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 90_000; Date.now() < end; ) {
      if (await isDone()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`not within 90 seconds: ${JSON.stringify(posted)}`);
  }

  async function physicalId(LogicalResourceId: string): Promise<string> {
    const { StackResourceDetail } = await clients.cloudformation.send(
      new DescribeStackResourceCommand({ StackName: applicationStack, LogicalResourceId }),
    );
    return StackResourceDetail?.PhysicalResourceId ?? '';
  }

  async function waiting(): Promise<number> {
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: await physicalId('AlertDigestQueue'),
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes ?? {}).reduce((sum, number) => sum + Number(number), 0);
  }

  beforeAll(async () => {
    aws = await startLocalAws();
    clients = connect({ endpoint: aws.endpoint, environment: {} });
    await buildApplication();
    await deployApplication(aws, { AlertSeverity: 'HIGH', AlertDigest: 'Daily', AlertHttpsForm: 'Json' });
    endpoint = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const envelope: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        const type = String(request.headers['x-amz-sns-message-type']);
        if (isObject(envelope)) posted.push({ type, envelope });
        response.end();
      });
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    const { port } = endpoint.address() as AddressInfo;
    const TopicArn = await alertTopic(clients);
    await clients.sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: `http://127.0.0.1:${port}/` }),
    );
    // As docs/alerts.md says: an endpoint first confirms that it wants to be subscribed.
    await until(() => posted.some(({ type }) => type === 'SubscriptionConfirmation'));
    const Token = String(member(posted[0]?.envelope ?? {}, 'Token'));
    await clients.sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
    await new ECRClient(localConfiguration(aws)).send(
      new CreateRepositoryCommand({
        repositoryName: 'team/orders',
        imageScanningConfiguration: { scanOnPush: true },
      }),
    );
  }, patience);
  afterAll(async () => {
    await new Promise((resolve) => endpoint.close(resolve));
    await aws.stop();
  });

  const push = (tag: string, severity: string) =>
    pushImage(clients, {
      repository: 'team/orders',
      tag,
      content: tag,
      labels: label(`CVE-2026-${tag}`, severity),
    });

  test(
    'gets a CRITICAL finding at once and the others in the digest, in JSON, and then none waits',
    async () => {
      await push('1', 'HIGH');
      await until(async () => (await waiting()) === 1);
      await push('2', 'CRITICAL');
      await until(() => alerts().length === 1);
      expect(alerts()[0]).toMatchObject({
        version: '1',
        kind: 'findings',
        image: { repository: 'team/orders', tags: ['2'] },
        counts: { CRITICAL: 1 },
        text: expect.stringContaining('team/orders:2 has 1 finding of HIGH or worse.'),
      });
      const lambda = new LambdaClient(localConfiguration(aws));
      const sendDigest = async () => {
        const FunctionName = await physicalId('AlertDigestFunction');
        const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
        return { error: FunctionError, payload: Payload?.transformToString() };
      };
      const sent = { error: undefined, payload: 'null' };
      expect(await sendDigest()).toEqual(sent);
      await until(() => alerts().length === 2);
      expect(alerts()[1]).toMatchObject({
        version: '1',
        kind: 'digest',
        subject: '[DIGEST] 1 alert about 1 repository, worst HIGH',
        alerts: 1,
        repositories: [{ repository: 'team/orders', newest: { tag: '1', counts: { HIGH: 1 } } }],
      });
      expect(await waiting()).toBe(0);
      // A day without alerts has no digest.
      expect(await sendDigest()).toEqual(sent);
      expect(alerts()).toHaveLength(2);
    },
    patience,
  );
});
