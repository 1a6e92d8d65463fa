import { PutEventsCommand, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { newStack } from '../support/new-stack.ts';
import { inlineFunction, uniqueName } from '../support/stacks.ts';
import { clientsIn, newQueue, receive, take } from './ecr-scans-support.ts';

const region = 'us-east-1';
const configuration = {
  endpoint: process.env.AWS_ENDPOINT_URL ?? '',
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const { events, sqs } = clientsIn(region);
const lambda = new LambdaClient(configuration);
const sns = new SNSClient(configuration);

describe('patterns', () => {
  const basic = {
    source: ['aws.ecr'],
    'detail-type': ['ECR Image Scan'],
    $or: [
      { detail: { 'finding-severity-counts': { CRITICAL: [{ numeric: ['>', 0] }] } } },
      { detail: { 'finding-severity-counts': { HIGH: [{ numeric: ['>', 0] }] } } },
      { detail: { 'scan-status': [{ 'anything-but': 'COMPLETE' }] } },
    ],
  };
  const inspector = {
    detail: {
      status: ['ACTIVE'],
      severity: ['CRITICAL', 'HIGH'],
      resources: {
        type: ['AWS_ECR_CONTAINER_IMAGE'],
        details: { awsEcrContainerImage: { repositoryName: [{ prefix: 'team/' }] } },
      },
    },
  };
  const counted = (counts: JsonObject, status = 'COMPLETE') => ({
    source: 'aws.ecr',
    'detail-type': 'ECR Image Scan',
    detail: { 'scan-status': status, 'finding-severity-counts': counts },
  });
  const finding = (severity: string, type: string, repositoryName: string) => ({
    source: 'aws.inspector2',
    'detail-type': 'Inspector2 Finding',
    detail: {
      status: 'ACTIVE',
      severity,
      resources: [{ type: 'OTHER' }, { type, details: { awsEcrContainerImage: { repositoryName } } }],
    },
  });

  test.each<[string, JsonObject, JsonObject, boolean]>([
    ['a count above zero', basic, counted({ HIGH: 2 }), true],
    ['counts that are absent', basic, counted({ LOW: 2 }), false],
    ['a count of zero', basic, counted({ HIGH: 0 }), false],
    ['no counts', basic, counted({}), false],
    ['another status', basic, counted({}, 'FAILED'), true],
    ['an object in a list', inspector, finding('HIGH', 'AWS_ECR_CONTAINER_IMAGE', 'team/a'), true],
    ['another prefix', inspector, finding('HIGH', 'AWS_ECR_CONTAINER_IMAGE', 'other/team/a'), false],
    ['another type', inspector, finding('HIGH', 'AWS_EC2_INSTANCE', 'team/a'), false],
    ['a value not listed', inspector, finding('LOW', 'AWS_ECR_CONTAINER_IMAGE', 'team/a'), false],
  ])('match by %s: %#', async (_what, pattern, event, expected) => {
    const envelope = { id: '1', account: '0', time: '2026-11-25T00:00:00Z', region, resources: [] };
    const { Result } = await events.send(
      new TestEventPatternCommand({
        EventPattern: JSON.stringify(pattern),
        Event: JSON.stringify({ ...envelope, ...event }),
      }),
    );
    expect(Result).toBe(expected);
  });

  test('that are wrong fail the stack', async () => {
    const outcome = await newStack().deploy({
      Resources: {
        Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: 'aws.ecr' } } },
      },
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('Event pattern is not valid'),
    });
  });
});

