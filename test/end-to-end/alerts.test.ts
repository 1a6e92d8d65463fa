import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { applicationStack } from '../../local/application.ts';
import { alertTopic, subscribe } from '../../local/demo/alert.ts';
import { pushImage } from '../../local/demo/registry.ts';
import { projectRoot } from '../../local/paths.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { clients, uniqueName } from './support/stacks.ts';

const configuration = {
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const events = new EventBridgeClient(configuration);
const lambda = new LambdaClient(configuration);

async function physicalId(LogicalResourceId: string): Promise<string> {
  const { StackResourceDetail } = await clients.cloudformation.send(
    new DescribeStackResourceCommand({ StackName: applicationStack, LogicalResourceId }),
  );
  return StackResourceDetail?.PhysicalResourceId ?? '';
}

async function scannedRepository(): Promise<string> {
  const repository = uniqueName('alerts');
  await clients.ecr.send(
    new CreateRepositoryCommand({
      repositoryName: repository,
      imageScanningConfiguration: { scanOnPush: true },
    }),
  );
  return repository;
}

/** Messages of a queue until one is as expected, or the time is over. */
async function receive(
  QueueUrl: string,
  isExpected: (message: JsonObject) => boolean,
): Promise<JsonObject | undefined> {
  for (const end = Date.now() + 90_000; Date.now() < end; ) {
    const { Messages } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1, MaxNumberOfMessages: 10 }),
    );
    for (const { Body } of Messages ?? []) {
      const message: unknown = JSON.parse(Body ?? '{}');
      if (isObject(message) && isExpected(message)) return message;
    }
  }
  return undefined;
}

const at = (value: Json | undefined, ...path: string[]): Json | undefined =>
  path.reduce<Json | undefined>((found, key) => (isObject(found) ? member(found, key) : undefined), value);
const about = (repository: string) => (message: JsonObject) =>
  at(message, 'image', 'repository') === repository;
const label = (...findings: object[]) => ({ 'local.scan.findings': JSON.stringify(findings) });
const critical = { name: 'CVE-2026-1111', severity: 'CRITICAL', package: 'openssl', version: '3.0.11' };
const low = { name: 'CVE-2026-2222', severity: 'LOW', package: 'curl', version: '7.88.1' };

describe('from a push to people', () => {
  test('what the scan finds comes out of the topic, and what is clean does not', async () => {
    const repository = await scannedRepository();
    const queue = await subscribe(clients);
    const push = (tag: string, labels: Readonly<Record<string, string>>) =>
      pushImage(clients, { repository, tag, content: tag, labels });
    await push('clean', {});
    await push('harmless', label(low));
    const pushed = await push('bad', label(critical, low));
    const message = await receive(queue, about(repository));
    expect(message).toMatchObject({
      kind: 'findings',
      subject: `[CRITICAL] 1 finding, 1 new: ${repository}:bad`,
      image: { digest: pushed.accepted ? pushed.digest : '', tags: ['bad'] },
      counts: { CRITICAL: 1, LOW: 1 },
      news: { ids: expect.arrayContaining(['CVE-2026-1111']) },
    });
  });

  test('an image that cannot be scanned is told', async () => {
    const repository = await scannedRepository();
    const queue = await subscribe(clients);
    await pushImage(clients, {
      repository,
      tag: 'odd',
      content: 'odd',
      labels: { 'local.scan.status': 'UNSUPPORTED_IMAGE' },
    });
    const message = await receive(queue, about(repository));
    expect(message).toMatchObject({
      kind: 'failed',
      subject: `[NOT SCANNED] scan failed: ${repository}:odd`,
    });
    expect(String(message?.reason)).toContain('not supported');
  });

  test('an event of unknown form ends in the dead-letter queue, with the reason', async () => {
    const detail = { mark: uniqueName('mark') };
    await lambda.send(
      new InvokeCommand({
        FunctionName: await physicalId('FindingsFunction'),
        InvocationType: 'Event',
        Payload: JSON.stringify({ 'detail-type': 'ECR Image Action', detail }),
      }),
    );
    const queue = await physicalId('AlertDeadLetters');
    const kept = await receive(queue, (each) => at(each, 'requestPayload', 'detail', 'mark') === detail.mark);
    expect(at(kept, 'responsePayload', 'errorMessage')).toBe(
      'EcrHardening does not handle this event: its detail-type is "ECR Image Action"',
    );
  });

  test('the topic is encrypted', async () => {
    const { Attributes } = await clients.sns.send(
      new GetTopicAttributesCommand({ TopicArn: await alertTopic(clients) }),
    );
    expect(Attributes?.KmsMasterKeyId).toBe('alias/aws/sns');
  });
});

