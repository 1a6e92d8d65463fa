import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { handler } from '../../../functions/macro/handler.ts';

let server: Server;
let calls: string[];
let answers: boolean;
let lines: string[];
const environment = { ...process.env };

beforeEach(async () => {
  [calls, lines, answers] = [[], [], true];
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      calls.push(String(request.headers['x-amz-target'] ?? request.url));
      if (!answers) return;
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end('{"__type":"AccessDeniedException","message":"the secret of AWS"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  Object.assign(process.env, {
    LifecycleGuard: 'Withhold',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
  });
  for (const method of ['log', 'error'] as const)
    jest.spyOn(console, method).mockImplementation((...parts) => {
      lines.push(parts.map(String).join(' '));
    });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...environment };
  server.closeAllConnections();
  server.close();
});

const request = (properties: object, more: object = {}) => ({
  requestId: 'r-1',
  accountId: '123456789012',
  region: 'eu-west-1',
  transformId: '123456789012::EcrHardening',
  params: {},
  templateParameterValues: {},
  fragment: {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: { App: { Type: 'AWS::ECR::Repository', Properties: properties } },
  },
  ...more,
});
const context = (leftMs: number) => ({ getRemainingTimeInMillis: () => leftMs });
const own = {
  LifecyclePolicy: {
    LifecyclePolicyText:
      '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}',
  },
};

describe('the macro’s look at live repositories', () => {
  test.each<[string, object, object, string]>([
    ['an author’s own policy', own, {}, 'Withhold'],
    [
      'no policy wanted',
      { RepositoryName: 'app' },
      { params: { KeepImages: 0, ExpireUntaggedAfterDays: 0 } },
      'Withhold',
    ],
    ['the guard off', { RepositoryName: 'app' }, {}, 'Off'],
    [
      'a template that is refused anyway',
      { RepositoryName: 'app', ImageTagMutability: 'no' },
      {},
      'Withhold',
    ],
  ])('makes no call for %s', async (_title, properties, more, guard) => {
    process.env.LifecycleGuard = guard;
    await handler(request(properties, more), context(30_000));
    expect(calls).toEqual([]);
  });

  test.each<[string, object, string]>([
    [
      'a name',
      { RepositoryName: 'app' },
      'app (ecr:GetLifecyclePolicy is not allowed). Allow the role of the macro ecr:GetLifecyclePolicy',
    ],
    [
      'a part of a name',
      { RepositoryName: { 'Fn::Sub': 'app/${AWS::StackName}' } },
      '(ecr:DescribeRepositories is not allowed)',
    ],
    ['no name', {}, '(ecr:DescribeRepositories is not allowed)'],
  ])(
    'fails the change set with the permission to add where %s cannot be looked up',
    async (_title, properties, reason) => {
      const response = await handler(request(properties), context(30_000));
      expect(response).toMatchObject({ requestId: 'r-1', status: 'failure' });
      expect(response.errorMessage).toMatch(/^App\.Properties\.LifecyclePolicy: /);
      expect(response.errorMessage).toContain(reason);
      expect(response.errorMessage).not.toContain('secret');
      expect(lines.join('\n')).not.toContain('secret');
    },
  );

  test.each(['eu-west-1:999999999999', 'us-east-1:123456789012'])(
    'fails the change set of a stack of another account or Region than the function’s, %s, which it cannot look at',
    async (home) => {
      const own = { invokedFunctionArn: `arn:aws:lambda:${home}:function:EcrHardening-macro` };
      const response = await handler(request({}), { ...context(30_000), ...own });
      expect(response).toMatchObject({ requestId: 'r-1', status: 'failure' });
      expect(response.errorMessage).toContain('StackOfAnotherAccountOrRegion');
      expect(calls).toEqual([]);
    },
  );

  test('ends before the function’s own time does, with a sentence', async () => {
    answers = false;
    const response = await handler(request({ RepositoryName: 'app' }), context(5_300));
    expect(response).toMatchObject({ requestId: 'r-1', status: 'failure' });
    expect(response.errorMessage).toMatch(
      /app \((time ran out|ecr:GetLifecyclePolicy did not respond in time)\)/,
    );
  });

  test('asks about a repository once, however many resources may be meant', async () => {
    const repository = (RepositoryName: unknown) => ({
      Type: 'AWS::ECR::Repository',
      Properties: { RepositoryName },
    });
    const name = { 'Fn::If': [{ 'Fn::Equals': [{ Ref: 'AWS::StackName' }, 'a'] }, 'one', 'two'] };
    const fragment = {
      AWSTemplateFormatVersion: '2010-09-09',
      Resources: { A: repository('one'), B: repository(name), C: repository('two') },
    };
    await handler(request({}, { fragment }), context(30_000));
    expect(calls.filter((call) => call.endsWith('GetLifecyclePolicy'))).toHaveLength(2);
  });
});