/** A function that throws, called by a rule of its own, with both kinds of dead-letter queue. */
async function deployFailing(change: (resources: Record<string, JsonObject>) => void = () => {}) {
  const source = uniqueName('test');
  const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });
  const code = 'exports.handler = async () => { throw new Error("never works") }';
  const failing = inlineFunction(code) as { Type: string; Properties: JsonObject };
  const resources: Record<string, JsonObject> = {
    RuleFailures: { Type: 'AWS::SQS::Queue' },
    FunctionFailures: { Type: 'AWS::SQS::Queue' },
    Destination: { Type: 'AWS::SQS::Queue' },
    RuleFailuresPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'RuleFailures' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: arn('RuleFailures'),
              Condition: { ArnEquals: { 'aws:SourceArn': arn('Rule') } },
            },
          ],
        },
      },
    },
    Failing: {
      ...failing,
      Properties: { ...failing.Properties, DeadLetterConfig: { TargetArn: arn('FunctionFailures') } },
    },
    Settings: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: 'Failing' },
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: arn('Destination') } },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: 'Failing' },
        Principal: 'events.amazonaws.com',
        SourceArn: arn('Rule'),
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: [source] },
        Targets: [
          {
            Id: 'failing',
            Arn: arn('Failing'),
            DeadLetterConfig: { Arn: arn('RuleFailures') },
            RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 },
          },
        ],
      },
    },
  };
  change(resources);
  const stack = newStack();
  const references = Object.fromEntries(Object.keys(resources).map((id) => [id, { Value: { Ref: id } }]));
  const outcome = await stack.deploy({ Resources: resources, Outputs: references });
  expect(outcome).toMatchObject({ kind: 'deployed' });
  const outputs = await stack.outputs();
  return {
    outputs,
    put: () =>
      events.send(
        new PutEventsCommand({
          Entries: [{ Source: source, DetailType: 'Test', Detail: '{"word":"hello"}' }],
        }),
      ),
    async messageIn(queue: string) {
      const [message] = await receive(sqs, outputs[queue] ?? '', 1);
      const attributes = Object.entries(message?.MessageAttributes ?? {});
      return {
        body: JSON.parse(message?.Body ?? ''),
        attributes: Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue])),
      };
    },
  };
}

describe('a function that a rule calls', () => {
  test('is called again when it throws, and then its destination and its dead-letter queue are told', async () => {
    const { outputs, put, messageIn } = await deployFailing();
    await put();
    const { body } = await messageIn('Destination');
    expect(body).toMatchObject({
      version: '1.0',
      requestContext: {
        functionArn: expect.stringMatching(`:function:${outputs.Failing}:\\$LATEST$`),
        condition: 'RetriesExhausted',
        approximateInvokeCount: 2,
      },
      requestPayload: { 'detail-type': 'Test', detail: { word: 'hello' } },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorMessage: 'never works' },
    });
    expect(await messageIn('FunctionFailures')).toMatchObject({
      body: { 'detail-type': 'Test', detail: { word: 'hello' } },
      attributes: { RequestID: body.requestContext.requestId, ErrorCode: '200', ErrorMessage: 'never works' },
    });
  });

  test('that does not allow it sends the event to the dead-letter queue of the target', async () => {
    const { put, messageIn } = await deployFailing((resources) => {
      delete resources.Permission;
    });
    await put();
    expect(await messageIn('RuleFailures')).toMatchObject({
      body: { 'detail-type': 'Test', detail: { word: 'hello' } },
      attributes: {
        RULE_ARN: expect.stringContaining(':rule/'),
        TARGET_ARN: expect.stringContaining(':function:'),
        ERROR_CODE: 'NO_PERMISSIONS',
        ERROR_MESSAGE: expect.any(String),
        RETRY_ATTEMPTS: '0',
      },
    });
  });

  test('or a queue that does not allow it sends the event there too', async () => {
    const { put, messageIn } = await deployFailing((resources) => {
      const { Properties } = resources.Rule as { Properties: { Targets: JsonObject[] } };
      Properties.Targets = Properties.Targets.map((target) => ({
        ...target,
        Arn: { 'Fn::GetAtt': ['Destination', 'Arn'] },
      }));
    });
    await put();
    expect(await messageIn('RuleFailures')).toMatchObject({ attributes: { ERROR_CODE: 'NO_PERMISSIONS' } });
  });

  test('loses the event when the policy of the dead-letter queue does not allow it', async () => {
    const { outputs, put } = await deployFailing((resources) => {
      delete resources.Permission;
      delete resources.RuleFailuresPolicy;
    });
    await put();
    expect(await take(sqs, outputs.RuleFailures ?? '')).toEqual([]);
  });

  test('is called as often by an asynchronous call', async () => {
    const { outputs, messageIn } = await deployFailing();
    const FunctionName = outputs.Failing ?? '';
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 0,
      }),
    );
    await lambda.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: Buffer.from('{"word":"hello"}') }),
    );
    expect(await messageIn('FunctionFailures')).toMatchObject({ body: { word: 'hello' } });
  });
});