describe('the patterns of the rules', () => {
  const template = parseTemplate(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'), 'template.yaml');
  const thresholds = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

  // Of the sample events.
  const account = '123456789012';
  const withPseudoParameters = (text: string) =>
    text
      .replace('${AWS::Partition}', 'aws')
      .replace('${AWS::Region}', 'us-east-1')
      .replace('${AWS::AccountId}', account);

  /** A rule's pattern where AlertSeverity has that value. */
  function patternOf(rule: string, threshold: string): Json {
    const resolve = (value: Json): Json | undefined => {
      if (isList(value)) return value.map(resolve).filter((each) => each !== undefined);
      if (!isObject(value)) return value;
      if (member(value, 'Ref') === 'AWS::AccountId') return account;
      const text = member(value, 'Fn::Sub');
      if (typeof text === 'string') return withPseudoParameters(text);
      const choice = member(value, 'Fn::If');
      if (isList(choice)) {
        const [condition, then] = choice;
        const from = `${condition}`.replace('AlertsFrom', '').toUpperCase();
        return thresholds.indexOf(threshold) >= thresholds.indexOf(from) ? then : undefined;
      }
      return Object.fromEntries(
        Object.entries(value).flatMap(([key, each]) => {
          const resolved = resolve(each);
          return resolved === undefined ? [] : [[key, resolved]];
        }),
      );
    };
    const pattern = at(template, 'Resources', rule, 'Properties', 'EventPattern');
    if (pattern === undefined) throw new Error(`there is no ${rule}`);
    return resolve(pattern) ?? {};
  }

  async function isMatch(rule: string, threshold: string, event: Json): Promise<boolean> {
    const { Result } = await events.send(
      new TestEventPatternCommand({
        EventPattern: JSON.stringify(patternOf(rule, threshold)),
        Event: JSON.stringify(event),
      }),
    );
    return Result === true;
  }

  function sample(name: string, detail: JsonObject = {}): JsonObject {
    const event: unknown = JSON.parse(readFileSync(join(projectRoot, 'events', `${name}.json`), 'utf8'));
    if (!isObject(event)) throw new Error(`${name} holds no event`);
    return { ...event, detail: { ...Object(event.detail), ...detail } };
  }
  const counts = (given: JsonObject) => ({ 'finding-severity-counts': given });

  test.each(thresholds)('from %s on: each severity as bad or worse, and no other', async (threshold) => {
    for (const [rule, name] of [
      ['BasicScanRule', 'findings-basic'],
      ['EnhancedScanRule', 'findings-enhanced'],
    ] as const)
      for (const severity of [...thresholds, 'INFORMATIONAL', 'UNDEFINED']) {
        const isRated = thresholds.slice(0, thresholds.indexOf(threshold) + 1).includes(severity);
        // Inspector names no LOW: such a scan has a TOTAL alone.
        const isEnhanced = rule === 'EnhancedScanRule';
        const isNamed = !isEnhanced || ['CRITICAL', 'HIGH', 'MEDIUM'].includes(severity);
        const event = sample(
          name,
          counts({ ...(isNamed ? { [severity]: 3 } : {}), ...(isEnhanced ? { TOTAL: 3 } : {}) }),
        );
        expect({ rule, severity, isMatch: await isMatch(rule, threshold, event) }).toEqual({
          rule,
          severity,
          isMatch: isRated || (isEnhanced && threshold === 'LOW'),
        });
      }
    for (const severity of [...thresholds, 'INFORMATIONAL', 'UNTRIAGED']) {
      const isBad = thresholds.slice(0, thresholds.indexOf(threshold) + 1).includes(severity);
      const event = sample('findings-later', { severity });
      expect({ severity, isMatch: await isMatch('FindingRule', threshold, event) }).toEqual({
        severity,
        isMatch: isBad,
      });
    }
  });

  test.each<[string, string, JsonObject, boolean]>([
    ['a clean scan', 'findings-basic', counts({}), false],
    ['a count of zero', 'findings-basic', counts({ CRITICAL: 0 }), false],
    ['a failed scan', 'findings-basic-failed', {}, true],
    ['a scan that found much', 'findings-basic', {}, true],
    ['a push', 'findings-unknown', {}, false],
  ])('of basic scans: %s', async (_what, name, detail, expected) => {
    expect(await isMatch('BasicScanRule', 'LOW', sample(name, detail))).toBe(expected);
  });

  test.each<[string, string, JsonObject, boolean]>([
    ['a clean scan', 'findings-enhanced', counts({ TOTAL: 0 }), false],
    ['one without counts', 'findings-enhanced', { 'finding-severity-counts': null }, true],
    [
      'one that ended',
      'findings-enhanced',
      { 'scan-status': 'SCAN_ELIGIBILITY_EXPIRED', ...counts({}) },
      true,
    ],
    ['a basic one', 'findings-basic', {}, false],
  ])('of enhanced scans: %s', async (_what, name, detail, expected) => {
    expect(await isMatch('EnhancedScanRule', 'LOW', sample(name, detail))).toBe(expected);
  });

  test.each<[string, JsonObject, boolean]>([
    ['active', {}, true],
    ['closed', { status: 'CLOSED' }, false],
    ['suppressed in Inspector', { status: 'SUPPRESSED' }, false],
    ['in a machine', { resources: [{ type: 'AWS_EC2_INSTANCE' }] }, false],
  ])('of findings: one that is %s', async (_what, detail, expected) => {
    expect(await isMatch('FindingRule', 'LOW', sample('findings-later', detail))).toBe(expected);
  });

  test('what Inspector reports of a member, where this account is the delegated administrator, is not told of', async () => {
    const other = '444455556666';
    const finding = sample('findings-later', { awsAccountId: other });
    expect(await isMatch('FindingRule', 'LOW', finding)).toBe(false);
    const arn = `arn:aws:ecr:us-east-1:${other}:repository/team/orders`;
    const scan = { ...sample('findings-enhanced', { 'repository-name': arn }), resources: [arn] };
    expect(await isMatch('EnhancedScanRule', 'LOW', scan)).toBe(false);
  });

  test('an instance that Inspector scans is not told of', async () => {
    const event = { ...sample('findings-enhanced'), resources: ['i-0123456789abcdef0'] };
    expect(await isMatch('EnhancedScanRule', 'LOW', event)).toBe(false);
  });
});
