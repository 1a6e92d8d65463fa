import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import type { HookAnswer } from '../../../functions/hook/answer.ts';
import { handler } from '../../../functions/hook/handler.ts';
import { projectRoot } from '../../../local/paths.ts';
import fc from '../../support/fast-check.ts';

const eventOf = (name: string) =>
  JSON.parse(readFileSync(join(projectRoot, 'events', `hook-${name}.json`), 'utf8'));
const context = (leftMs: number, account = '111122223333') => ({
  getRemainingTimeInMillis: () => leftMs,
  invokedFunctionArn: `arn:aws:lambda:us-east-1:${account}:function:hook`,
});
const environment = { ...process.env };
let lines: string[];

beforeEach(() => {
  lines = [];
  for (const method of ['log', 'error'] as const)
    jest.spyOn(console, method).mockImplementation((...parts) => {
      lines.push(parts.map(String).join(' '));
    });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...environment };
});

const statusOf = ({ annotations }: HookAnswer, name: string) =>
  annotations.find(({ annotationName }) => annotationName === name);

/** Whether an answer is one that AWS takes, whatever was asked. */
function expectAnswer(answer: HookAnswer, isOfStack: boolean): void {
  expect(answer.message.length).toBeGreaterThan(0);
  expect(answer.message.length).toBeLessThanOrEqual(isOfStack ? 4096 : 1024);
  expect(answer.annotations.length).toBeGreaterThan(0);
  expect(new Set(answer.annotations.map(({ annotationName }) => annotationName)).size).toBe(
    answer.annotations.length,
  );
  for (const each of answer.annotations) {
    expect(['PASSED', 'FAILED', 'SKIPPED']).toContain(each.status);
    expect(each.statusMessage.length).toBeGreaterThan(0);
    expect(each.statusMessage.length).toBeLessThanOrEqual(16_384);
  }
  expect(answer.hookStatus === 'FAILED').toBe(answer.errorCode === 'NonCompliant');
  if (answer.hookStatus === 'FAILED')
    expect(answer.annotations.some(({ status }) => status === 'FAILED')).toBe(true);
}

describe('the hook', () => {
  test('answers any payload, and fails none that it cannot read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: true, withDate: true }), async (event) => {
        const answer = await handler(event);
        expectAnswer(answer, true);
        expect(answer.hookStatus).toBe('SUCCESS');
      }),
    );
  });

  const leaves = fc.oneof(
    fc.constantFrom('MUTABLE', 'IMMUTABLE', 'true', '*', '{{resolve:ssm:x}}', 'latest', ''),
    fc.constantFrom({ Ref: 'X' }, { 'Fn::If': ['C', 1, { Ref: 'AWS::NoValue' }] }, { 'Fn::GetAtt': 'a.b' }),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const names = [
    'RepositoryName',
    'ImageTagMutability',
    'ImageTagMutabilityExclusionFilters',
    'ImageScanningConfiguration',
    'LifecyclePolicy',
    'RepositoryPolicyText',
    'RepositoryPolicy',
    'EncryptionConfiguration',
    'Tags',
    'ResourceTags',
    'AppliedFor',
  ];
  const properties = fc.oneof(
    fc.dictionary(fc.constantFrom(...names), leaves),
    fc.constantFrom(null, [], 'text', '{"ImageTagMutability":"MUTABLE"}', 7),
  );

  test('answers any properties within the limits of who asks, never with a call, and the same every time', async () => {
    process.env.LifecycleGuard = 'Off';
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('create', 'update', 'creation-template', 'cloud-control-update'),
        properties,
        properties,
        fc.constantFrom('Default', 'Override', 'Reject'),
        async (name, resourceProperties, previousResourceProperties, Enforcement) => {
          Object.assign(process.env, { Enforcement, KmsKey: 'alias/images' });
          const event = eventOf(name);
          event.requestData.targetModel = { resourceProperties, previousResourceProperties };
          const answer = await handler(event);
          expectAnswer(answer, name !== 'cloud-control-update');
          expect(answer.clientRequestToken).toBe(event.clientRequestToken);
          expect(await handler(event)).toEqual(answer);
        },
      ),
    );
  });

  test('shows no value of a property, nor logs one: it may be that of a NoEcho parameter', async () => {
    const secret = 'hunter2-hunter2';
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(names, { minLength: 1 }),
        fc.constantFrom<(value: string) => unknown>(
          (value) => value,
          (value) => [value],
          (value) => ({
            ScanOnPush: value,
            LifecyclePolicyText: value,
            EncryptionType: value,
            KmsKey: value,
          }),
          (value) => ({ Statement: [{ Effect: 'Allow', Principal: value, Resource: value, Action: value }] }),
          (value) => [{ Key: 'ecr-hardening:exempt', Value: value }],
          (value) => ({
            LifecyclePolicyText: JSON.stringify({
              rules: [{ rulePriority: value, selection: { tagStatus: value } }],
            }),
          }),
        ),
        fc.constantFrom('create', 'creation-template'),
        async (some, wrap, name) => {
          lines = [];
          const event = eventOf(name);
          event.requestData.targetModel.resourceProperties = Object.fromEntries(
            some.map((each) => [each, wrap(secret)]),
          );
          const answer = await handler(event);
          expect(JSON.stringify(answer)).not.toContain(secret);
          expect(lines.join('\n')).not.toContain(secret);
        },
      ),
    );
  });

  const rule = {
    rulePriority: 1,
    selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 5 },
    action: { type: 'expire' },
  };
  const allow = { Effect: 'Allow', Principal: '*', Action: 'ecr:*' };
  const lifecycle = (...rules: readonly unknown[]) => ({
    LifecyclePolicy: { LifecyclePolicyText: JSON.stringify({ rules }) },
  });
  test.each<[string, string, JsonObject, string]>([
    ['key of a rule', 'hunter2', lifecycle({ ...rule, hunter2: 1 }), 'rules[0].(not shown) unknown key'],
    [
      'key of a selection',
      'hunter2',
      lifecycle({ ...rule, selection: { ...rule.selection, hunter2: 1 } }),
      'rules[0].selection.(not shown) unknown key',
    ],
    [
      'kind of principal',
      'hunter2',
      { RepositoryPolicyText: JSON.stringify({ Statement: { ...allow, Principal: { hunter2: '*' } } }) },
      'Principal.(not shown) allows every AWS account',
    ],
    [
      'number',
      '918273645',
      lifecycle({ ...rule, rulePriority: 918273645 }, { ...rule, rulePriority: 918273645 }),
      'rulePriority this value is also the priority of rules[0]',
    ],
  ])('shows no %s of a policy’s text either', async (_, secret, properties, message) => {
    process.env.Enforcement = 'Reject';
    const event = eventOf('create');
    event.requestData.targetModel.resourceProperties = properties;
    const answer = await handler(event);
    expect(answer.message).toContain(message);
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(lines.join('\n')).not.toContain(secret);
  });

  test('answers a template so deep that the stack ends', async () => {
    let deep: JsonObject = { Ref: 'X' };
    for (let depth = 0; depth < 50_000; depth += 1) deep = { 'Fn::Join': ['', [deep]] };
    const event = eventOf('create');
    event.requestData.targetModel.resourceProperties = { ImageTagMutability: deep };
    const answer = await handler(event);
    expectAnswer(answer, true);
    expect(answer).toMatchObject({ hookStatus: 'SUCCESS', clientRequestToken: event.clientRequestToken });
  });

  test('logs one line for an operation, with the controls that failed', async () => {
    await handler(eventOf('create'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'WARN',
      hookStatus: 'FAILED',
      logicalId: 'Orders',
      failed: ['TagImmutability', 'ScanOnPush', 'LifecyclePolicy'],
    });
  });
});