describe('a topic', () => {
  const newTopic = async () => {
    const { TopicArn } = await sns.send(
      new CreateTopicCommand({
        Name: uniqueName('topic'),
        Attributes: { KmsMasterKeyId: 'alias/aws/sns' },
      }),
    );
    return TopicArn ?? '';
  };

  test('gives each protocol its text, raw or in an envelope, with the attributes', async () => {
    const TopicArn = await newTopic();
    const [enveloped, raw] = [await newQueue(sqs), await newQueue(sqs)];
    const subscribe = (Endpoint: string, Attributes: Record<string, string>) =>
      sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    await subscribe(enveloped.arn, {});
    await subscribe(raw.arn, { RawMessageDelivery: 'true' });
    await sns.send(
      new PublishCommand({
        TopicArn,
        Subject: 'A word',
        MessageStructure: 'json',
        Message: JSON.stringify({ default: 'for people', sqs: '{"for":"machines"}' }),
        MessageAttributes: { severity: { DataType: 'String', StringValue: 'CRITICAL' } },
      }),
    );
    const [inEnvelope] = await enveloped.receive(1);
    expect(JSON.parse(inEnvelope?.Body ?? '')).toMatchObject({
      Type: 'Notification',
      TopicArn,
      Subject: 'A word',
      Message: '{"for":"machines"}',
      MessageAttributes: { severity: { Type: 'String', Value: 'CRITICAL' } },
    });
    expect(await raw.receive(1)).toMatchObject([
      { Body: '{"for":"machines"}', MessageAttributes: { severity: { StringValue: 'CRITICAL' } } },
    ]);
  });

  test('keeps its key, from the API and from a template', async () => {
    const stack = newStack();
    const topic = { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: 'alias/aws/sns' } };
    await stack.deploy({ Resources: { Topic: topic }, Outputs: { Topic: { Value: { Ref: 'Topic' } } } });
    for (const TopicArn of [await newTopic(), (await stack.outputs()).Topic]) {
      const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
      expect(Attributes).toMatchObject({ KmsMasterKeyId: 'alias/aws/sns' });
    }
  });

  test.each([
    ['a subject of two lines', { Subject: 'a\nb', Message: 'm' }, /Subject/],
    ['a subject of 101 characters', { Subject: 'x'.repeat(101), Message: 'm' }, /Subject/],
    ['a subject that is not ASCII', { Subject: 'ü', Message: 'm' }, /Subject/],
    ['a subject that begins with a space', { Subject: ' a', Message: 'm' }, /Subject/],
    ['a message of more than 256 KiB', { Message: 'x'.repeat(256 * 1024 + 1) }, /too long/],
    ['no message', { Message: '' }, /Empty message/],
    ['JSON that is none', { Message: '{', MessageStructure: 'json' }, /failed to parse/],
    ['JSON without a default', { Message: '{"sqs":"m"}', MessageStructure: 'json' }, /No default entry/],
  ])('refuses %s', async (_what, message, words) => {
    await expect(
      sns.send(new PublishCommand({ TopicArn: await newTopic(), ...message })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException', message: expect.stringMatching(words) });
  });

  test('takes a subject of 100 characters and a message of 256 KiB', async () => {
    const message = { Subject: 'x'.repeat(100), Message: 'x'.repeat(256 * 1024) };
    await expect(
      sns.send(new PublishCommand({ TopicArn: await newTopic(), ...message })),
    ).resolves.toHaveProperty('MessageId');
  });
});
