import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readServiceModel } from '../../../bench/service-model.ts';
import { startStubClaims } from '../../../bench/stub-claims.ts';
import { type StubRegistry, startStubRegistry } from '../../../bench/stub-registry.ts';

const ecr = readServiceModel('ecr');
const repositoryName = 'team/service';

describe("AWS's model of a service", () => {
  test.each([
    ['an operation that there is not', 'PutTagMutability', {}, 'ECR has no operation PutTagMutability'],
    [
      'a member that is missing',
      'PutImageTagMutability',
      { repositoryName },
      'PutImageTagMutability, input has no imageTagMutability',
    ],
    [
      'a member that there is not',
      'GetLifecyclePolicy',
      { repositoryName, name: 'x' },
      'GetLifecyclePolicy, input.name is no member',
    ],
    [
      'a value of another type',
      'DescribeRepositories',
      { maxResults: '1000' },
      'DescribeRepositories, input.maxResults: "1000" is not integer',
    ],
    [
      'a number that is too large',
      'DescribeRepositories',
      { maxResults: 1001 },
      'DescribeRepositories, input.maxResults: 1001 is more than 1000',
    ],
    [
      'a value that is none of those',
      'PutImageTagMutability',
      { repositoryName, imageTagMutability: 'IMMUTABL' },
      expect.stringMatching(/input\.imageTagMutability: IMMUTABL is none of MUTABLE, IMMUTABLE/),
    ],
    [
      'a list that is too long',
      'DescribeRepositories',
      { repositoryNames: Array.from({ length: 101 }, () => repositoryName) },
      'DescribeRepositories, input.repositoryNames: 101 is more than 100',
    ],
    [
      'a text that does not match',
      'DescribeRepositories',
      { repositoryNames: ['Team'] },
      expect.stringMatching(/^DescribeRepositories, input\.repositoryNames\[0\]: Team does not match/),
    ],
  ])('refuses %s', (_, operation, input, problem) => {
    expect(ecr.inputProblem(operation, input)).toEqual(problem);
  });

  test('takes what is right, and checks responses as well', () => {
    expect(
      ecr.inputProblem('PutImageTagMutability', { repositoryName, imageTagMutability: 'IMMUTABLE' }),
    ).toBeUndefined();
    expect(ecr.outputProblem('DescribeRepositories', { repositories: [{ repositoryName }] })).toBeUndefined();
    expect(ecr.outputProblem('DescribeRepositories', { repositories: [{ name: 'x' }] })).toBe(
      'DescribeRepositories, output.repositories[0].name is no member',
    );
  });
});

describe('a stub', () => {
  let registry: StubRegistry;
  let claims: Awaited<ReturnType<typeof startStubClaims>>;

  beforeAll(async () => {
    registry = await startStubRegistry({
      ...{ repositories: 3, imagesEach: 0, latencyMs: 0 },
      answers: { DescribeRegistry: () => ({ body: { registry: '123456789012' } }) },
    });
    claims = await startStubClaims(0);
  });

  afterAll(async () => {
    await registry.stop();
    await claims.stop();
  });

  const call = (url: string, target: string, input: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify(input),
    });
  const ofEcr = 'AmazonEC2ContainerRegistry_V20150921';

  test('refuses and remembers a request that does not fit the model', async () => {
    const before = [...registry.problems];
    const { status } = await call(registry.url, `${ofEcr}.GetLifecyclePolicy`, {});
    expect(status).toBe(400);
    expect([...registry.problems]).toEqual([...before, 'GetLifecyclePolicy, input has no repositoryName']);
  });

  test('remembers a response of its own that does not fit', async () => {
    await call(registry.url, `${ofEcr}.DescribeRegistry`, {});
    expect(registry.problems).toContain('DescribeRegistry, output.registry is no member');
  });

  test('remembers nothing where both fit', async () => {
    const before = registry.problems.size;
    const { status } = await call(registry.url, `${ofEcr}.DescribeRepositories`, { maxResults: 1000 });
    expect({ status, problems: registry.problems.size }).toEqual({ status: 200, problems: before });
  });

  test('of the claims table refuses what DynamoDB would', async () => {
    const { status } = await call(claims.url, 'DynamoDB_20120810.PutItem', { TableName: 'claims' });
    expect(status).toBe(400);
    expect([...claims.problems]).toEqual(['PutItem, input has no Item']);
  });
});