describe('the hook’s look at the live repository', () => {
  let server: Server;
  let calls: string[];
  let answer: 'denied' | 'nothing';

  beforeEach(async () => {
    [calls, answer] = [[], 'denied'];
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        calls.push(String(request.headers['x-amz-target'] ?? request.url));
        if (answer === 'nothing') return;
        const isQuery = request.headers['x-amz-target'] === undefined;
        response.writeHead(isQuery ? 403 : 400, {
          'content-type': isQuery ? 'text/xml' : 'application/x-amz-json-1.1',
        });
        response.end(
          isQuery
            ? '<ErrorResponse><Error><Code>AccessDenied</Code><Message>the secret of AWS</Message></Error></ErrorResponse>'
            : '{"__type":"AccessDeniedException","message":"the secret of AWS"}',
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
    });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('passes what it is not allowed to read, and names the permission', async () => {
    const found = await handler(eventOf('update'), context(30_000));
    expect(found.hookStatus).toBe('SUCCESS');
    expect(statusOf(found, 'LifecyclePolicy')).toMatchObject({
      status: 'SKIPPED',
      statusMessage: expect.stringContaining('cloudformation:DescribeStackResource is not allowed'),
    });
    const named = eventOf('update');
    for (const each of Object.values<JsonObject>(named.requestData.targetModel))
      Object.assign(each, { RepositoryName: 'team/orders' });
    expect(statusOf(await handler(named, context(30_000)), 'LifecyclePolicy')).toMatchObject({
      status: 'SKIPPED',
      statusMessage: expect.stringContaining('ecr:DescribeImages'),
    });
    expect(lines.join('\n')).not.toContain('secret');
  });

  test('asks the stack for a name that is not resolved', async () => {
    for (const RepositoryName of ['{{resolve:ssm:name}}', '${Name}', '', { Ref: 'Name' }]) {
      const event = eventOf('update');
      for (const each of Object.values<JsonObject>(event.requestData.targetModel))
        Object.assign(each, { RepositoryName });
      calls = [];
      await handler(event, context(30_000));
      expect(calls).toHaveLength(1);
      expect(calls[0]).not.toContain('ContainerRegistry');
    }
  });

  test('ends before the function’s own time does', async () => {
    answer = 'nothing';
    const found = await handler(eventOf('update'), context(5_300));
    expect(found.hookStatus).toBe('SUCCESS');
    expect(statusOf(found, 'LifecyclePolicy')).toMatchObject({
      status: 'SKIPPED',
      statusMessage: expect.stringMatching(/time ran out|did not respond in time/),
    });
  });

  test('makes no call for Cloud Control API, for a creation, nor for the stack of another account', async () => {
    await handler(eventOf('cloud-control-update'), context(30_000));
    await handler(eventOf('create'), context(30_000));
    const other = await handler(eventOf('update'), context(30_000, '999999999999'));
    expect(statusOf(other, 'LifecyclePolicy')).toMatchObject({
      status: 'SKIPPED',
      statusMessage: expect.stringContaining('StackOfAnotherAccount'),
    });
    expect(calls).toEqual([]);
  });
});
