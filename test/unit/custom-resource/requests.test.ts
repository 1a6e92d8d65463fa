import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, startBench } from './support/bench.ts';
import { claimsIn } from './support/claims-records.ts';
import { propertiesLike, type Sample, sampleEvent, samples, secretInUrl } from './support/events.ts';
import { safe, unsafe } from './support/registry.ts';
import { askingToStop, changingSteps, unchangedSteps } from './support/steps.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

const withLatest = {
  ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
  ImageTagMutabilityExclusionFilters: [
    { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' },
  ],
};

describe('the sample events', () => {
  const complete = ['LogicalResourceId', 'RequestId', 'RequestType', 'ResourceProperties', 'ResourceType'];

  test.each(samples)('%s is complete, as CloudFormation sends it', (name) => {
    const event = sampleEvent(name);
    const { RequestType: kind } = event;
    const expected = [
      ...complete,
      'ResponseURL',
      'ServiceToken',
      'StackId',
      ...(kind === 'Create' ? [] : ['PhysicalResourceId']),
      ...(kind === 'Update' ? ['OldResourceProperties'] : []),
    ];
    expect(Object.keys(event).sort()).toEqual(expected.sort());
    expect(event.ResponseURL).toContain(secretInUrl);
    expect(event.ResourceProperties).toMatchObject({ ServiceToken: event.ServiceToken });
  });

  const answers: readonly [Sample, string, object][] = [
    ['create', 'SUCCESS', safe],
    [
      'update',
      'SUCCESS',
      { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest', 'cache-*'] },
    ],
    ['delete', 'SUCCESS', unsafe],
    ['bad', 'FAILED', unsafe],
  ];
  test.each(answers)('%s is answered with %s', async (sample, status, settings) => {
    const event = { ResourceProperties: sampleEvent(sample).ResourceProperties };
    const { answer, after } = await bench.run({ sample, event, repository: 'team/orders', before: unsafe });
    expect(answer).toMatchObject({ Status: status });
    expect(after).toEqual(settings);
  });

  test('the bad one is told everything that is wrong with it at once', async () => {
    const event = { ResourceProperties: sampleEvent('bad').ResourceProperties };
    const { answer, steps } = await bench.run({ sample: 'bad', event });
    expect(answer?.Reason).toBe(
      'Settings: unknown property; did you mean RepositoryName?; ' +
        'ImageTagMutability has the unknown value "IMUTABLE"; did you mean IMMUTABLE?; ' +
        'ImageScanningConfiguration.ScanOnPush must be true or false, not another string; ' +
        'RepositoryName, RepositoryNames or RepositoryTags is missing: one of them selects repositories.',
    );
    expect(steps).toEqual([]);
  });
});

describe('the life of a resource', () => {
  test('a Create makes a repository safe and gives its attributes', async () => {
    const { answer, steps, repository, after } = await bench.run({ before: unsafe });
    expect(after).toEqual(safe);
    expect(steps).toEqual(changingSteps('put mutability', 'put scanning'));
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: sampleEvent('update').PhysicalResourceId,
      Data: {
        RepositoryArn: `arn:aws:ecr:us-east-1:123456789012:repository/${repository}`,
        RepositoryUri: `123456789012.dkr.ecr.us-east-1.amazonaws.com/${repository}`,
        ImageTagMutability: 'IMMUTABLE',
        ScanFrequency: 'SCAN_ON_PUSH',
        ScanType: 'BASIC',
      },
    });
  });

  test('the same Create, delivered again, answers the same and writes nothing', async () => {
    const first = await bench.run({ before: unsafe });
    const { repository, event } = first;
    const again = await bench.run({ repository, event });
    const counts = { Matched: '1', Changed: '0', Unchanged: '1' };
    expect(again.answer).toEqual({ ...first.answer, Data: { ...Object(first.answer?.Data), ...counts } });
    expect(again.steps).toEqual(unchangedSteps);
    expect(claimsIn(again.claimsAfter)).toEqual(claimsIn(first.claimsAfter));
  });

  test('an Update writes only what differs', async () => {
    const { repository } = await bench.run({ before: unsafe });
    const { steps, after, answer, event } = await bench.run({
      sample: 'update',
      repository,
      properties: withLatest,
    });
    const expected = changingSteps('put mutability');
    // The bench takes a repository that was written to once for one that is being proven.
    expect(steps.map((step) => (step === 'prove' ? 'describe' : step))).toEqual(
      expected.map((step) => (step === 'prove' ? 'describe' : step)),
    );
    expect(after).toEqual({ ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId });
  });

  test('an Update that fails half-way keeps its id, and the Update that rolls it back ends where it began', async () => {
    const { repository } = await bench.run({ before: unsafe });
    const { answer, event, after } = await bench.run({
      sample: 'update',
      repository,
      properties: { ...withLatest, ImageScanningConfiguration: { ScanOnPush: 'false' } },
      fault: { step: 'put scanning', fault: 'blocked by the organisation', times: 1 },
    });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: event.PhysicalResourceId });
    expect(answer?.Reason).toBe(
      `${repository}: PutImageScanningConfiguration was refused. A policy of the organisation forbids the change: It is blocked. What had been changed was put back.`,
    );
    expect(after).toEqual(safe);
    const rollback = await bench.run({ sample: 'update', repository });
    expect(rollback.answer).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: event.PhysicalResourceId,
    });
    expect(rollback.after).toEqual(safe);
  });

  test('the Delete that follows a failed Create succeeds, with the id of that failure, and changes nothing', async () => {
    const failed = await bench.run({ properties: { ImageTagMutability: 'NO' }, before: unsafe });
    const PhysicalResourceId = failed.answer?.PhysicalResourceId;
    expect(PhysicalResourceId).toMatch(/-not-created-[0-9a-f]{16}$/);
    const { answer, calls } = await bench.run({ sample: 'delete', event: { PhysicalResourceId } });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    expect(calls.map(({ step }) => step)).toEqual([...askingToStop, 'find claims']);
  });

  test('a Delete of an id that this resource never made succeeds, and so does one without properties', async () => {
    for (const event of [
      { PhysicalResourceId: 'orders-Settings-1A2B3C' },
      { ResourceProperties: undefined },
      { ResourceProperties: propertiesLike({ RepositoryName: ['no name'], Nonsense: 'x' }) },
      { ResourceProperties: propertiesLike({ ServiceTimeout: { toString: 'x' } }) },
    ]) {
      const { answer, event: sent } = await bench.run({ sample: 'delete', event });
      expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: sent.PhysicalResourceId });
    }
  });

  test('a repository that is found only after a moment was just created', async () => {
    const { answer } = await bench.run({
      before: unsafe,
      fault: { step: 'describe', fault: 'repository gone', times: 2 },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
  });

  test('a repository that there is not fails by its name', async () => {
    const { answer, repository } = await bench.run({ remainingMs: 8_000 });
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect(answer?.Reason).toBe(
      `Repository ${repository} does not exist in this account and region: create it first, or correct RepositoryName.`,
    );
  });

  test.each([
    ['put mutability', 'ImageTagMutability MUTABLE'],
    ['put scanning', 'ScanOnPush false'],
  ] as const)('a write that has no effect (%s) is no success', async (step, told) => {
    const { answer, repository } = await bench.run({
      before: unsafe,
      remainingMs: 8_000,
      fault: { step, fault: 'ignored', times: 1 },
    });
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect(answer?.Reason).toContain(
      `ECR accepted the settings of ${repository} but returns ${told} afterwards; another client may be changing it.`,
    );
  });
});
